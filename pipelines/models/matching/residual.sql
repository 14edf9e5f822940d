-- One row per registry (R) and enrolment (E) row whose person tiers 1-3 and the reviewers leave without a link: what tier 4 compares (spec 3.2).
-- key: row_id
-- patched: unpaired (node)
-- grows: core.delivery, clean.registry, clean.enrolment
-- delivered: the citizen number as delivered, damaged or not; delivered_embedded: what stands behind the G of a formal student number.
-- With matching.probabilistic = false nothing is left to compare and the table is empty.
with
switch as (select 1 as switched_on from core.policy where matching_probabilistic),
unpaired as (select row_id, source, node, name, birth_date, sex, county_code from matching.unpaired),
name_link as (select registry_node, enrolment_node from matching.name_link),
delivery as (select delivery_id, delivery_order from core.delivery where kind in ('户籍', '学籍')),
registry_alone as (
    select u.*
    from unpaired as u
    cross join switch
    where u.source = 'R' and u.node not in (select registry_node from name_link)
),

enrolment_alone as (
    select u.*
    from unpaired as u
    cross join switch
    where u.source = 'E' and u.node not in (select enrolment_node from name_link)
)

select
    r.row_id,
    'R' as source,
    r.node,
    coalesce(c.citizen_number_raw, c.citizen_number) as delivered,
    cast(null as varchar) as delivered_embedded,
    r.name,
    r.birth_date,
    r.sex,
    r.county_code
from registry_alone as r
inner join delivery as d on r.row_id // 4294967296 = d.delivery_order
inner join clean.registry as c on d.delivery_id = c.delivery_id and r.row_id % 4294967296 = c.row_number
union all
select
    e.row_id,
    'E' as source,
    e.node,
    coalesce(c.citizen_number_raw, c.citizen_number) as delivered,
    case when c.student_number like 'G%' then substr(c.student_number, 2) end as delivered_embedded,
    e.name,
    e.birth_date,
    e.sex,
    e.county_code
from enrolment_alone as e
inner join delivery as d on e.row_id // 4294967296 = d.delivery_order
inner join clean.enrolment as c on d.delivery_id = c.delivery_id and e.row_id % 4294967296 = c.row_number
