-- One row per person whom a roll in force shows in school (是否在校 = 是), by school (spec 3.4).
-- key: person, school_code
with
in_school as (select row_id, school_code, roll_date, grade from core.in_school where in_force and present)

select
    a.person,
    i.school_code,
    max(i.roll_date) as roll_date,
    arg_max(i.grade, i.row_id) as grade,
    max(i.row_id) as row_id
from in_school as i
inner join matching.attached as a on i.row_id = a.row_id
group by a.person, i.school_code
