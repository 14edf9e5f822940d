-- One row per case with actions: visits, documents and the legal step reached (spec 4.4).
-- key: case_uid
-- third_failed_visit_on: date of the failed visit that makes a notice due (legal.visits_before_notice).
with
policy as (select legal_visits_before_notice from core.policy),
action as (select * from ledger.case_action),
failed as (
    select case_uid, action_date, row_number() over (partition by case_uid order by action_date, record_number) as place
    from action
    where action_type = '劝返' and result = '未成功'
),

failed_enough as (
    select f.case_uid, min(f.action_date) as third_failed_visit_on
    from failed as f
    inner join policy as p on f.place = p.legal_visits_before_notice
    group by f.case_uid
)

select
    a.case_uid,
    count(*) filter (where a.action_type = '劝返') as visits,
    max(a.action_date) as last_action_on,
    min(a.action_date) filter (where a.action_type = '劝返') as first_visit_on,
    min(a.action_date) filter (where a.action_type = '文书' and a.action_kind in ('敦促入学通知书', '限期复学通知书')) as notice_on,
    min(a.action_date) filter (where a.action_type = '文书' and a.action_kind = '行政处罚决定书') as penalty_on,
    min(a.action_date) filter (where a.action_type = '文书' and a.action_kind = '提起诉讼') as lawsuit_on,
    max(a.action_date) filter (where a.action_type = '复学' and coalesce(a.result, '') <> '未成功') as claimed_return_on,
    f.third_failed_visit_on
from action as a
left join failed_enough as f on a.case_uid = f.case_uid
group by a.case_uid, f.third_failed_visit_on
