-- One row per unit of the school line, indicator and variant: 巩固率 in per cent (spec 5.2, 6.1).
-- key: unit_code, school_year, indicator, variant
-- suppressed: a school that is withheld shows neither counts nor what follows from them (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code from indicators.withheld where family = 'retention'),
judged as (
    select r.*, w.unit_code is not null as suppressed
    from indicators.retention as r
    left join withheld as w on r.unit_code = w.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.school_year,
    j.indicator,
    j.variant,
    case when not j.suppressed then j.numerator end as numerator,
    case when not j.suppressed then j.entrants end as entrants,
    case when not j.suppressed then j.transfers_in end as transfers_in,
    case when not j.suppressed then j.transfers_out end as transfers_out,
    case when not j.suppressed then j.deaths end as deaths,
    case when not j.suppressed then j.denominator end as denominator,
    case when not j.suppressed then j.rate end as rate,
    case when not j.suppressed then j.rate_shown end as rate_shown,
    j.target,
    case when not j.suppressed then j.met end as met,
    case when not j.suppressed then j.gap_children end as gap_children,
    case when not j.suppressed then j.transfers_unmatched end as transfers_unmatched,
    case when not j.suppressed then j.at_bound end as at_bound,
    case when not j.suppressed then j.note end as note,
    j.suppressed
from judged as j
cross join night as n
