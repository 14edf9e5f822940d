-- One row per case: the person of tonight's rows that its child is (spec 3.2, 4.4); null where no row of tonight names it.
-- key: case_uid
-- A child outside tonight's universe (查无此人, or outgrown) is found by its citizen number: what was done for it stays done.
with
numbered as (
    select case_uid, child_id, case when child_id not like 'X%' then cast(left(child_id, 17) as bigint) end as number
    from ledger.case_state
)

select k.case_uid, coalesce(i.person, p.person, k.number) as person
from numbered as k
left join matching.child as i on k.child_id = i.child_id
left join matching.node_person as p on i.child_id is null and k.number = p.node
