-- One row per person and school with unexcused absences that end on the school's last reported school day (spec 3.4).
-- key: person, school_code
-- streak: consecutive school days; last_day: its last day, the evidence date.
with
numbered as (
    select
        u.person, u.school_code, u.day_number, u.day, u.row_id,
        u.day_number - row_number() over (partition by u.person, u.school_code order by u.day_number) as island,
        r.last_day_number
    from status.unexcused_day as u
    inner join status.school_report as r on u.school_code = r.school_code
)

select person, school_code, count(*) as streak, max(day) as last_day, max(row_id) as row_id
from numbered
group by person, school_code, island, last_day_number
having max(day_number) = last_day_number
