-- One row per county-level unit and indicator: its place among the units of one parent (spec 5.6, 6.1). Unit of value: per cent.
-- key: unit_code, indicator
-- Units without a rate or with a denominator below ranking.floor have no rank. Equal values as shown have equal ranks. change_since_last_month:
-- against the last night by the end of the month before; another school year is another rate and cannot be compared.
with
night as (select as_of, school_year, cast(date_trunc('month', as_of) as date) - 1 as last_month_end from core.night),
policy as (select ranking_floor, rates_dropout_variant, rates_retention_variant from core.policy),
kept as (
    select h.unit_code, h.school_year, h.stage || '_dropout' as indicator, h.rate as value, h.from_night, h.to_night
    from history.dropout_rate as h
    inner join policy as p on h.variant = p.rates_dropout_variant
    where h.unit_level = 'county' and h.to_run is null
    union all
    select h.unit_code, h.school_year, h.indicator || '_retention', h.rate, h.from_night, h.to_night
    from history.retention as h
    inner join policy as p on h.variant = p.rates_retention_variant
    where h.unit_level = 'county' and h.to_run is null
    union all
    select h.unit_code, h.school_year, h.indicator, h.rate, h.from_night, h.to_night
    from history.enrolment_rate as h
    where h.unit_level = 'county' and h."group" = 'all' and h.to_run is null
),

last_month as (
    select k.unit_code, k.indicator, k.value
    from kept as k
    inner join night as n on k.school_year = n.school_year
    where k.from_night <= n.last_month_end and (k.to_night is null or k.to_night > n.last_month_end)
),

headline as (
    select h.*, h.value is not null and h.denominator >= p.ranking_floor as ranked
    from indicators.headline as h
    cross join policy as p
)

select
    n.as_of,
    h.unit_code,
    h.unit_level,
    h.unit_name,
    h.parent_code,
    h.indicator,
    h.value,
    case
        when h.ranked then rank() over (
            partition by h.parent_code, h.indicator, h.ranked order by case when h.higher_is_better then -h.value else h.value end
        )
    end as rank,
    count(*) filter (where h.ranked) over (partition by h.parent_code, h.indicator) as of,
    cast(h.value - m.value as decimal(9, 2)) as change_since_last_month
from headline as h
cross join night as n
left join last_month as m on h.unit_code = m.unit_code and h.indicator = m.indicator
