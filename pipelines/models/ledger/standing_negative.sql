-- One row per child whose latest verification is 不属实 and stands against opening a case tonight (spec 4.2).
-- key: child_id
-- Tonight's evidence must not be newer than the verification; evidence without a date is held off for
-- verify.negative_holds_days only. Of several verifications of one day the first row counts (spec 3.2, ties).
with
night as (select as_of from core.night),
policy as (select verify_negative_holds_days from core.policy),
latest as (
    select person, action_date, substantiated, row_id
    from ledger.verification
    qualify row_number() over (partition by person order by action_date desc, row_id) = 1
)

select c.child_id, l.row_id
from status.child as c
cross join night as n
cross join policy as p
inner join status.verdict as v on c.child_id = v.child_id
inner join latest as l on c.person = l.person
where not l.substantiated
    and case
        when v.evidence_on is null then n.as_of - l.action_date <= p.verify_negative_holds_days
        else v.evidence_on <= l.action_date
    end
