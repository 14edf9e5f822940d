-- One row per unit and stage whose headline dropout rate is over the limit (spec 5.1, 4.7); consecutive: last year's was as well.
-- key: as_of, unit_code, stage. Per cent.
select
    d.as_of, d.unit_code, d.unit_level, d.unit_name, d.parent_code, d.school_year, d.stage,
    d.numerator, d.denominator, d.rate, d.limit_rate, d.last_year_rate, d.consecutive, d.suppressed
from published.dropout_rate as d
inner join published.indicator as i on i.indicator = 'dropout_rate' and i.headline and d.variant = i.variant
where d.over_limit
