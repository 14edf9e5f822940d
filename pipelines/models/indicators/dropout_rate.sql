-- One row per unit of the school line, stage and variant: the dropout rate of the school year containing D (spec 5.1).
-- key: unit_code, stage, variant
-- Unit: per cent. over_limit compares the exact fraction of the headline variant and stands in all three rows.
with
night as (select * from core.night),
policy as (select rates_decimals, rates_rounding, rates_dropout_variant from core.policy),
unit as (select * from indicators.unit where line = 'school'),
school_stage as (select school_code, stage from indicators.school_stage),
stages as (select 'primary' as stage union all select 'junior'),
variants as (select 'event' as variant union all select 'ledger' union all select 'flow'),
summed as (
    select u.unit_code, c.stage, sum(c.event) as event, sum(c.ledger) as ledger, sum(c.flow) as flow, sum(c.stock) as stock
    from indicators.dropout_count as c
    inner join indicators.school_unit as u on c.school_code = u.school_code
    group by u.unit_code, c.stage
),

target as (select unit_code, target, value from indicators.target),
last_year as (
    select h.unit_code, h.stage, h.rate, h.over_limit
    from ledger.rate_history as h
    cross join night as n
    where h.school_year = cast(year(n.year_start) - 1 as varchar) || '-' || cast(year(n.year_start) as varchar)
        and h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
),

lined as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, s.stage, v.variant,
        cast(coalesce(case v.variant when 'event' then m.event when 'ledger' then m.ledger else m.flow end, 0) as bigint) as numerator,
        cast(m.stock as bigint) as denominator,
        cast(coalesce(case p.rates_dropout_variant when 'event' then m.event when 'ledger' then m.ledger else m.flow end, 0) as bigint) as headline,
        t.value as limit_rate
    from unit as u
    cross join stages as s
    cross join variants as v
    cross join policy as p
    left join school_stage as o on u.unit_code = o.school_code and s.stage = o.stage
    left join summed as m on u.unit_code = m.unit_code and s.stage = m.stage
    left join target as t on u.unit_code = t.unit_code and t.target = s.stage || '_dropout_max'
    where u.unit_level <> 'school' or o.school_code is not null
),

rated as (
    select
        l.*,
        per_cent(l.numerator, l.denominator, p.rates_decimals, p.rates_rounding) as rate,
        case when coalesce(l.denominator, 0) > 0 then cast(l.headline as decimal(18, 0)) * 100 > l.limit_rate * l.denominator end as over_limit
    from lined as l
    cross join policy as p
)

select
    r.unit_code,
    r.unit_level,
    r.unit_name,
    r.parent_code,
    n.school_year,
    r.stage,
    r.variant,
    r.numerator,
    r.denominator,
    r.rate,
    r.limit_rate,
    r.over_limit,
    y.rate as last_year_rate,
    coalesce(r.over_limit and y.over_limit, false) as consecutive,
    is_at_bound(r.rate, r.numerator, r.denominator) as at_bound,
    case when r.denominator is null then 'no_statistics' end as note
from rated as r
cross join night as n
left join last_year as y on r.unit_code = y.unit_code and r.stage = y.stage
