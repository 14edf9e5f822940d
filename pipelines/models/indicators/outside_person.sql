-- One row per person of a registry row or an enrolment row of grades 1-9 who is no child of tonight's universe, and why (spec 3.1, 5.7).
-- key: person
-- too_old: older than universe.max_age by one of its rows; no_birth_date: no row has one; same_number: the child is another
-- person's, whose number this person's rows carry too. reason is null where none of these explains it: somebody was lost.
with
night as (select as_of from core.night),
policy as (select universe_max_age from core.policy),
child as (select person, number from status.child where person is not null),
registry_person as (select row_id, person from matching.registry_person),
enrolment_person as (select row_id, person from matching.enrolment_person),
enrolment as (select row_id, birth_date from core.enrolment where grade <= 9),
missing as (
    select person from registry_person where person not in (select person from child)
    union
    select p.person
    from enrolment_person as p
    inner join enrolment as e on p.row_id = e.row_id
    where p.person not in (select person from child)
),

dated as (
    select m.person, r.birth_date
    from missing as m
    inner join registry_person as p on m.person = p.person
    inner join core.registry as r on p.row_id = r.row_id
    union all
    select m.person, e.birth_date
    from missing as m
    inner join enrolment_person as p on m.person = p.person
    inner join enrolment as e on p.row_id = e.row_id
    union all
    select m.person, r.birth_date
    from missing as m
    inner join matching.attached as a on m.person = a.person and a.source <> 'N'
    inner join matching.listed_row as r on a.row_id = r.row_id
),

oldest as (select person, min(birth_date) as birth_date from dated group by person)

select
    o.person,
    case
        when i.person is not null then case when i.number in (select number from child where number is not null) then 'same_number' end
        when o.birth_date is null then 'no_birth_date'
        when completed_years(o.birth_date, n.as_of) > p.universe_max_age then 'too_old'
    end as reason
from oldest as o
cross join night as n
cross join policy as p
left join matching.person as i on o.person = i.person
