-- One row per person of registry or enrolment rows and tier 3 key it answers to (spec 3.2: a person's keys are those of all its
-- R and E rows). Keys with an empty part match nothing and are left out.
-- key: person, name, birth_date, sex, county_code
with
registry as (select row_id, name, birth_date, sex, county_code, number from core.registry),
enrolment as (select row_id, name, birth_date, sex, school_county as county_code, coalesce(number, embedded) as number from core.enrolment),
every_row as (
    select p.person, r.name, r.birth_date, r.sex, r.county_code, r.number
    from matching.registry_person as p
    inner join registry as r on p.row_id = r.row_id
    union all
    select p.person, e.name, e.birth_date, e.sex, e.county_code, e.number
    from matching.enrolment_person as p
    inner join enrolment as e on p.row_id = e.row_id
)

select person, name, birth_date, sex, county_code, max(number) as number
from every_row
where name is not null and birth_date is not null and sex is not null and county_code is not null
group by person, name, birth_date, sex, county_code
