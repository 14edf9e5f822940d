-- One row per unit, line and group: 动态清零, zero rows too (spec 4.3, 6.1). Counts of children; clearance_rate in per cent.
-- key: unit_code, line, group
-- relapse_rate, median_days_to_close (spec 5.5): from the township up, as a few closings of a village or school would tell of children.
-- suppressed: a village or school that is withheld shows no counts, nor what follows from them (spec 6.3).
with
night as (select as_of from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
withheld as (select unit_code from indicators.withheld where family = 'ledger'),
judged as (
    select
        z.*,
        per_cent(z.ever_closed, z.ever_opened, p.rates_decimals, p.rates_rounding) as clearance_rate,
        per_cent(z.ever_relapsed, z.ever_came_back, p.rates_decimals, p.rates_rounding) as relapse_rate,
        w.unit_code is not null as suppressed
    from indicators.zeroing as z
    cross join policy as p
    left join withheld as w on z.unit_code = w.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.line,
    j.group_name as "group",
    case when not j.suppressed then j.open_at_start end as open_at_start,
    case when not j.suppressed then j.opened end as opened,
    case when not j.suppressed then j.relapsed end as relapsed,
    case when not j.suppressed then j.closed end as closed,
    case when not j.suppressed then j.open_at_end end as open_at_end,
    case when not j.suppressed then j.suspected_open end as suspected_open,
    case when not j.suppressed then j.verified_open end as verified_open,
    case when not j.suppressed then j.overdue end as overdue,
    case when not j.suppressed then j.zeroed end as zeroed,
    case when not j.suppressed then j.zeroed_since end as zeroed_since,
    cast(case when not j.suppressed then n.as_of - j.zeroed_since end as bigint) as days_since_zero,
    case when not j.suppressed then j.ever_opened end as ever_opened,
    case when not j.suppressed then j.ever_closed end as ever_closed,
    case when not j.suppressed then j.clearance_rate end as clearance_rate,
    case when j.unit_level not in ('village', 'school') then j.relapse_rate end as relapse_rate,
    case when j.unit_level not in ('village', 'school') then j.median_days_to_close end as median_days_to_close,
    j.suppressed
from judged as j
cross join night as n
