-- One row per person with an aid row of the current term of its school's county, the last term begun (spec 5.3 aid_coverage).
-- key: person
with
aid as (
    select a.term, coalesce(s.person, n.person, g.person) as person
    from core.aid as a
    left join status.student_person as s on a.student_number = s.student_number
    left join status.number_person as n on a.number = n.number
    left join status.number_person as g on a.embedded = g.number
)

select distinct a.person
from aid as a
inner join status.child as c on a.person = c.person
inner join core.county_term as t on c.e_county = t.county_code and a.term = t.term
