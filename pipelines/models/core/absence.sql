-- One row per pupil and day of absence visible at D: the last word of each 学籍号 and 缺课日期 (spec 2.1, 3.4).
-- key: student_number, absence_date
-- dated: clean.absence (absence_date)
-- unexcused: 旷课 or 不明; sick_leave: 病假. row_id: of the delivery that first said so; a row delivered again unchanged keeps its first delivery.
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '缺课'),
every_row as (
    select
        a.student_number, a.absence_date, a.school_code, a.absence_reason, a.citizen_number, a.embedded_number,
        hash(a.school_code, a.absence_reason, a.citizen_number, a.name) as content,
        cast(d.delivery_order as bigint) * 4294967296 + a.row_number as row_id
    from clean.absence as a
    inner join delivery as d on a.delivery_id = d.delivery_id
    cross join night as n
    where a.absence_date <= n.as_of
),

changed as (
    select *
    from every_row
    qualify content is distinct from lag(content) over (partition by student_number, absence_date order by row_id)
)

select
    student_number,
    absence_date,
    school_code,
    absence_reason in ('旷课', '不明') as unexcused,
    absence_reason = '病假' as sick_leave,
    cast(left(citizen_number, 17) as bigint) as number,
    cast(left(embedded_number, 17) as bigint) as embedded,
    row_id
from changed
qualify row_number() over (partition by student_number, absence_date order by row_id desc) = 1
