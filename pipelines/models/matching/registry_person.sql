-- One row per registry row in force: the person it speaks of (spec 3.2).
-- key: row_id
-- patched: registry (node)
-- is_primary: of several rows of a person (双重户籍) the active one, then the latest status_date, then the smallest division code.
with
registry as (select row_id, node, registry_status, status_date, household_division from core.registry),
decision_root as (select node, root from matching.decision_root),
rooted as (
    select r.row_id, r.node, coalesce(d.root, r.node) as person, r.registry_status, r.status_date, r.household_division
    from registry as r
    left join decision_root as d on r.node = d.node
),

-- Only few persons have several rows to choose from.
repeated as (
    select person
    from rooted
    group by person
    having count(*) > 1
)

select r.row_id, r.node, r.person, true as is_primary
from rooted as r
left join repeated as t on r.person = t.person
where t.person is null
union all
select
    r.row_id,
    r.node,
    r.person,
    row_number() over (
        partition by r.person
        order by case when r.registry_status = '正常' then 0 else 1 end, r.status_date desc nulls last, r.household_division, r.row_id
    ) = 1 as is_primary
from rooted as r
inner join repeated as t on r.person = t.person
