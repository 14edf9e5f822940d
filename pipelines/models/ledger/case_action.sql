-- One row per action (劝返 kind) of an episode: dated from opened_on to its close or D, by the child's person (spec 4.4).
-- key: case_uid, record_number
with
night as (select as_of from core.night)

select
    k.case_uid,
    c.record_number,
    c.action_type,
    c.action_date,
    c.result,
    c.action_kind,
    c.reason
from ledger.case_state as k
cross join night as n
inner join matching.child as i on k.child_id = i.child_id
inner join matching.attached as a on i.person = a.person and a.source = 'C'
inner join core.case_action as c on a.row_id = c.row_id
where c.action_date >= k.opened_on and c.action_date <= coalesce(k.closed_on, n.as_of)
