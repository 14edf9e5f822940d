-- One row per pupil and day of absence visible at D: the last word of each 学籍号 and 缺课日期 (spec 2.1, 3.4).
-- key: student_number, absence_date
-- unexcused: 旷课 or 不明.
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '缺课')

select
    a.student_number,
    a.absence_date,
    a.school_code,
    a.absence_reason in ('旷课', '不明') as unexcused,
    cast(left(a.citizen_number, 17) as bigint) as number,
    cast(left(a.embedded_number, 17) as bigint) as embedded,
    cast(d.delivery_order as bigint) * 4294967296 + a.row_number as row_id
from clean.absence as a
inner join delivery as d on a.delivery_id = d.delivery_id
cross join night as n
where a.absence_date <= n.as_of
qualify row_number() over (partition by a.student_number, a.absence_date order by d.delivery_order desc, a.row_number desc) = 1
