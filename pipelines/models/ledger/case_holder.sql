-- One row per case: who answers for it on the government line and the education line (spec 4.5); null where 责任人 names nobody.
-- key: case_uid
-- The county head and the bureau head are of the case's county, township and village heads of its registry place, principal and
-- class teacher of its school, the parent from the registry.
with
place as (select * from ledger.case_place),
responsibility as (select role, unit_code, name from core.responsibility),
child as (select child_id, school_code, grade, class_name, r_row_id from status.child),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '户籍'),
guardian as (
    select c.child_id, r.guardian_name
    from child as c
    inner join delivery as d on d.delivery_order = c.r_row_id // 4294967296
    inner join clean.registry as r on r.delivery_id = d.delivery_id and r.row_number = c.r_row_id % 4294967296
    where c.child_id in (select child_id from ledger.case_state)
)

select
    k.case_uid,
    a.name as county_head,
    b.name as township_head,
    v.name as village_head,
    g.guardian_name as parent,
    e.name as bureau_head,
    s.name as principal,
    t.name as class_teacher
from ledger.case_state as k
inner join place as p on k.case_uid = p.case_uid
left join child as c on k.child_id = c.child_id
left join guardian as g on k.child_id = g.child_id
left join responsibility as a on a.role = '县长' and p.county_code = a.unit_code
left join responsibility as b on b.role = '乡镇长' and p.township_code = b.unit_code
left join responsibility as v on v.role = '村委会主任' and p.village_code = v.unit_code
left join responsibility as e on e.role = '教育局长' and p.county_code = e.unit_code
left join responsibility as s on s.role = '校长' and k.school_code = s.unit_code
left join responsibility as t
    on t.role = '师长' and t.unit_code = k.school_code || '/' || cast(c.grade as varchar) || '/' || c.class_name
