-- One row per action (劝返 kind) of an episode: dated from opened_on to its close or D, by the child's person (spec 4.4).
-- key: case_uid, record_number
-- A child outside tonight's universe (查无此人, or outgrown) is found by its citizen number: what was done for it stays done.
with
night as (select as_of from core.night),
case_person as (
    select k.case_uid, k.opened_on, k.closed_on, coalesce(i.person, p.person, k.number) as person
    from (
        select case_uid, child_id, opened_on, closed_on, case when child_id not like 'X%' then cast(left(child_id, 17) as bigint) end as number
        from ledger.case_state
    ) as k
    left join matching.child as i on k.child_id = i.child_id
    left join matching.node_person as p on i.child_id is null and k.number = p.node
)

select
    k.case_uid,
    c.record_number,
    c.action_type,
    c.action_date,
    c.result,
    c.action_kind,
    c.reason
from case_person as k
cross join night as n
inner join matching.attached as a on k.person = a.person and a.source = 'C'
inner join core.case_action as c on a.row_id = c.row_id
where c.action_date >= k.opened_on and c.action_date <= coalesce(k.closed_on, n.as_of)
