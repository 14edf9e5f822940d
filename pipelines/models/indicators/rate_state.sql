-- One row per school year, unit and stage: the dropout rate (variant event) as published on the last night of the year so far
-- (spec 5.1, consecutive): what ledger.rate_history keeps.
-- key: school_year, unit_code, stage
-- over_limit is of this variant, whatever the policy's headline is.
with
night as (select * from core.night),
tonight as (
    select
        school_year, unit_code, stage, numerator, denominator, rate,
        case when rate is not null then cast(numerator as decimal(18, 0)) * 100 > limit_rate * denominator end as over_limit
    from indicators.dropout_rate
    where variant = 'event'
),

earlier as (
    select h.school_year, h.unit_code, h.stage, h.numerator, h.denominator, h.rate, h.over_limit
    from ledger.rate_history as h
    cross join night as n
    where h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night) and h.school_year <> n.school_year
)

select school_year, unit_code, stage, numerator, denominator, rate, over_limit
from tonight
union all
select school_year, unit_code, stage, numerator, denominator, rate, over_limit
from earlier
