-- One row per case: why the child is out of school, as those say who went there (spec 5.5).
-- key: case_uid
-- The latest reason among the actions of the case, of one day the first row; a known reason or what begins with one, else 其他; 待核
-- when none is given.
with
case_state as (select case_uid from ledger.case_state),
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
)

select k.case_uid, case when g.reason is null then '待核' else coalesce(w.reason, '其他') end as reason
from case_state as k
left join given as g on k.case_uid = g.case_uid
left join known as w on starts_with(g.reason, w.reason)
