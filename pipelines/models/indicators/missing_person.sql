-- One row per person of a registry row or an enrolment row of grades 1-9 who is no child of tonight's universe (spec 3.1, 5.7).
-- key: person
-- birth_date: the earliest of its rows; counted: a person of tonight all the same; same_number: whose number a child of the universe
-- has. Why the person is outside is said by indicators.outside_person; nothing here moves with the day.
with
child as (select person, number from matching.child where person is not null),
registry_person as (select row_id, person from matching.registry_person),
enrolment_person as (select row_id, person from matching.enrolment_person),
absent_pupil as (select row_id, person from enrolment_person as p where not exists (select 1 from child as c where c.person = p.person)),
-- Nearly everybody is a child of the universe: of the few others alone rows are looked at.
absent_row as (select row_id from core.enrolment where grade <= 9 and row_id in (select row_id from absent_pupil)),
missing as (
    select p.person from registry_person as p where not exists (select 1 from child as c where c.person = p.person)
    union
    select p.person
    from absent_pupil as p
    inner join absent_row as e on p.row_id = e.row_id
),

spoken as (
    select row_id, person from registry_person where person in (select person from missing)
    union all
    select row_id, person from enrolment_person where person in (select person from missing)
    union all
    select row_id, person from matching.attached where person in (select person from missing)
),

dated as (
    select row_id, birth_date from core.registry where row_id in (select row_id from spoken)
    union all
    select row_id, birth_date from core.enrolment where grade <= 9 and row_id in (select row_id from spoken)
    union all
    select row_id, birth_date from matching.listed_row where row_id in (select row_id from spoken)
),

oldest as (
    select s.person, min(d.birth_date) as birth_date
    from spoken as s
    inner join dated as d on s.row_id = d.row_id
    group by s.person
),

person as (
    select person, number
    from matching.person
    where person in (select person from missing) and person not in (select person from matching.too_old)
),

-- Few numbers are asked for.
same_number as (select number from child where number in (select number from person))

select
    o.person,
    o.birth_date,
    p.person is not null as counted,
    coalesce(p.number in (select number from same_number), false) as same_number
from oldest as o
left join person as p on o.person = p.person
