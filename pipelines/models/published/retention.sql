-- One row per unit of the school line, indicator and variant: 巩固率 in per cent (spec 5.2, 6.1).
-- key: unit_code, school_year, indicator, variant
-- suppressed: a school row with a count below disclosure.small_cell shows neither counts nor rates (spec 6.3).
with
night as (select as_of from core.night),
policy as (select disclosure_small_cell from core.policy),
judged as (
    select
        r.*,
        r.unit_level = 'school' and (
            coalesce(r.numerator, 0) between 1 and p.disclosure_small_cell - 1 or coalesce(r.entrants, 0) between 1 and p.disclosure_small_cell - 1
            or coalesce(r.transfers_in, 0) between 1 and p.disclosure_small_cell - 1 or coalesce(r.transfers_out, 0) between 1 and p.disclosure_small_cell - 1
            or coalesce(r.deaths, 0) between 1 and p.disclosure_small_cell - 1 or abs(coalesce(r.denominator, 0)) between 1 and p.disclosure_small_cell - 1
            or coalesce(r.gap_children, 0) between 1 and p.disclosure_small_cell - 1 or r.transfers_unmatched between 1 and p.disclosure_small_cell - 1
        ) as suppressed
    from indicators.retention as r
    cross join policy as p
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
    j.met,
    case when not j.suppressed then j.gap_children end as gap_children,
    case when not j.suppressed then j.transfers_unmatched end as transfers_unmatched,
    case when not j.suppressed then j.at_bound end as at_bound,
    j.note,
    j.suppressed
from judged as j
cross join night as n
