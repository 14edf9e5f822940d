-- One row per unit, line and reason with any closed case (spec 4.2, 6.1).
-- key: unit_code, line, close_reason
-- suppressed: a village or school row with a count below disclosure.small_cell shows no counts (spec 6.3).
with
night as (select as_of from core.night),
policy as (select disclosure_small_cell from core.policy),
unit as (select * from indicators.unit),
counted as (
    select
        u.line, u.unit_code, c.close_reason,
        count(*) filter (where c.closed) as closed_today,
        count(*) filter (where c.closed_this_school_year) as closed_this_school_year,
        count(*) as closed_to_date
    from indicators.case_unit as u
    inner join indicators.case_count as c on u.case_uid = c.case_uid
    where c.ever_closed
    group by u.line, u.unit_code, c.close_reason
),

judged as (
    select
        c.*,
        u.unit_level, u.unit_name, u.parent_code,
        u.unit_level in ('village', 'school') and (
            c.closed_today between 1 and p.disclosure_small_cell - 1 or c.closed_this_school_year between 1 and p.disclosure_small_cell - 1
            or c.closed_to_date between 1 and p.disclosure_small_cell - 1
        ) as suppressed
    from counted as c
    cross join policy as p
    inner join unit as u on c.line = u.line and c.unit_code = u.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.line,
    j.close_reason,
    case when not j.suppressed then j.closed_today end as closed_today,
    case when not j.suppressed then j.closed_this_school_year end as closed_this_school_year,
    case when not j.suppressed then j.closed_to_date end as closed_to_date,
    j.suppressed
from judged as j
cross join night as n
