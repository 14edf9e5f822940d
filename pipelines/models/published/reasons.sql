-- One row per unit from the county up, stage, reason and placement with any case (劝返安置, spec 5.5, 6.1; never below county, 6.3).
-- key: unit_code, stage, reason, placement
-- Cases: open ones (未安置), and children placed tonight whose last case closed so. reason: the latest among the actions of the case, of one day
-- the first row; a known reason or what begins with one, else 其他; 待核 when none is given.
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level in ('county', 'prefecture', 'province')),
place as (
    select case_uid, unnest([county_code, prefecture_code, province_code]) as unit_code
    from ledger.case_place
),

known as (
    select unnest([
        '学习困难', '外出务工', '早婚早育', '信教', '家庭经济困难', '上学远', '重病', '残疾', '缺乏监护', '季节性', '私塾读经', '专门教育', '其他', '待核'
    ]) as reason
),

given as (
    select case_uid, arg_max(reason, (action_date, -row_id)) as reason
    from ledger.case_action
    where reason is not null
    group by case_uid
),

placement as (
    select a.person, arg_max(a.action_kind, (a.start_date, -a.row_id)) as placement
    from status.approval as a
    inner join core.policy_placement as p on a.action_kind = p.placement
    where a.action_type = '安置' and a.is_open
    group by a.person
),

last_case as (
    select case_uid, child_id, close_reason, stage
    from ledger.case_state
    -- What was merged into another case is no word about the child.
    where close_reason is distinct from 'merged'
    qualify row_number() over (partition by child_id order by episode desc) = 1
),

counted_case as (
    select case_uid, stage, '未安置' as placement
    from ledger.case_state
    where state <> 'closed'
    union all
    select k.case_uid, k.stage, l.placement
    from last_case as k
    inner join status.verdict as v on k.child_id = v.child_id and v.status = 'placed'
    inner join ledger.case_person as p on k.case_uid = p.case_uid
    inner join placement as l on p.person = l.person
    where k.close_reason = 'placed'
),

reasoned as (
    select k.case_uid, k.stage, k.placement, case when g.reason is null then '待核' else coalesce(w.reason, '其他') end as reason
    from counted_case as k
    left join given as g on k.case_uid = g.case_uid
    left join known as w on starts_with(g.reason, w.reason)
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.stage,
    r.reason,
    r.placement,
    count(*) as cases
from reasoned as r
cross join night as n
inner join place as p on r.case_uid = p.case_uid
inner join unit as u on p.unit_code = u.unit_code
group by n.as_of, u.unit_code, u.unit_level, u.unit_name, u.parent_code, r.stage, r.reason, r.placement
