-- One row per open case and deadline it has (spec 4.4); overdue when D is later and what meets it is not dated on or before D.
-- key: case_uid, deadline
with
night as (select as_of from core.night),
policy as (select * from core.policy),
open_case as (select * from ledger.case_state where state <> 'closed'),
step as (select * from ledger.case_step),
month as (
    select
        k.case_uid,
        k.opened_on <= n.last_month_end and not coalesce(
            bool_or(a.action_date > n.month_before_end and a.action_date <= n.last_month_end), false
        ) as last_month_missed,
        coalesce(bool_or(a.action_date > n.last_month_end), false) as this_month_met,
        n.last_month_end,
        n.month_end
    from open_case as k
    cross join (
        select
            as_of,
            cast(date_trunc('month', as_of) as date) - 1 as last_month_end,
            cast(date_trunc('month', cast(date_trunc('month', as_of) as date) - 1) as date) - 1 as month_before_end,
            last_day(as_of) as month_end
        from night
    ) as n
    left join ledger.case_action as a on k.case_uid = a.case_uid
    group by k.case_uid, k.opened_on, n.last_month_end, n.month_end
),

due as (
    select k.case_uid, 'verify_due' as deadline, k.opened_on + p.deadline_verify_days as due_on, k.state = 'verified' as met
    from open_case as k
    cross join policy as p
    union all
    select k.case_uid, 'first_visit_due', k.verified_on + p.deadline_first_visit_days, s.first_visit_on is not null
    from open_case as k
    cross join policy as p
    left join step as s on k.case_uid = s.case_uid
    where k.state = 'verified'
    union all
    select
        k.case_uid, 'notice_due', least(k.verified_on + p.deadline_notice_days, coalesce(s.third_failed_visit_on, k.verified_on + p.deadline_notice_days)),
        s.notice_on is not null
    from open_case as k
    cross join policy as p
    left join step as s on k.case_uid = s.case_uid
    where k.state = 'verified'
    union all
    select k.case_uid, 'penalty_due', s.notice_on + p.legal_notice_term_days, s.penalty_on is not null
    from open_case as k
    cross join policy as p
    inner join step as s on k.case_uid = s.case_uid
    where k.state = 'verified' and s.notice_on is not null
    union all
    select k.case_uid, 'lawsuit_due', s.penalty_on + p.legal_penalty_term_days, s.lawsuit_on is not null
    from open_case as k
    cross join policy as p
    inner join step as s on k.case_uid = s.case_uid
    where k.state = 'verified' and s.penalty_on is not null
    union all
    select
        case_uid, 'month_report_due', case when last_month_missed then last_month_end else month_end end, not last_month_missed and this_month_met
    from month
)

select d.case_uid, d.deadline, d.due_on, d.met, not d.met and n.as_of > d.due_on as overdue
from due as d
cross join night as n
