-- One row per office and unit that nobody holds although open cases need it (spec 4.5).
-- key: role, unit_code
with
night as (select as_of from core.night)

select n.as_of, g.role, g.unit_code, count(*) as cases
from ledger.responsibility_gap as g
cross join night as n
group by n.as_of, g.role, g.unit_code
