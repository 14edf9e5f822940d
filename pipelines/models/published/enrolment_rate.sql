-- One row per unit of the household line, entry rate and group, in per cent (spec 5.3, 6.1).
-- key: unit_code, school_year, indicator, group
-- suppressed: a village that is withheld shows neither counts nor what follows from them (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code from indicators.withheld where family = 'schooling'),
judged as (
    select e.*, w.unit_code is not null as suppressed
    from indicators.enrolment_rate as e
    left join withheld as w on e.unit_code = w.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.school_year,
    j.indicator,
    j.group_name as "group",
    case when not j.suppressed then j.numerator end as numerator,
    case when not j.suppressed then j.denominator end as denominator,
    case when not j.suppressed then j.rate end as rate,
    j.target,
    case when not j.suppressed then j.met end as met,
    case when not j.suppressed then j.gap_children end as gap_children,
    case when not j.suppressed then j.at_bound end as at_bound,
    j.suppressed
from judged as j
cross join night as n
