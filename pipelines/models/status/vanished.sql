-- One row per remembered child without an enrolment row tonight: the first delivery for its school's county without it (spec 3.3,
-- `vanished`), evidence of the disappearance.
-- key: child_id
with
child as (select child_id, student_number, m_school from status.child where remembered and m_status in ('在读', '休学')),
school as (select school_code, county_code, prefecture_code, province_code from core.school),
delivery as (select delivery_id, delivered_on, delivery_order, unit_code from core.delivery where kind = '学籍'),
covering as (
    select c.child_id, c.student_number, d.delivery_id, d.delivered_on, d.delivery_order
    from child as c
    inner join school as s on c.m_school = s.school_code
    inner join delivery as d on d.unit_code in (s.county_code, s.prefecture_code, s.province_code)
),

containing as (
    select v.child_id, max(v.delivery_order) as delivery_order
    from covering as v
    inner join clean.enrolment as e on v.delivery_id = e.delivery_id and v.student_number = e.student_number
    group by v.child_id
)

select v.child_id, arg_min(v.delivered_on, v.delivery_order) as first_without_on, min(v.delivery_order) as delivery_order
from covering as v
left join containing as c on v.child_id = c.child_id
where c.delivery_order is null or v.delivery_order > c.delivery_order
group by v.child_id
