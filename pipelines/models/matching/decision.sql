-- One row per pair of nodes that reviewers judged (spec 3.2): the latest decision of a pair wins.
-- key: low_node, high_node
with
match_decision as (select * from core.match_decision),
decision_party as (select * from matching.decision_party)

select
    least(a.node, b.node) as low_node,
    greatest(a.node, b.node) as high_node,
    m.decision = '同一人' as same_person
from match_decision as m
inner join decision_party as a on m.decision_number = a.decision_number and a.side = 1
inner join decision_party as b on m.decision_number = b.decision_number and b.side = 2
where a.node <> b.node
qualify row_number() over (
    partition by least(a.node, b.node), greatest(a.node, b.node) order by m.decided_on desc, m.row_id desc
) = 1
