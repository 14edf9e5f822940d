-- One row per open case, thing due and office that owes it (任务清单, spec 4.4, 4.5, 4.7): deadlines that are not met yet.
-- key: child_key, case_id, deadline, role
-- A case that owes nothing else stands with its action of the month, met: no open case is without a row. days_left is negative when overdue.
with
night as (select as_of from core.night),
deadline as (
    select case_uid, deadline, due_on, met, overdue
    from ledger.case_deadline
    qualify not met or (deadline = 'month_report_due' and bool_and(met) over (partition by case_uid))
)

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
    cast(d.due_on - n.as_of as bigint) as days_left,
    d.met,
    d.overdue
from deadline as d
cross join night as n
inner join ledger.case_state as k on d.case_uid = k.case_uid
inner join ledger.case_owner as o on d.case_uid = o.case_uid and d.deadline = o.deadline
left join ledger.case_place as p on d.case_uid = p.case_uid
