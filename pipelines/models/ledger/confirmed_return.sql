-- One row per open case whose child sits in school tonight: is the return confirmed (spec 4.2, 防止空挂学籍)?
-- key: case_uid
-- seen_on: first night of the present unbroken spell in school. A school that does not report confirms nobody.
with
night as (select as_of from core.night),
policy as (select return_confirm_days from core.policy),
returning_child as (
    select
        k.case_uid, c.person, v.return_school, coalesce(k.return_seen_on, n.as_of) as seen_on,
        greatest(coalesce(c.e_status_date, k.opened_on), k.opened_on, coalesce(k.return_seen_on, n.as_of) - 1) as since
    from ledger.carried_case as k
    cross join night as n
    inner join status.child as c on k.child_id = c.child_id
    inner join status.verdict as v on k.child_id = v.child_id
    where k.state <> 'closed' and not k.merged and v.status = 'in_school'
),

reported as (
    select r.case_uid, count(*) as days
    from returning_child as r
    inner join status.reported_day as d on r.return_school = d.school_code and d.day > r.since
    group by r.case_uid
),

absent as (
    select r.case_uid, count(*) as days
    from returning_child as r
    cross join policy as p
    inner join status.unexcused_day as u on r.person = u.person and r.return_school = u.school_code
    inner join status.reported_day as d on u.school_code = d.school_code and u.day_number = d.day_number and d.back <= p.return_confirm_days
    group by r.case_uid
)

select
    r.case_uid,
    r.seen_on,
    coalesce(d.days, 0) >= p.return_confirm_days and coalesce(a.days, 0) = 0 as confirmed
from returning_child as r
cross join policy as p
left join reported as d on r.case_uid = d.case_uid
left join absent as a on r.case_uid = a.case_uid
