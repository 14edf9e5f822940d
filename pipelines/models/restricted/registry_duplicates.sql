-- One row per registry row of a child beside its primary one (双重户籍, spec 3.2).
-- key: child_key, delivery, row_number
with
night as (select as_of from core.night),
child as (select child_key, person from status.child),
-- Every row has its delivery: it is asked for when few rows are left.
delivery as (select delivery, delivery_order from core.delivery where kind = '户籍')

select
    n.as_of,
    c.child_key,
    r.household_division,
    d.delivery,
    r.row_id % 4294967296 as row_number,
    r.registry_status as status,
    r.status_date
from matching.registry_person as p
cross join night as n
inner join child as c on p.person = c.person
inner join core.registry as r on p.row_id = r.row_id
left join delivery as d on d.delivery_order = r.row_id // 4294967296
where not p.is_primary
