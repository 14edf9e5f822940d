-- One row per unit of the household line, entry rate and group, in per cent (spec 5.3, 6.1).
-- key: unit_code, school_year, indicator, group
-- suppressed: a village row with a count below disclosure.small_cell shows neither counts nor rate (spec 6.3).
with
night as (select as_of from core.night),
policy as (select disclosure_small_cell from core.policy),
judged as (
    select
        e.*,
        e.unit_level = 'village' and (
            e.numerator between 1 and p.disclosure_small_cell - 1 or e.denominator between 1 and p.disclosure_small_cell - 1
            or coalesce(e.gap_children, 0) between 1 and p.disclosure_small_cell - 1
        ) as suppressed
    from indicators.enrolment_rate as e
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
