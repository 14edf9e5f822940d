-- One row per enrolment change (学籍异动) visible at D: the last word of each key (spec 2.1, 2.2).
-- key: student_number, change_type, change_date, school_code
-- dated: clean.enrolment_change (change_date)
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '学籍异动')

select
    c.student_number,
    c.change_type,
    c.change_date,
    c.school_code,
    c.grade,
    c.transfer_scope,
    cast(left(c.citizen_number, 17) as bigint) as number,
    cast(left(c.embedded_number, 17) as bigint) as embedded,
    cast(d.delivery_order as bigint) * 4294967296 + c.row_number as row_id
from clean.enrolment_change as c
inner join delivery as d on c.delivery_id = d.delivery_id
cross join night as n
where c.change_date <= n.as_of
qualify row_number() over (
    partition by c.student_number, c.change_type, c.change_date, c.school_code order by d.delivery_order desc, c.row_number desc
) = 1
