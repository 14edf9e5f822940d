-- One row per school with an active pupil in grades 1-9 and no report on the last reporting.gap_days school days up to D (spec 3.4).
-- key: school_code
with
night as (select as_of from core.night),
policy as (select reporting_gap_days from core.policy),
active_school as (
    select e.school_code, s.county_code
    from core.enrolment as e
    inner join core.school as s on e.school_code = s.school_code
    where e.enrolment_status = '在读' and e.grade <= 9
    group by e.school_code, s.county_code
),

last_day as (select county_code, max(day_number) as day_number from core.school_day group by county_code),
report as (select school_code, max(day_number) as day_number from status.reported_day group by school_code)

select n.as_of, a.school_code, r.last_reported
from active_school as a
cross join night as n
cross join policy as p
inner join last_day as l on a.county_code = l.county_code
left join report as t on a.school_code = t.school_code
left join status.school_report as r on a.school_code = r.school_code
where coalesce(t.day_number, -1) <= l.day_number - p.reporting_gap_days
