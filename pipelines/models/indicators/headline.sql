-- One row per county-level unit and line of [targets] (spec 5.6, 5.10): the headline rate, the line, met or not, children missing.
-- key: unit_code, indicator
-- Unit: per cent. Headline variants are policy; entry rates are of all children. indicator is the key of [targets] without its ending.
with
policy as (select rates_dropout_variant, rates_retention_variant from core.policy),
rated as (
    select
        d.unit_code, d.unit_level, d.unit_name, d.parent_code, d.school_year, d.stage || '_dropout' as indicator, d.stage || '_dropout_max' as target,
        d.numerator, d.denominator, d.rate, not d.over_limit as met, gap_to_limit(d.numerator, d.denominator, d.limit_rate) as gap_children
    from indicators.dropout_rate as d
    inner join policy as p on d.variant = p.rates_dropout_variant
    union all
    select
        r.unit_code, r.unit_level, r.unit_name, r.parent_code, r.school_year, r.indicator || '_retention', r.indicator || '_retention_min',
        r.numerator, r.denominator, r.rate, r.met, r.gap_children
    from indicators.retention as r
    inner join policy as p on r.variant = p.rates_retention_variant
    union all
    select unit_code, unit_level, unit_name, parent_code, school_year, indicator, indicator || '_min', numerator, denominator, rate, met, gap_children
    from indicators.enrolment_rate
    where group_name = 'all'
)

select
    r.unit_code,
    r.unit_level,
    r.unit_name,
    r.parent_code,
    r.school_year,
    r.indicator,
    r.target,
    r.numerator,
    r.denominator,
    r.rate as value,
    t.value as limit_value,
    not ends_with(r.target, '_max') as higher_is_better,
    r.met,
    cast(r.gap_children as bigint) as gap_children
from rated as r
inner join indicators.target as t on r.unit_code = t.unit_code and r.target = t.target
where r.unit_level = 'county'
