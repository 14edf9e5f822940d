-- One row per child in the numerator of the dropout rate's variant event, by the school and grade of its enrolment row (spec 5.1).
-- key: child_id
with
night as (select as_of, year_start from core.night),
child as (select child_id, school_code, grade from status.child where school_code is not null and grade is not null),
latest_case as (
    select child_id, state, close_reason, verified_on, dropped_on
    from ledger.case_state
    qualify row_number() over (partition by child_id order by episode desc) = 1
)

select c.child_id, c.school_code, c.grade
from latest_case as k
cross join night as n
inner join child as c on k.child_id = c.child_id
where k.dropped_on between n.year_start and n.as_of
    and (k.state = 'verified' or (k.state = 'closed' and k.close_reason = 'aged_out' and k.verified_on is not null))
