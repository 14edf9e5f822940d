-- One row per row that an office delivered about a child with a case, or out of school or suspected tonight: what it says and what it was
-- used for, so that a status and a case can be explained at the family's door (spec 3.3, 3.4, 4, 6.1).
-- key: child_key, kind, delivery, row_number
-- patched: verdict (child_id), case_state (child_id), universe (child_id)
-- only: status.child, status.verdict, status.suspicion, status.vanished, ledger.case_state
-- row_number is null where the evidence is that a delivery has no row of the child; delivery too where the row was seen on an earlier
-- night only (memory). said: without names and numbers; free labels that nobody knows are not repeated. used_for: status (it made the
-- line of 3.3 hold), group, case, reference (everything else). Unexcused absences of one school stand in one row, the latest.
with
night as (select as_of from core.night),
verdict as (select child_id, status, category, evidence_on, evidence_row_id from status.verdict),
case_state as (select child_id, child_key from ledger.case_state),
cased as (select child_id, min(child_key) as child_key from case_state group by child_id),
meant as (
    select child_id from verdict where status in ('out_of_school', 'suspected_absent')
    union
    select child_id from cased
),

universe as (
    select child_id, child_key, person, e_school, remembered, m_status, m_status_date, m_grade, m_school, m_school_year from status.child
),

child as (
    select
        c.child_id, c.child_key, c.person, c.e_school, c.remembered, c.m_status, c.m_status_date, c.m_grade, c.m_school, c.m_school_year, v.category, v.evidence_on,
        v.evidence_row_id
    from meant as m
    inner join universe as c on m.child_id = c.child_id
    inner join verdict as v on m.child_id = v.child_id
),

-- A child outside tonight's universe is found by its citizen number, as its case actions are (ledger.case_action).
outside as (
    select k.child_key, coalesce(p.person, k.number) as person
    from (
        select child_id, child_key, case when child_id not like 'X%' then cast(left(child_id, 17) as bigint) end as number
        from cased
    ) as k
    left join matching.node_person as p on k.number = p.node
    left join child as c on k.child_id = c.child_id
    where c.child_id is null and k.number is not null
),

subject as (
    select child_key, person from child where person is not null
    union
    select child_key, person from outside
),

attached as (
    select s.child_key, a.source, a.row_id
    from matching.attached as a
    inner join subject as s on a.person = s.person
),

placement as (select placement from core.policy_placement),
registry_said as (
    select
        s.child_key, '户籍' as kind, r.row_id, r.status_date as on_date,
        '户籍状态' || r.registry_status || case when not p.is_primary then '（重复户籍，未采用）' else '' end as said,
        'reference' as used_for
    from subject as s
    inner join matching.registry_person as p on s.person = p.person
    inner join core.registry as r on p.row_id = r.row_id
),

enrolment_said as (
    select
        s.child_key, '学籍' as kind, e.row_id, e.status_date as on_date,
        '学籍状态' || e.enrolment_status || '，' || cast(e.grade as varchar) || '年级，学校' || e.school_code
        || case when e.enrolment_status = '休学' then '，休学至' || coalesce(cast(e.effective_end as varchar), '（未填）') else '' end
        || case when not p.is_primary then '（另一学籍，未采用）' else '' end as said,
        'reference' as used_for
    from subject as s
    inner join matching.enrolment_person as p on s.person = p.person
    inner join core.enrolment as e on p.row_id = e.row_id
),

-- Few changes speak of a subject: only of these it is asked of whom.
subject_student_number as (select student_number, person from status.student_person where person in (select person from subject)),
subject_number as (select number, person from status.number_person where person in (select person from subject)),
subject_change as (
    select row_id, change_date, change_type, school_code, student_number, number, embedded
    from core.enrolment_change
    where student_number in (select student_number from subject_student_number)
        or number in (select number from subject_number)
        or embedded in (select number from subject_number)
),

change_said as (
    select
        s.child_key, '学籍异动' as kind, c.row_id, c.change_date as on_date,
        '学籍异动：' || c.change_type || '，学校' || c.school_code as said, 'reference' as used_for
    from subject_change as c
    left join status.student_person as t on c.student_number = t.student_number
    left join status.number_person as o on c.number = o.number
    left join status.number_person as g on c.embedded = g.number
    inner join subject as s on s.person = coalesce(t.person, o.person, g.person)
),

roll_said as (
    select
        a.child_key, '在校' as kind, i.row_id, i.roll_date as on_date,
        '点名' || case when i.present then '在校' else '不在校' end || '，学校' || i.school_code
        || case when i.in_force then '' else '（上学期的点名册，已过期）' end as said,
        'reference' as used_for
    from attached as a
    inner join core.in_school as i on a.row_id = i.row_id
    where a.source = 'I'
),

absence_said as (
    select
        s.child_key, '缺课' as kind, coalesce(max(k.row_id), max(u.row_id)) as row_id, max(u.day) as on_date,
        '旷课或原因不明共' || cast(count(*) as varchar) || '个上课日（' || cast(min(u.day) as varchar) || '至' || cast(max(u.day) as varchar) || '）'
        || case when max(k.streak) is not null then '，到学校最近一次报告为止连续' || cast(max(k.streak) as varchar) || '天' else '' end
        || '，学校' || u.school_code as said,
        'reference' as used_for
    from subject as s
    inner join status.unexcused_day as u on s.person = u.person
    left join status.streak as k on u.person = k.person and u.school_code = k.school_code
    group by s.child_key, u.school_code
),

listing_said as (
    select
        a.child_key,
        case a.source when 'P' then '脱贫户' when 'A' then '救助' when 'B' then '残疾人' else '部门名单' end as kind,
        l.row_id, cast(null as date) as on_date,
        case a.source
            when 'P' then '户类型' || l.label
            when 'A' then '救助类型' || l.label
            when 'B' then '残疾类别' || l.label
            else l.department || '名单：' || l.label
        end as said,
        case when a.source = 'Q' then 'reference' else 'group' end as used_for
    from attached as a
    inner join core.listing as l on a.row_id = l.row_id
    where a.source in ('P', 'A', 'B', 'Q')
),

action_said as (
    select
        a.child_key, '劝返' as kind, c.row_id, c.action_date as on_date,
        c.action_type || case
            when c.action_kind is null then ''
            when c.action_kind in (
                '敦促入学通知书', '限期复学通知书', '责令改正通知书', '行政处罚决定书', '提起诉讼', '申请强制执行', '死亡', '出国(境)', '疾病', '残疾'
            ) or c.action_kind in (select placement from placement) then '（' || c.action_kind || '）'
            else '（其他）'
        end
        || coalesce('，' || c.result, '')
        || case
            when c.action_type in ('安置', '延缓入学') then '，' || cast(c.start_date as varchar) || '至' || coalesce(cast(c.effective_end as varchar), '未定')
            else ''
        end
        || case when c.action_type in ('安置', '延缓入学', '免除') then case when p.record_number is null then '，没有有效的县级审核' else '，县级已审核' end else '' end
        || case when c.action_type = '核查' and c.result = '不属实' and c.evidence_number is null then '，无佐证编号，不作数' else '' end as said,
        'case' as used_for
    from attached as a
    inner join core.case_action as c on a.row_id = c.row_id
    left join status.approval as p on c.record_number = p.record_number
    where a.source = 'C'
),

lookup_said as (
    select
        s.child_key, '学籍查询' as kind, l.row_id, l.lookup_date as on_date,
        '全国学籍查询：' || l.lookup_result
        || case when length(l.province) <= 8 and regexp_matches(l.province, '^([一-龥]+|[0-9]+)$') then '（' || l.province || '）' else '' end as said,
        'reference' as used_for
    from matching.attached_lookup as a
    inner join subject as s on a.person = s.person
    inner join core.lookup as l on a.row_id = l.row_id
),

delivered as (
    select * from registry_said
    union all
    select * from enrolment_said
    union all
    select * from change_said
    union all
    select * from roll_said
    union all
    select * from absence_said
    union all
    select * from listing_said
    union all
    select * from action_said
    union all
    select * from lookup_said
),

-- What a delivery does not say is evidence too: a roll, or an enrolment extract, without the child.
silent as (
    select
        c.child_key, '在校' as kind, r.delivery_order, c.evidence_on as on_date, '点名册上没有该生，学校' || c.e_school as said, 'status' as used_for
    from child as c
    inner join status.suspicion as s on c.child_id = s.child_id and s.row_id is null
    left join core.roll as r on c.e_school = r.school_code and c.evidence_on = r.roll_date
    where c.category = 'not_at_roll_call'
    union all
    select
        c.child_key, '学籍', v.delivery_order, v.first_without_on, '这次报送的学籍中已没有该生，原学校' || c.m_school,
        case when c.category = 'vanished' then 'status' else 'reference' end
    from child as c
    inner join status.vanished as v on c.child_id = v.child_id
    union all
    select
        c.child_key, '学籍', null, c.m_status_date,
        '以前报送的学籍：' || c.m_status || '，' || cast(c.m_grade as varchar) || '年级，学校' || c.m_school || '（' || c.m_school_year || '学年最后见到）',
        case when c.category in ('dropped_out', 'transfer_lost') then 'status' else 'reference' end
    from child as c
    where c.remembered
),

every_row as (
    select d.child_key, d.kind, d.row_id // 4294967296 as delivery_order, d.row_id % 4294967296 as row_number, d.on_date, d.said,
        case when c.evidence_row_id = d.row_id then 'status' else d.used_for end as used_for
    from delivered as d
    left join child as c on d.child_key = c.child_key
    union all
    select child_key, kind, delivery_order, null, on_date, said, used_for from silent
)

select
    n.as_of,
    e.child_key,
    e.kind,
    d.delivery,
    e.row_number,
    e.on_date,
    e.said,
    e.used_for
from every_row as e
cross join night as n
left join core.delivery as d on e.delivery_order = d.delivery_order
