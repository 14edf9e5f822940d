-- One row per person on a newest roll: the last roll that names it, and the last in force that shows it in school (spec 3.3, 3.4).
-- key: person
-- patched: status.roll_person (person), status.present (person)
-- present_…: null where no roll in force shows the person in school. Nearly every person stands on one roll once: only the others are
-- put together.
with
rolled as (select person, row_id, school_code, grade, roll_date, in_force and present as in_class from status.roll_person),
repeated as (
    select person
    from rolled
    group by person
    having count(*) > 1
),

last_roll as (
    select
        i.person, arg_max(i.school_code, (i.roll_date, i.row_id)) as roll_school, arg_max(i.grade, (i.roll_date, i.row_id)) as roll_grade
    from rolled as i
    inner join repeated as t on i.person = t.person
    group by i.person
),

last_present as (
    select
        p.person,
        max(p.roll_date) as present_on,
        arg_max(p.school_code, (p.roll_date, p.row_id)) as present_school,
        arg_max(p.grade, (p.roll_date, p.row_id)) as present_grade,
        arg_max(p.row_id, (p.roll_date, p.row_id)) as present_row_id
    from status.present as p
    inner join repeated as t on p.person = t.person
    group by p.person
)

select
    i.person,
    i.school_code as roll_school,
    i.grade as roll_grade,
    case when i.in_class then i.roll_date end as present_on,
    case when i.in_class then i.school_code end as present_school,
    case when i.in_class then i.grade end as present_grade,
    case when i.in_class then i.row_id end as present_row_id
from rolled as i
left join repeated as t on i.person = t.person
where t.person is null
union all
select
    r.person,
    r.roll_school,
    r.roll_grade,
    p.present_on,
    p.present_school,
    p.present_grade,
    p.present_row_id
from last_roll as r
left join last_present as p on r.person = p.person
