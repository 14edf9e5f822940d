-- One row per county and term, and one before its first term (spec 3.3, 3.4): the county's own terms of a school year,
-- else the prefecture's, else the province's.
-- key: county_code, start_date
-- A date e lies in the row with start_date <= e < next_start (null = open); it is inside the term when e <= end_date.
with
calendar_row as (select * from core.calendar_row where day_type = '学期'),
nearest as (
    select county_code, school_year, start_date, end_date
    from calendar_row
    qualify distance = min(distance) over (partition by county_code, school_year)
),

numbered as (
    select
        county_code,
        school_year,
        start_date,
        max(end_date) as end_date,
        row_number() over (partition by county_code, school_year order by start_date) as term_number
    from nearest
    group by county_code, school_year, start_date
),

with_start as (
    select county_code, school_year, start_date, end_date, term_number from numbered
    union all
    select county_code, null, date '1900-01-01', date '1900-01-01', null from core.county
)

select
    county_code,
    school_year,
    cast(term_number as integer) as term_number,
    school_year || '-' || cast(term_number as varchar) as term,
    start_date,
    end_date,
    lead(start_date) over (partition by county_code order by start_date) as next_start
from with_start
