-- One row per remembered child without an enrolment row tonight: the first delivery for its school's county without it (spec 3.3,
-- `vanished`), evidence of the disappearance.
-- key: child_id
-- patched: child (child_id)
-- A delivery has the child when a row of grades 1-9 carries its student number or citizen number, for a child without either its
-- name and birth date.
with
child as (select child_id, student_number, number, name, birth_date, m_school, m_status from status.child where remembered),
school as (select school_code, county_code, prefecture_code, province_code from core.school),
delivery as (select delivery_id, delivered_on, delivery_order, unit_code from core.delivery where kind = '学籍'),
covering as (
    select c.*, d.delivery_id, d.delivered_on, d.delivery_order
    from child as c
    inner join school as s on c.m_school = s.school_code
    inner join delivery as d on d.unit_code in (s.county_code, s.prefecture_code, s.province_code)
    where c.m_status in ('在读', '休学')
),

enrolment as (
    select
        delivery_id, student_number, name, birth_date, cast(left(coalesce(citizen_number, embedded_number), 17) as bigint) as number
    from clean.enrolment
    where grade <= 9 and delivery_id in (select delivery_id from covering)
),

having_it as (
    select v.child_id, v.delivery_order
    from covering as v
    inner join enrolment as e on v.delivery_id = e.delivery_id and v.student_number = e.student_number
    union all
    select v.child_id, v.delivery_order
    from covering as v
    inner join enrolment as e on v.delivery_id = e.delivery_id and v.number = e.number
    union all
    select v.child_id, v.delivery_order
    from covering as v
    inner join enrolment as e on v.delivery_id = e.delivery_id and v.name = e.name and v.birth_date = e.birth_date
    where v.student_number is null and v.number is null
),

containing as (
    select child_id, max(delivery_order) as delivery_order
    from having_it
    group by child_id
)

select v.child_id, arg_min(v.delivered_on, v.delivery_order) as first_without_on, min(v.delivery_order) as delivery_order
from covering as v
left join containing as c on v.child_id = c.child_id
where c.delivery_order is null or v.delivery_order > c.delivery_order
group by v.child_id
