-- One row per person whom a roll in force shows in school (是否在校 = 是), by school (spec 3.4).
-- key: person, school_code
-- patched: status.roll_person (person)
-- Nearly every person stands on one roll once: only the others are put together.
with
in_school as (select person, school_code, roll_date, grade, row_id from status.roll_person where in_force and present),
repeated as (
    select person
    from in_school
    group by person
    having count(*) > 1
)

select i.person, i.school_code, i.roll_date, i.grade, i.row_id
from in_school as i
left join repeated as r on i.person = r.person
where r.person is null
union all
select
    i.person,
    i.school_code,
    max(i.roll_date) as roll_date,
    arg_max(i.grade, i.row_id) as grade,
    max(i.row_id) as row_id
from in_school as i
inner join repeated as r on i.person = r.person
group by i.person, i.school_code
