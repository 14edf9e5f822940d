-- One row per suspected child (spec 3.4): its primary enrolment row says 在读, yet absences or the roll say otherwise.
-- key: child_id
-- Absence is looked at before the roll. A roll that opened the child's case stays in force until a later roll of its school shows
-- the child, or its enrolment row has a later 状态日期 (silence closes nothing).
with
policy as (select absence_days from core.policy),
open_case as (
    select child_id, category, evidence_on from core.previous_case where state <> 'closed'
),

roll as (select school_code, roll_date, in_force from core.roll),
streak as (select * from status.streak),
-- Most pupils stand present on a roll and were never absent for days: nobody suspects them.
doubtful as (
    select child_id, memory_id, person, e_school, e_status_date, present_on
    from status.child
    where e_status = '在读' and not home_teaching and (present_on is null or person in (select person from streak))
),

child as (
    select c.*, o.category as open_category, o.evidence_on as open_evidence_on
    from doubtful as c
    left join open_case as o on coalesce(c.memory_id, c.child_id) = o.child_id
),

newest_presence as (
    select i.person, i.school_code, max(i.roll_date) as roll_date
    from status.roll_person as i
    where i.present and i.person in (select person from child where open_category = 'not_at_roll_call')
    group by i.person, i.school_code
),

absent as (
    select c.child_id, 'long_absent' as category, s.last_day as evidence_on, s.row_id
    from child as c
    cross join policy as p
    inner join streak as s on c.person = s.person and c.e_school = s.school_code
    where s.streak >= p.absence_days
),

called_in_vain as (
    select person, school_code, max(row_id) as row_id
    from status.roll_person
    where not present
    group by person, school_code
),

missing as (
    select c.child_id, 'not_at_roll_call' as category, r.roll_date as evidence_on, v.row_id
    from child as c
    inner join roll as r on c.e_school = r.school_code and r.in_force
    left join called_in_vain as v on c.person = v.person and c.e_school = v.school_code
    where c.present_on is null and (c.e_status_date is null or c.e_status_date < r.roll_date)
),

held as (
    select c.child_id, 'not_at_roll_call' as category, c.open_evidence_on as evidence_on, null as row_id
    from child as c
    left join newest_presence as l on c.person = l.person and c.e_school = l.school_code and l.roll_date > c.open_evidence_on
    where c.open_category = 'not_at_roll_call'
        and c.present_on is null
        and l.person is null
        and (c.e_status_date is null or c.e_status_date <= c.open_evidence_on)
),

found as (
    select *, 1 as preference from absent
    union all
    select *, 2 from missing
    union all
    select *, 3 from held
)

select child_id, category, evidence_on, row_id
from found
qualify row_number() over (partition by child_id order by preference, evidence_on desc) = 1
