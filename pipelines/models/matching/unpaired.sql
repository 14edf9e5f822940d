-- One row per registry (R) and enrolment (E) row whose person no row of the other kind shares by number or by a reviewer's decision:
-- what tiers 3 and 4 compare (spec 3.2).
-- key: row_id
-- patched: core.registry (node), core.enrolment (node)
-- node: the root of the nodes that reviewers joined, else the row's own.
with
decision_root as (select node, root from matching.decision_root),
-- Nearly every row has a partner: nodes alone are compared, and only of the others it is asked what they say.
registry_node as (
    select coalesce(d.root, r.node) as node
    from core.registry as r
    left join decision_root as d on r.node = d.node
),

enrolment_node as (
    select coalesce(d.root, e.node) as node
    from core.enrolment as e
    left join decision_root as d on e.node = d.node
),

registry as (
    select r.row_id, coalesce(d.root, r.node) as node, r.name, r.birth_date, r.sex, r.county_code
    from core.registry as r
    left join decision_root as d on r.node = d.node
),

enrolment as (
    select e.row_id, coalesce(d.root, e.node) as node, e.name, e.birth_date, e.sex, e.school_county as county_code
    from core.enrolment as e
    left join decision_root as d on e.node = d.node
)

select row_id, 'R' as source, node, name, birth_date, sex, county_code
from registry
where node not in (select node from enrolment_node)
union all
select row_id, 'E' as source, node, name, birth_date, sex, county_code
from enrolment
where node not in (select node from registry_node)
