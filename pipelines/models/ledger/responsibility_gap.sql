-- One row per open case, office and unit that 责任人 names nobody for (spec 4.5): a gap is published, never guessed.
-- key: case_uid, role
with
open_case as (select case_uid, child_id, school_code from ledger.case_state where state <> 'closed'),
place as (select * from ledger.case_place),
child as (select child_id, grade, class_name from status.child),
wanted as (
    select k.case_uid, '县长' as role, p.county_code as unit_code from open_case as k inner join place as p on k.case_uid = p.case_uid
    union all
    select k.case_uid, '教育局长', p.county_code from open_case as k inner join place as p on k.case_uid = p.case_uid
    union all
    select k.case_uid, '乡镇长', p.township_code from open_case as k inner join place as p on k.case_uid = p.case_uid
    union all
    select k.case_uid, '村委会主任', p.village_code from open_case as k inner join place as p on k.case_uid = p.case_uid
    union all
    select case_uid, '校长', school_code from open_case
    union all
    select k.case_uid, '师长', k.school_code || '/' || cast(c.grade as varchar) || '/' || c.class_name
    from open_case as k
    inner join child as c on k.child_id = c.child_id
)

select w.case_uid, w.role, w.unit_code
from wanted as w
left join core.responsibility as r on w.role = r.role and w.unit_code = r.unit_code
where w.unit_code is not null and r.unit_code is null
