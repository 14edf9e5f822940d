-- One row per unit, line and reason with any closed case (spec 4.2, 6.1).
-- key: unit_code, line, close_reason
-- suppressed: a village or school that is withheld shows no counts, and has a row for every reason that any of its siblings has: which
-- rows there are would tell whose cases they were (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code, siblings from indicators.withheld where family = 'ledger'),
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

reason_of_siblings as (
    select w.siblings, c.line, c.close_reason
    from counted as c
    inner join withheld as w on c.unit_code = w.unit_code
    group by w.siblings, c.line, c.close_reason
),

every_row as (
    select
        c.line, c.unit_code, c.close_reason, c.closed_today, c.closed_this_school_year, c.closed_to_date, false as suppressed
    from counted as c
    where c.unit_code not in (select unit_code from withheld)
    union all
    select r.line, w.unit_code, r.close_reason, null, null, null, true
    from withheld as w
    inner join reason_of_siblings as r on w.siblings = r.siblings
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.line,
    r.close_reason,
    r.closed_today,
    r.closed_this_school_year,
    r.closed_to_date,
    r.suppressed
from every_row as r
cross join night as n
inner join unit as u on r.line = u.line and r.unit_code = u.unit_code
