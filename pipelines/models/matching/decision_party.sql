-- One row per reviewer's decision and party: the node it names tonight (spec 3.2, reviewers' decisions).
-- key: decision_number, side
-- A party is a citizen number, a child_key of an earlier night, or `delivery#row` of a registry or enrolment row.
with
match_decision as (select * from core.match_decision),
party as (
    select decision_number, 1 as side, first_party as party from match_decision
    union all
    select decision_number, 2, second_party from match_decision
),

named_row as (
    select p.decision_number, p.side, cast(d.delivery_order as bigint) * 4294967296 + try_cast(split_part(p.party, '#', 2) as bigint) as row_id
    from party as p
    inner join core.delivery as d on d.delivery = split_part(p.party, '#', 1)
    where p.party like '%#%'
)

select p.decision_number, p.side, cast(left(p.party, 17) as bigint) as node
from party as p
where length(p.party) = 18 and try_cast(left(p.party, 17) as bigint) is not null
union all
select p.decision_number, p.side, m.node
from party as p
inner join core.previous_memory as m on p.party = m.child_key
where m.node is not null
union all
select n.decision_number, n.side, coalesce(r.node, e.node) as node
from named_row as n
left join core.registry as r on n.row_id = r.row_id
left join core.enrolment as e on n.row_id = e.row_id
where coalesce(r.node, e.node) is not null
