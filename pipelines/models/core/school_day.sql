-- One row per county and school day up to D (spec 3.4): Monday to Friday inside a term, less holidays, plus make-up days.
-- key: county_code, day
-- day_number: counts the school days of the county; consecutive school days have consecutive numbers.
with
night as (select as_of from core.night),
term as (select * from core.term where school_year is not null),
calendar_row as (select * from core.calendar_row),
term_day as (
    select t.county_code, cast(d.day as date) as day
    from term as t
    cross join night as n
    cross join lateral (select unnest(generate_series(t.start_date, least(t.end_date, n.as_of), interval 1 day)) as day) as d
    where isodow(cast(d.day as date)) <= 5
),

named_day as (
    select c.county_code, c.day_type, cast(d.day as date) as day
    from calendar_row as c
    cross join lateral (select unnest(generate_series(c.start_date, c.end_date, interval 1 day)) as day) as d
    where c.day_type in ('放假', '调休上课')
),

open_day as (
    select county_code, day from term_day
    except
    select county_code, day from named_day where day_type = '放假'
),

all_day as (
    select county_code, day from open_day
    union
    select county_code, day from named_day where day_type = '调休上课'
)

select
    d.county_code,
    d.day,
    cast(row_number() over (partition by d.county_code order by d.day) as integer) as day_number
from all_day as d
inner join night as n on d.day <= n.as_of
