-- One row per county-level unit and line of [targets]: met or not, with the gap in children (均衡发展评估, spec 5.10). Unit: per cent.
-- key: unit_code, indicator
-- failed stands in every row of a county of which a veto line is not met; a line without a rate is neither met nor unmet.
with
night as (select as_of from core.night)

select
    n.as_of,
    h.unit_code,
    h.unit_level,
    h.unit_name,
    h.parent_code,
    h.indicator,
    h.value,
    h.limit_value as line,
    h.met,
    v.target is not null as veto,
    h.gap_children,
    coalesce(bool_or(v.target is not null and not h.met) over (partition by h.unit_code), false) as failed
from indicators.headline as h
cross join night as n
left join core.policy_veto as v on h.target = v.target
