-- One row per student number of enrolment or roll rows: the person who carries it (spec 3.2, changes, absences and aid).
-- key: student_number
with
carried as (
    select e.student_number, p.person, 1 as rank, e.row_id
    from core.enrolment as e
    inner join matching.enrolment_person as p on e.row_id = p.row_id
    where e.student_number is not null
    union all
    select i.student_number, a.person, 2, i.row_id
    from core.in_school as i
    inner join matching.attached as a on i.row_id = a.row_id
    where i.student_number is not null
)

select student_number, arg_min(person, (rank, row_id)) as person
from carried
group by student_number
