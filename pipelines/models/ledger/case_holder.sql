-- One row per case: who answers for it on the government line and the education line (spec 4.5); null where 责任人 names nobody.
-- key: case_uid
-- Holders of the offices of ledger.case_office; the parent from the registry.
with
cased as (select distinct child_id from ledger.case_state),
-- Gathered by child, though each has one row: who has no case is left out before anybody asks for a delivery.
child as (
    select c.child_id, max(c.r_row_id) as r_row_id
    from cased as k
    inner join status.child as c on k.child_id = c.child_id
    where c.r_row_id is not null
    group by c.child_id
),

delivery as (select delivery_id, delivery_order from core.delivery where kind = '户籍'),
registry_row as (
    select c.child_id, d.delivery_id, cast(c.r_row_id % 4294967296 as integer) as row_number
    from child as c
    inner join delivery as d on d.delivery_order = c.r_row_id // 4294967296
),

guardian as (
    select c.child_id, r.guardian_name
    from registry_row as c
    inner join clean.registry as r on c.delivery_id = r.delivery_id and c.row_number = r.row_number
),

holder as (
    select
        o.case_uid,
        max(case when o.role = '县长' then r.name end) as county_head,
        max(case when o.role = '乡镇长' then r.name end) as township_head,
        max(case when o.role = '村委会主任' then r.name end) as village_head,
        max(case when o.role = '教育局长' then r.name end) as bureau_head,
        max(case when o.role = '校长' then r.name end) as principal,
        max(case when o.role = '师长' then r.name end) as class_teacher
    from ledger.case_office as o
    inner join core.responsibility as r on o.role = r.role and o.unit_code = r.unit_code
    group by o.case_uid
)

select
    k.case_uid,
    h.county_head,
    h.township_head,
    h.village_head,
    g.guardian_name as parent,
    h.bureau_head,
    h.principal,
    h.class_teacher
from ledger.case_state as k
left join guardian as g on k.child_id = g.child_id
left join holder as h on k.case_uid = h.case_uid
