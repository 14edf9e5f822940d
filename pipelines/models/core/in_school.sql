-- One row per pupil on the newest roll of a school, grades 1-9 or none (spec 3.1 I, 3.4).
-- key: row_id
-- patched: roll (school_code)
-- grows: core.delivery, clean.in_school
with
roll as (select school_code, roll_date, delivery_id, delivery_order, in_force from core.roll),
delivery as (select delivery_id, unit_code from core.delivery where kind = '在校'),
school as (select school_code, county_code from core.school),
identified as (
    select
        cast(r.delivery_order as bigint) * 4294967296 + i.row_number as row_id,
        cast(left(i.citizen_number, 17) as bigint) as number,
        cast(left(i.embedded_number, 17) as bigint) as embedded,
        i.student_number, i.name, i.sex, i.birth_date, i.school_code, i.grade, i.roll_date, i.present, i.id_invalid, i.id_mismatch,
        coalesce(s.county_code, d.unit_code) as county_code,
        r.in_force
    from clean.in_school as i
    inner join roll as r on i.delivery_id = r.delivery_id and i.school_code = r.school_code and i.roll_date = r.roll_date
    inner join delivery as d on i.delivery_id = d.delivery_id
    left join school as s on i.school_code = s.school_code
    where i.grade is null or i.grade <= 9
)

select
    row_id,
    number,
    embedded,
    coalesce(number, embedded, -row_id) as node,
    student_number,
    name,
    sex,
    birth_date,
    school_code,
    county_code,
    grade,
    roll_date,
    present,
    in_force,
    id_invalid,
    id_mismatch
from identified
