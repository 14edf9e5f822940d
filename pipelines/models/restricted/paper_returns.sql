-- One row per open case whose return stands on paper (spec 4.6, 人账相符): a 复学 action of the episode that is not 未成功
-- (claimed_return), or an active enrolment row at a school whose last daily report counts nobody absent (full_attendance).
-- key: child_key, case_id, reason
with
night as (select as_of from core.night),
open_case as (select * from ledger.case_state where state <> 'closed'),
step as (select case_uid, claimed_return_on from ledger.case_step where claimed_return_on is not null),
child as (select child_id, e_school, school_code from status.child where e_status = '在读'),
last_report as (
    select school_code, absent_pupils
    from core.daily_report
    qualify row_number() over (partition by school_code order by report_date desc) = 1
)

select n.as_of, k.child_key, k.case_id, 'claimed_return' as reason, k.school_code
from open_case as k
cross join night as n
inner join step as s on k.case_uid = s.case_uid
union all
select n.as_of, k.child_key, k.case_id, 'full_attendance', c.e_school
from open_case as k
cross join night as n
inner join child as c on k.child_id = c.child_id
inner join last_report as r on c.e_school = r.school_code
where k.state = 'verified' and r.absent_pupils = 0
