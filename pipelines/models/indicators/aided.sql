-- One row per person with an aid row of the current term of its school's county, the last term begun (spec 5.3 aid_coverage).
-- key: person
-- patched: child (child_id)
with
child as (select person, e_county from status.child),
aid_person as (select person, term from indicators.aid_person),
county_term as (select county_code, term from core.county_term)

select distinct c.person
from child as c
inner join county_term as t on c.e_county = t.county_code
inner join aid_person as a on c.person = a.person and t.term = a.term
