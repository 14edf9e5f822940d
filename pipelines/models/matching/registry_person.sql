-- One row per registry row in force: the person it speaks of (spec 3.2).
-- key: row_id
-- is_primary: of several rows of a person (双重户籍) the active one, then the latest status_date, then the smallest division code.
with
registry as (select row_id, node, registry_status, status_date, household_division from core.registry),
decision_root as (select node, root from matching.decision_root),
rooted as (
    select r.row_id, r.node, coalesce(d.root, r.node) as person, r.registry_status, r.status_date, r.household_division
    from registry as r
    left join decision_root as d on r.node = d.node
)

select
    row_id,
    node,
    person,
    row_number() over (
        partition by person
        order by case when registry_status = '正常' then 0 else 1 end, status_date desc nulls last, household_division, row_id
    ) = 1 as is_primary
from rooted
