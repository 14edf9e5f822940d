-- One row per node that reviewers joined to another: the root that stands for all nodes of its person (spec 3.2, 同一人).
-- key: node
-- root: the largest node of the joined set, so that a node with a number stands for one without.
with recursive
pair as (
    select low_node as a, high_node as b from matching.decision where same_person
    union
    select high_node, low_node from matching.decision where same_person
),

reach as (
    select a as node, a as member from pair
    union
    select r.node, p.b from reach as r inner join pair as p on r.member = p.a
)

select node, max(member) as root
from reach
group by node
