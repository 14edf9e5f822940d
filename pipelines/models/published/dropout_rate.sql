-- One row per unit of the school line, stage and variant: 辍学率 in per cent (spec 5.1, 6.1).
-- key: unit_code, school_year, stage, variant
-- suppressed: a school that is withheld shows neither counts nor what follows from them (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code from indicators.withheld where family = 'schooling'),
judged as (
    select d.*, w.unit_code is not null as suppressed
    from indicators.dropout_rate as d
    left join withheld as w on d.unit_code = w.unit_code
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
    case when not j.suppressed then j.over_limit end as over_limit,
    case when not j.suppressed then j.last_year_rate end as last_year_rate,
    case when not j.suppressed then j.consecutive end as consecutive,
    case when not j.suppressed then j.at_bound end as at_bound,
    case when not j.suppressed then j.note end as note,
    j.suppressed
from judged as j
cross join night as n
