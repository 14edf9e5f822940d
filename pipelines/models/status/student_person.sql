-- One row per student number of enrolment or roll rows: the person who carries it (spec 3.2, changes, absences and aid).
-- key: student_number
with
enrolled as (
    select e.student_number, arg_min(p.person, e.row_id) as person
    from core.enrolment as e
    inner join matching.enrolment_person as p on e.row_id = p.row_id
    where e.student_number is not null
    group by e.student_number
)

select student_number, person
from enrolled
union all
select i.student_number, arg_min(i.person, i.row_id)
from status.roll_person as i
left join enrolled as e on i.student_number = e.student_number
where i.student_number is not null and e.student_number is null
group by i.student_number
