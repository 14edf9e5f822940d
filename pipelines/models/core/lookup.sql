-- One row per national look-up (学籍查询) visible at D: the last word of each citizen number and day (spec 2.1, 2.2).
-- key: row_id
-- dated: clean.lookup (lookup_date)
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '学籍查询')

select
    cast(d.delivery_order as bigint) * 4294967296 + c.row_number as row_id,
    c.citizen_number,
    c.name,
    c.lookup_date,
    c.lookup_result,
    c.province
from clean.lookup as c
inner join delivery as d on c.delivery_id = d.delivery_id
cross join night as n
where c.lookup_date <= n.as_of
qualify row_number() over (
    partition by coalesce(c.citizen_number, c.name), c.lookup_date order by d.delivery_order desc, c.row_number desc
) = 1
