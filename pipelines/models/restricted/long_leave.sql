-- One row per pupil on excused leave of absence.leave_days school days or more (请假性流失, spec 3.4, 6.1).
-- key: child_key
-- Counted as the streak of 3.4: consecutive school days absent, reported by the school of the primary enrolment row (在读, not taught at
-- home), that end on its last reported school day; of them at least absence.leave_days excused (病假, 事假). A day of 旷课 or 不明 in
-- between neither counts nor breaks the leave. since: first day of it. county: of the school.
with
night as (select as_of from core.night),
policy as (select absence_leave_days from core.policy),
school as (select school_code, county_code from core.school),
report as (select school_code, last_day_number from status.school_report where last_day_number is not null),
-- Only who is absent on the last reported day can be on leave still: few rows, looked for before anything is attached.
last_day as (
    select r.school_code, r.last_day_number, s.county_code, d.day
    from report as r
    inner join school as s on r.school_code = s.school_code
    inner join core.school_day as d on s.county_code = d.county_code and r.last_day_number = d.day_number
),

away as (
    select a.student_number, a.school_code, l.county_code, l.last_day_number, min(a.number) as number, min(a.embedded) as embedded
    from core.absence as a
    inner join last_day as l on a.school_code = l.school_code and a.absence_date = l.day
    group by a.student_number, a.school_code, l.county_code, l.last_day_number
),

absent_day as (
    select w.student_number, w.school_code, d.day_number, d.day, a.unexcused, w.last_day_number
    from away as w
    inner join core.absence as a on w.student_number = a.student_number and w.school_code = a.school_code
    inner join core.school_day as d on w.county_code = d.county_code and a.absence_date = d.day
),

numbered as (
    select *, day_number - row_number() over (partition by student_number, school_code order by day_number) as island
    from absent_day
),

leave as (
    select l.student_number, l.school_code, min(l.day) as since
    from numbered as l
    cross join policy as p
    group by l.student_number, l.school_code, l.island, l.last_day_number, p.absence_leave_days
    having max(l.day_number) = l.last_day_number and count(*) filter (where not l.unexcused) >= p.absence_leave_days
),

-- They are few: of the large tables only their rows are taken.
on_leave as (
    select l.student_number, l.school_code, l.since, w.number, w.embedded
    from leave as l
    inner join away as w on l.student_number = w.student_number and l.school_code = w.school_code
),

student_person as (
    select student_number, person from status.student_person where student_number in (select student_number from on_leave)
),

number_person as (
    select number, person
    from status.number_person
    where number in (select number from on_leave where number is not null union select embedded from on_leave where embedded is not null)
),

attached as (
    select coalesce(s.person, n.person, g.person) as person, l.school_code, min(l.since) as since
    from on_leave as l
    left join student_person as s on l.student_number = s.student_number
    left join number_person as n on l.number = n.number
    left join number_person as g on l.embedded = g.number
    group by coalesce(s.person, n.person, g.person), l.school_code
),

child as (
    select child_key, person, e_school, e_county
    from status.child
    where e_status = '在读' and not home_teaching and person in (select person from attached)
)

select
    n.as_of,
    c.child_key,
    c.e_county as county,
    a.since,
    '学校上门核实请假原因并留存佐证：患病的查验医疗证明，需长期治疗的办理休学；理由不成立的，停止准假、改记旷课，报乡镇劝返。' as action
from attached as a
cross join night as n
inner join child as c on a.person = c.person and a.school_code = c.e_school
