-- One row per child whose graduation is dated after D: it does not count yet in the entry rates (spec 5.3).
-- key: child_id
with
night as (select as_of from core.night),
child as (select child_id, graduated_on from status.child where graduated_on is not null)

select c.child_id
from child as c
cross join night as n
where c.graduated_on > n.as_of
