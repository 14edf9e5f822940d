-- One row per action (劝返 kind) of an episode: dated from opened_on to its close or D, by the child's person (spec 4.4).
-- key: case_uid, record_number
with
night as (select as_of from core.night),
case_person as (select * from ledger.case_person)

select
    k.case_uid,
    c.record_number,
    c.row_id,
    c.action_type,
    c.action_date,
    c.result,
    c.action_kind,
    c.reason
from case_person as p
inner join ledger.case_state as k on p.case_uid = k.case_uid
cross join night as n
inner join matching.attached as a on p.person = a.person and a.source = 'C'
inner join core.case_action as c on a.row_id = c.row_id
where c.action_date >= k.opened_on and c.action_date <= coalesce(k.closed_on, n.as_of)
