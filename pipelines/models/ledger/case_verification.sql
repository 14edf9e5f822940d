-- One row per open case with verifications that belong to it (spec 4.2): dated on or after opened_on, or delivered after it and dated
-- at most verify.negative_holds_days before it.
-- key: case_uid
-- Of several of one day the first row counts (spec 3.2, ties).
with
policy as (select verify_negative_holds_days from core.policy)

select
    k.case_uid,
    arg_max(v.substantiated, (v.action_date, -v.row_id)) as latest_substantiated,
    min(v.action_date) filter (where v.substantiated) as first_substantiated_on,
    arg_min(v.row_id, (v.action_date, v.row_id)) filter (where v.substantiated) as substantiated_row_id,
    arg_max(v.row_id, (v.action_date, -v.row_id)) as latest_row_id
from ledger.carried_case as k
cross join policy as p
inner join status.child as c on k.child_id = c.child_id
inner join ledger.verification as v on c.person = v.person
where k.state <> 'closed' and not k.merged
    and (v.action_date >= k.opened_on or (v.delivered_on > k.opened_on and k.opened_on - v.action_date <= p.verify_negative_holds_days))
group by k.case_uid
