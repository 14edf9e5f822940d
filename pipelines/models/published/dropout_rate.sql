-- One row per unit of the school line, stage and variant: 辍学率 in per cent (spec 5.1, 6.1).
-- key: unit_code, school_year, stage, variant
-- suppressed: a school row with a count below disclosure.small_cell shows neither counts nor rate (spec 6.3).
with
night as (select as_of from core.night),
policy as (select disclosure_small_cell from core.policy),
judged as (
    select
        d.*,
        d.unit_level = 'school' and (
            abs(d.numerator) between 1 and p.disclosure_small_cell - 1 or coalesce(d.denominator, 0) between 1 and p.disclosure_small_cell - 1
        ) as suppressed
    from indicators.dropout_rate as d
    cross join policy as p
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.school_year,
    j.stage,
    j.variant,
    case when not j.suppressed then j.numerator end as numerator,
    case when not j.suppressed then j.denominator end as denominator,
    case when not j.suppressed then j.rate end as rate,
    j.limit_rate,
    j.over_limit,
    case when not j.suppressed then j.last_year_rate end as last_year_rate,
    j.consecutive,
    case when not j.suppressed then j.at_bound end as at_bound,
    j.note,
    j.suppressed
from judged as j
cross join night as n
