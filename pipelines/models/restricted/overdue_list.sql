-- One row per open case, overdue deadline and office that owes it (整改清单, spec 4.4, 4.5, 4.7).
-- key: child_key, case_id, deadline, role
with
night as (select as_of from core.night),
deadline as (select case_uid, deadline, due_on from ledger.case_deadline where overdue)

select
    n.as_of,
    k.child_key,
    k.case_id,
    d.deadline,
    o.role,
    o.unit_code,
    o.line,
    p.county_code as county,
    k.state,
    d.due_on,
    cast(n.as_of - d.due_on as bigint) as days_overdue
from deadline as d
cross join night as n
inner join ledger.case_state as k on d.case_uid = k.case_uid
inner join ledger.case_owner as o on d.case_uid = o.case_uid and d.deadline = o.deadline
left join ledger.case_place as p on d.case_uid = p.case_uid
