-- One row per person, school and school day of unexcused absence (旷课 or 不明) (spec 3.4).
-- key: person, school_code, day_number
with
absence as (select * from core.absence where unexcused)

select
    coalesce(s.person, n.person, g.person) as person,
    a.school_code,
    d.day_number,
    a.absence_date as day,
    max(a.row_id) as row_id
from absence as a
inner join core.school as c on a.school_code = c.school_code
inner join core.school_day as d on c.county_code = d.county_code and a.absence_date = d.day
left join status.student_person as s on a.student_number = s.student_number
left join status.number_person as n on a.number = n.number
left join status.number_person as g on a.embedded = g.number
where coalesce(s.person, n.person, g.person) is not null
group by coalesce(s.person, n.person, g.person), a.school_code, d.day_number, a.absence_date
