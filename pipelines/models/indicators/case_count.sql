-- One row per case with what it counts for tonight (spec 4.3); a case opened and relapsed, or closed, is counted once.
-- key: case_uid
with
night as (select as_of, year_start from core.night),
previous as (select case_uid from ledger.carried_case where state <> 'closed'),
overdue as (select case_uid from ledger.case_deadline where overdue group by case_uid),
late_suspect as (select case_uid from ledger.case_deadline where deadline = 'verify_due' and overdue)

select
    k.case_uid,
    k.poor,
    k.close_reason,
    k.stage,
    p.case_uid is not null as open_at_start,
    k.opened_on = n.as_of and not k.relapse as opened,
    k.opened_on = n.as_of and k.relapse as relapsed,
    k.state = 'closed' and p.case_uid is not null as closed,
    k.state <> 'closed' as open_at_end,
    k.state = 'suspected' as suspected_open,
    k.state = 'verified' as verified_open,
    o.case_uid is not null as overdue,
    l.case_uid is not null as late_suspect,
    k.state = 'closed' as ever_closed,
    k.state = 'closed' and k.closed_on >= n.year_start as closed_this_school_year,
    k.relapse,
    k.close_reason in ('returned', 'placed') and k.state = 'closed' as came_back,
    case when k.state = 'closed' and k.closed_on >= n.year_start then cast(k.closed_on - k.opened_on as bigint) end as days_to_close
from ledger.case_state as k
cross join night as n
left join previous as p on k.case_uid = p.case_uid
left join overdue as o on k.case_uid = o.case_uid
left join late_suspect as l on k.case_uid = l.case_uid
