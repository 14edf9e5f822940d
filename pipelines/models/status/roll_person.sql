-- One row per row of the newest rolls that speaks of a person (spec 3.2, 3.4).
-- key: row_id
-- patched: matching.attached (person)
select
    i.row_id,
    a.person,
    i.student_number,
    i.school_code,
    i.grade,
    i.county_code,
    i.roll_date,
    i.present,
    i.in_force
from core.in_school as i
inner join matching.attached as a on i.row_id = a.row_id
