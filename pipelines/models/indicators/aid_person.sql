-- One row per person and term with an aid row (spec 5.3 aid_coverage), of the terms in which some county is.
-- key: person, term
with
aid as (select student_number, number, embedded, term from core.aid where term in (select term from core.county_term)),
student_person as (select student_number, person from status.student_person),
number_person as (select number, person from status.number_person),
attached as (
    select a.term, coalesce(s.person, n.person, g.person) as person
    from aid as a
    left join student_person as s on a.student_number = s.student_number
    left join number_person as n on a.number = n.number
    left join number_person as g on a.embedded = g.number
)

select distinct person, term
from attached
where person is not null
