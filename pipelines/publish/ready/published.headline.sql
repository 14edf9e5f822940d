-- One row per unit and headline indicator: dropout and retention in the variant of policy, entry rates of all children (spec 5.1-5.3).
-- key: as_of, unit_code, indicator. Per cent. Named like the lines of [targets] without their ending.
with
chosen as (select indicator, variant from published.indicator where headline)

select
    d.as_of, d.unit_code, d.unit_level, d.unit_name, d.parent_code, d.school_year, d.stage || '_dropout' as indicator,
    d.numerator, d.denominator, d.rate, d.limit_rate as target, not d.over_limit as met, d.suppressed
from published.dropout_rate as d
inner join chosen as c on c.indicator = 'dropout_rate' and d.variant = c.variant
union all
select
    r.as_of, r.unit_code, r.unit_level, r.unit_name, r.parent_code, r.school_year, r.indicator || '_retention',
    r.numerator, r.denominator, r.rate, r.target, r.met, r.suppressed
from published.retention as r
inner join chosen as c on r.indicator = c.indicator and r.variant = c.variant
union all
select
    e.as_of, e.unit_code, e.unit_level, e.unit_name, e.parent_code, e.school_year, e.indicator,
    e.numerator, e.denominator, e.rate, e.target, e.met, e.suppressed
from published.enrolment_rate as e
where e."group" = 'all'
