-- One row per verification (核查) of a person visible at D that counts (spec 4.2): a 不属实 only with a 佐证编号.
-- key: row_id
select
    c.row_id,
    a.person,
    c.action_date,
    c.delivered_on,
    c.result = '属实' as substantiated
from core.case_action as c
inner join matching.attached as a on c.row_id = a.row_id
where c.action_type = '核查' and (c.result = '属实' or (c.result = '不属实' and c.evidence_number is not null))
