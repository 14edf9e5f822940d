-- One row per reviewer's decision (匹配裁定) visible at D: the last word of each 裁定编号, dated on or before D (spec 2.2, 3.2).
-- key: decision_number
-- dated: clean.match_decision (decided_on)
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '匹配裁定'),
standing as (
    select m.decision_number, m.first_party, m.second_party, m.decision, m.decided_on,
        cast(d.delivery_order as bigint) * 4294967296 + m.row_number as row_id
    from clean.match_decision as m
    inner join delivery as d on m.delivery_id = d.delivery_id
    qualify row_number() over (partition by m.decision_number order by d.delivery_order desc, m.row_number desc) = 1
)

select s.decision_number, s.first_party, s.second_party, s.decision, s.decided_on, s.row_id
from standing as s
inner join night as n on s.decided_on <= n.as_of
