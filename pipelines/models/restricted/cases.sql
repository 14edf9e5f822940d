-- One row per case at D, closed ones too (spec 4.1, 4.4, 6.1); place, stage and group as at opening, holders by role (spec 4.5).
-- key: child_key, case_id
with
night as (select as_of from core.night),
step as (select * from ledger.case_step),
deadline as (
    select
        case_uid,
        max(case when deadline = 'verify_due' then due_on end) as verify_due,
        max(case when deadline = 'first_visit_due' then due_on end) as first_visit_due,
        max(case when deadline = 'notice_due' then due_on end) as notice_due,
        max(case when deadline = 'penalty_due' then due_on end) as penalty_due,
        max(case when deadline = 'lawsuit_due' then due_on end) as lawsuit_due,
        max(case when deadline = 'month_report_due' then due_on end) as month_report_due,
        list_sort(list(deadline) filter (where overdue)) as overdue
    from ledger.case_deadline
    group by case_uid
),

holder as (select * from ledger.case_holder)

select
    n.as_of,
    k.child_key,
    k.case_id,
    cast(k.episode as bigint) as episode,
    k.state,
    k.category,
    k.opened_on,
    k.verified_on,
    k.closed_on,
    k.close_reason,
    k.relapse,
    k.sub_state,
    k.household_division,
    k.school_code,
    k.stage,
    k.poor,
    coalesce(s.visits, 0) as visits,
    s.last_action_on,
    case
        when s.lawsuit_on is not null then 'lawsuit'
        when s.penalty_on is not null then 'penalty'
        when s.notice_on is not null then 'notice'
        else 'none'
    end as legal_step,
    d.verify_due,
    d.first_visit_due,
    d.notice_due,
    d.penalty_due,
    d.lawsuit_due,
    d.month_report_due,
    d.overdue,
    h.county_head,
    h.township_head,
    h.village_head,
    h.parent,
    h.bureau_head,
    h.principal,
    h.class_teacher
from ledger.case_state as k
cross join night as n
left join step as s on k.case_uid = s.case_uid
left join deadline as d on k.case_uid = d.case_uid
left join holder as h on k.case_uid = h.case_uid
