-- One row per unit of the school line, indicator and variant: retention of the cohort in its last grade (spec 5.2).
-- key: unit_code, indicator, variant
-- Unit: per cent; rate is uncapped, rate_shown capped at 100 for display. A missing year is null and says so, never interpolated.
with
night as (select * from core.night),
policy as (select rates_decimals, rates_rounding, retention_subtract_deaths, stages_primary_last from core.policy),
unit as (select * from indicators.unit where line = 'school' and unit_level in ('school', 'county', 'prefecture', 'province')),
school_stage as (select school_code, stage from indicators.school_stage),
indicators_of as (
    select 'nine_year' as indicator, null as stage
    union all
    select 'primary_six_year', 'primary'
    union all
    select 'junior_three_year', 'junior'
),

variants as (select 'national' as variant union all select 'adjusted' union all select 'net'),
summed as (
    select
        u.unit_code, c.indicator,
        sum(c.stock) as stock,
        sum(c.entrants) as entrants,
        count(distinct c.step) filter (where c.step > 0) = max(c.steps) as way_known,
        sum(c.transfers_in) as transfers_in,
        sum(c.transfers_out) as transfers_out,
        sum(c.deaths) as deaths,
        sum(c.increase) as increase,
        sum(c.decrease) as decrease
    from indicators.cohort as c
    inner join indicators.school_unit as u on c.school_code = u.school_code
    group by u.unit_code, c.indicator
),

lost as (
    select u.unit_code, count(*) as children
    from status.child as c
    inner join status.verdict as v on c.child_id = v.child_id
    inner join indicators.school_unit as u on c.school_code = u.school_code
    where v.category = 'transfer_lost'
    group by u.unit_code
),

lined as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, i.indicator, v.variant,
        cast(s.stock as bigint) as numerator,
        cast(s.entrants as bigint) as entrants,
        cast(case when s.way_known and s.entrants is not null then s.transfers_in end as bigint) as transfers_in,
        cast(case when s.way_known and s.entrants is not null then s.transfers_out end as bigint) as transfers_out,
        cast(case when s.way_known and s.entrants is not null then s.deaths end as bigint) as deaths,
        cast(
            case v.variant
                when 'national' then s.entrants
                when 'adjusted' then case
                    when s.way_known then s.entrants + s.transfers_in - s.transfers_out - case when p.retention_subtract_deaths then s.deaths else 0 end
                end
                else case when s.way_known then s.entrants + s.increase - s.decrease end
            end as bigint
        ) as denominator,
        t.value as target,
        coalesce(l.children, 0) as transfers_unmatched
    from unit as u
    cross join indicators_of as i
    cross join variants as v
    cross join policy as p
    left join school_stage as o on u.unit_code = o.school_code and i.stage = o.stage
    left join summed as s on u.unit_code = s.unit_code and i.indicator = s.indicator
    left join indicators.target as t on u.unit_code = t.unit_code and t.target = i.indicator || '_retention_min'
    left join lost as l on u.unit_code = l.unit_code
    where u.unit_level <> 'school' or o.school_code is not null
),

rated as (
    select l.*, per_cent(l.numerator, l.denominator, p.rates_decimals, p.rates_rounding) as rate
    from lined as l
    cross join policy as p
)

select
    r.unit_code,
    r.unit_level,
    r.unit_name,
    r.parent_code,
    n.school_year,
    r.indicator,
    r.variant,
    r.numerator,
    r.entrants,
    r.transfers_in,
    r.transfers_out,
    r.deaths,
    r.denominator,
    r.rate,
    case when r.rate > 100 then cast(100 as decimal(9, 2)) else r.rate end as rate_shown,
    r.target,
    case when r.rate is not null and r.target is not null then cast(r.numerator as decimal(18, 0)) * 100 >= r.target * r.denominator end as met,
    gap_to_target(r.numerator, r.denominator, r.target) as gap_children,
    r.transfers_unmatched,
    is_at_bound(r.rate, r.numerator, r.denominator) as at_bound,
    case when r.denominator is null or r.numerator is null then 'no_statistics' end as note
from rated as r
cross join night as n
