-- One row per county-level unit and season watched there (policy [[season]], spec 4.7): the last season begun, up to D, beside the
-- same days a year before.
-- key: unit_code, season
-- Absences and cases are of the county's schools and of the household line. unapproved_holidays: weekdays of a term that a 放假 of the
-- county or its prefecture without 批准文号 takes, unless an approved one or the province's covers them. Null where nothing is known of the
-- time: no term in the calendar, no report or absence row, no night of the ledger before its end.
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level = 'county'),
-- One pass over the children's tables each: counts by county and day.
absence_day as (
    select s.county_code, a.absence_date as day, count(*) filter (where a.unexcused) as unexcused_days, count(*) filter (where not a.unexcused) as excused_days
    from core.absence as a
    inner join core.school as s on a.school_code = s.school_code
    group by s.county_code, a.absence_date
),

report_day as (
    select s.county_code, r.report_date as day
    from core.daily_report as r
    inner join core.school as s on r.school_code = s.school_code
    group by s.county_code, r.report_date
),

case_day as (
    select p.county_code, k.opened_on as day, count(*) as cases_opened
    from ledger.case_state as k
    inner join ledger.case_place as p on k.case_uid = p.case_uid
    group by p.county_code, k.opened_on
),

first_night as (
    select coalesce(min(r.night), n.as_of) as night
    from night as n
    left join ledger.run as r on r.stands and r.night < n.as_of
    group by n.as_of
),

-- Two prefixes may name one county.
season as (
    select distinct
        u.unit_code, p.season, p.to_day < p.from_day as over_new_year,
        cast(left(p.from_day, 2) as integer) as from_month, cast(right(p.from_day, 2) as integer) as from_day,
        cast(left(p.to_day, 2) as integer) as to_month, cast(right(p.to_day, 2) as integer) as to_day
    from unit as u
    inner join core.policy_season as p on starts_with(u.unit_code, p.division)
),

begun as (
    select
        s.unit_code, s.season,
        make_date(y.year, s.from_month, s.from_day) as first_day,
        least(make_date(y.year + case when s.over_new_year then 1 else 0 end, s.to_month, s.to_day), n.as_of) as last_day
    from season as s
    cross join night as n
    cross join lateral (
        select year(n.as_of) - case when make_date(year(n.as_of), s.from_month, s.from_day) > n.as_of then 1 else 0 end as year
    ) as y
),

period as (
    select unit_code, season, false as last_year, first_day, last_day from begun
    union all
    select unit_code, season, true, cast(first_day - interval 1 year as date), cast(last_day - interval 1 year as date) from begun
),

term_day as (
    select t.county_code, cast(d.day as date) as day
    from core.term as t
    cross join night as n
    cross join lateral (select unnest(generate_series(t.start_date, least(t.end_date, n.as_of), interval 1 day)) as day) as d
    where t.school_year is not null and isodow(cast(d.day as date)) <= 5
),

closed_day as (
    select t.county_code, t.day
    from term_day as t
    inner join core.calendar_row as c on t.county_code = c.county_code and c.day_type = '放假' and t.day between c.start_date and c.end_date
    group by t.county_code, t.day
    having bool_and(c.distance < 2 and c.approval_number is null)
),

-- Each measure by period, then side by side: a period that nothing is known of has no row in `known`.
counted as (
    select p.unit_code, p.season, p.last_year, 'school_days' as measure, count(*) as number
    from period as p
    inner join core.school_day as d on p.unit_code = d.county_code and d.day between p.first_day and p.last_day
    group by p.unit_code, p.season, p.last_year
    union all
    select p.unit_code, p.season, p.last_year, 'unapproved_holidays', count(*)
    from period as p
    inner join closed_day as d on p.unit_code = d.county_code and d.day between p.first_day and p.last_day
    group by p.unit_code, p.season, p.last_year
    union all
    select p.unit_code, p.season, p.last_year, 'unexcused_days', sum(d.unexcused_days)
    from period as p
    inner join absence_day as d on p.unit_code = d.county_code and d.day between p.first_day and p.last_day
    group by p.unit_code, p.season, p.last_year
    union all
    select p.unit_code, p.season, p.last_year, 'excused_days', sum(d.excused_days)
    from period as p
    inner join absence_day as d on p.unit_code = d.county_code and d.day between p.first_day and p.last_day
    group by p.unit_code, p.season, p.last_year
    union all
    select p.unit_code, p.season, p.last_year, 'cases_opened', sum(d.cases_opened)
    from period as p
    inner join case_day as d on p.unit_code = d.county_code and d.day between p.first_day and p.last_day
    group by p.unit_code, p.season, p.last_year
),

known as (
    select p.unit_code, p.season, p.last_year, unnest(['school_days', 'unapproved_holidays']) as measure
    from period as p
    where exists (
        select 1 from core.term as t
        where t.county_code = p.unit_code and t.school_year is not null and t.start_date <= p.last_day and t.end_date >= p.first_day
    )
    union all
    select p.unit_code, p.season, p.last_year, unnest(['unexcused_days', 'excused_days'])
    from period as p
    where exists (select 1 from report_day as d where d.county_code = p.unit_code and d.day between p.first_day and p.last_day)
        or exists (select 1 from absence_day as d where d.county_code = p.unit_code and d.day between p.first_day and p.last_day)
    union all
    select p.unit_code, p.season, p.last_year, 'cases_opened'
    from period as p
    inner join first_night as f on f.night <= p.last_day
),

number as (
    select k.unit_code, k.season, k.last_year, k.measure, cast(coalesce(c.number, 0) as bigint) as number
    from known as k
    left join counted as c on k.unit_code = c.unit_code and k.season = c.season and k.last_year = c.last_year and k.measure = c.measure
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    b.season,
    strftime(b.first_day, '%Y') as season_year,
    max(case when m.measure = 'school_days' and not m.last_year then m.number end) as school_days,
    max(case when m.measure = 'unexcused_days' and not m.last_year then m.number end) as unexcused_days,
    max(case when m.measure = 'excused_days' and not m.last_year then m.number end) as excused_days,
    max(case when m.measure = 'cases_opened' and not m.last_year then m.number end) as cases_opened,
    max(case when m.measure = 'unapproved_holidays' and not m.last_year then m.number end) as unapproved_holidays,
    max(case when m.measure = 'school_days' and m.last_year then m.number end) as school_days_last_year,
    max(case when m.measure = 'unexcused_days' and m.last_year then m.number end) as unexcused_days_last_year,
    max(case when m.measure = 'excused_days' and m.last_year then m.number end) as excused_days_last_year,
    max(case when m.measure = 'cases_opened' and m.last_year then m.number end) as cases_opened_last_year,
    max(case when m.measure = 'unapproved_holidays' and m.last_year then m.number end) as unapproved_holidays_last_year
from begun as b
cross join night as n
inner join unit as u on b.unit_code = u.unit_code
left join number as m on b.unit_code = m.unit_code and b.season = m.season
group by n.as_of, u.unit_code, u.unit_level, u.unit_name, u.parent_code, b.season, b.first_day
