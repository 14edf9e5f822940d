-- One row per person of a registry row or an enrolment row of grades 1-9 who is no child of tonight's universe, and why (spec 3.1, 5.7).
-- key: person
-- too_old: older than universe.max_age by one of its rows; no_birth_date: no row has one; same_number: the child is another
-- person's, whose number this person's rows carry too. reason is null where none of these explains it: somebody was lost.
with
night as (select as_of from core.night),
policy as (select universe_max_age from core.policy),
missing_person as (select * from indicators.missing_person)

select
    o.person,
    case
        when o.counted then case when o.same_number then 'same_number' end
        when o.birth_date is null then 'no_birth_date'
        when completed_years(o.birth_date, n.as_of) > p.universe_max_age then 'too_old'
    end as reason
from missing_person as o
cross join night as n
cross join policy as p
