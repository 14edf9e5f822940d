-- One row per enrolment row of grades 1-9 of a child beside its primary one (双重学籍, spec 3.2).
-- key: child_key, delivery, row_number
-- both_active: this row and the primary one are both 在读, a discrepancy of its own.
with
night as (select as_of from core.night),
child as (select child_key, person, e_status from status.child),
-- Every row has its delivery: it is asked for when few rows are left.
delivery as (select delivery, delivery_order from core.delivery where kind = '学籍')

select
    n.as_of,
    c.child_key,
    e.school_code,
    d.delivery,
    e.row_id % 4294967296 as row_number,
    cast(e.grade as bigint) as grade,
    e.enrolment_status as status,
    e.status_date,
    e.enrolment_status = '在读' and c.e_status = '在读' as both_active
from matching.enrolment_person as p
cross join night as n
inner join child as c on p.person = c.person
inner join core.enrolment as e on p.row_id = e.row_id
left join delivery as d on d.delivery_order = e.row_id // 4294967296
where not p.is_primary and e.grade <= 9
