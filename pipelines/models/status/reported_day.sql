-- One row per school and school day it reported: a daily report (a zero report counts) or any absence row (spec 3.4).
-- key: school_code, day_number
-- back: 1 for the last reported school day, 2 for the one before it …
with
reported as (
    select school_code, report_date as day from core.daily_report
    union
    select school_code, absence_date from core.absence
)

select
    r.school_code,
    r.day,
    d.day_number,
    row_number() over (partition by r.school_code order by d.day_number desc) as back
from reported as r
inner join core.school as s on r.school_code = s.school_code
inner join core.school_day as d on s.county_code = d.county_code and r.day = d.day
