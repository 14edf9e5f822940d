-- One row per event of this night (spec 4, append-only): open, verify, close, rekey with date, reason and evidence.
-- key: case_uid, event
with
night as (select as_of from core.night),
rekeyed as (select distinct child_id, person from matching.rekey),
numbered_row as (
    select r.child_id, 1 as preference, p.row_id
    from rekeyed as r
    inner join matching.registry_person as p on r.person = p.person and p.node > 0
    union all
    select r.child_id, 2, e.row_id
    from rekeyed as r
    inner join matching.enrolment_person as e on r.person = e.person and e.node > 0
    union all
    select r.child_id, 3, a.row_id
    from rekeyed as r
    inner join matching.attached as a on r.person = a.person and a.unit > 0
),

rekey_row as (
    select child_id, row_id
    from numbered_row
    qualify row_number() over (partition by child_id order by preference, row_id) = 1
),

every_event as (
    select case_uid, 'open' as event, opened_on as on_date, category as reason, evidence_row_id as row_id from ledger.new_case
    union all
    select case_uid, 'verify', verified_on, 'dropped_out', evidence_row_id from ledger.new_case where verified_on is not null
    union all
    select case_uid, 'verify', verifying_on, verify_reason, case when verify_reason = 'verification' then substantiated_row_id else evidence_row_id end
    from ledger.decided_case
    where verifying_on is not null
    union all
    select
        d.case_uid, 'close', d.closed_on, d.closing,
        case d.closing when 'not_substantiated' then d.latest_row_id when 'merged' then r.row_id else d.evidence_row_id end
    from ledger.decided_case as d
    left join rekey_row as r on d.child_id = r.child_id
    where d.closing is not null
    union all
    select d.case_uid, 'rekey', n.as_of, null, r.row_id
    from ledger.decided_case as d
    cross join night as n
    left join rekey_row as r on d.child_id = r.child_id
    where d.rekeyed
)

select
    e.case_uid,
    e.event,
    e.on_date,
    e.reason,
    case d.kind
        when '户籍' then 'registry'
        when '学籍' then 'enrolment'
        when '学籍异动' then 'enrolment_change'
        when '在校' then 'in_school'
        when '缺课' then 'absence'
        when '脱贫户' then 'poverty'
        when '救助' then 'assistance'
        when '残疾人' then 'disability'
        when '劝返' then 'case_action'
        when '学籍查询' then 'lookup'
        when '部门名单' then 'department_list'
    end as evidence_kind,
    d.delivery as evidence_delivery,
    e.row_id % 4294967296 as evidence_row
from every_event as e
left join core.delivery as d on d.delivery_order = e.row_id // 4294967296
