-- One row per school that ever reported: its last day with a daily report or an absence row up to D (spec 3.4).
-- key: school_code
-- last_day_number: number of that day in the county's calendar, or of the last school day before it; null where none is known.
with
reported as (
    select school_code, report_date as day from core.daily_report
    union all
    select school_code, absence_date from core.absence
),

last_report as (
    select school_code, max(day) as last_reported from reported group by school_code
)

select r.school_code, r.last_reported, max(d.day_number) as last_day_number
from last_report as r
left join core.school as s on r.school_code = s.school_code
left join core.school_day as d on s.county_code = d.county_code and d.day <= r.last_reported
group by r.school_code, r.last_reported
