-- One row per student number that an absence, an aid row or a change carries: the person whose enrolment or roll row has it (spec 3.2,
-- changes, absences and aid).
-- key: student_number
-- patched: core.absence (student_number), core.aid (student_number), core.enrolment_change (student_number), core.enrolment (student_number), status.roll_person (student_number)
-- asks: matching.enrolment_person: select student_number from core.enrolment where node in (select node from touched)
with
asked as (
    select student_number from core.absence where student_number is not null
    union
    select student_number from core.aid where student_number is not null
    union
    select student_number from core.enrolment_change where student_number is not null
),

enrolment as (select row_id, student_number from core.enrolment where student_number in (select student_number from asked)),
roll as (select row_id, student_number, person from status.roll_person where student_number in (select student_number from asked)),
enrolled as (
    select e.student_number, arg_min(p.person, e.row_id) as person
    from enrolment as e
    inner join matching.enrolment_person as p on e.row_id = p.row_id
    group by e.student_number
)

select student_number, person
from enrolled
union all
select i.student_number, arg_min(i.person, i.row_id)
from roll as i
left join enrolled as e on i.student_number = e.student_number
where e.student_number is null
group by i.student_number
