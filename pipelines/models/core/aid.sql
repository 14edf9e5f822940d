-- One row per aid payment (资助) visible at D: the last word of each pupil, term and item (spec 2.1); without a date it is visible.
-- key: row_id
-- dated: clean.aid (paid_on)
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '资助'),
standing as (
    select
        a.student_number, a.citizen_number, a.embedded_number, a.school_code, a.term, a.aid_item, a.paid_on,
        cast(d.delivery_order as bigint) * 4294967296 + a.row_number as row_id
    from clean.aid as a
    inner join delivery as d on a.delivery_id = d.delivery_id
    qualify row_number() over (
        partition by coalesce(a.citizen_number, a.student_number, a.name), a.term, a.aid_item order by d.delivery_order desc, a.row_number desc
    ) = 1
)

select
    s.row_id,
    s.student_number,
    cast(left(s.citizen_number, 17) as bigint) as number,
    cast(left(s.embedded_number, 17) as bigint) as embedded,
    s.school_code,
    s.term,
    s.aid_item
from standing as s
cross join night as n
where s.paid_on is null or s.paid_on <= n.as_of
