-- One row per child of the universe at D: the only table that ties a child_key to a person (spec 6).
-- key: child_key
-- patched: child (child_id)
-- grows: core.delivery, clean.registry
with
night as (select as_of from core.night),
child as (select child_key, child_id, name, birth_date, r_row_id from status.child),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '户籍'),
guardian as (
    select cast(d.delivery_order as bigint) * 4294967296 + r.row_number as row_id, r.guardian_name, r.guardian_phone
    from clean.registry as r
    inner join delivery as d on r.delivery_id = d.delivery_id
)

select
    n.as_of,
    c.child_key,
    c.child_id,
    c.name,
    c.birth_date,
    g.guardian_name as guardian,
    g.guardian_phone as phone
from child as c
cross join night as n
left join guardian as g on c.r_row_id = g.row_id
