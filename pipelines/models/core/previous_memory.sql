-- One row per child remembered after the night before (spec 3.3, memory), see ledger.memory_history.
-- key: child_id
-- An enrolment row that reviewers have since called another person's (core.number_apart) is forgotten: it spoke of somebody else.
-- materialized: view
-- patched: history (child_id)
-- steady: core.night (the rows that a night begins or ends are changes of ledger.memory_history)
with
history as (select * from ledger.memory_history where to_run is null),
apart as (select number, name, school_code, student_number from core.number_apart where kind = '学籍'),
foreign_row as (
    select h.child_id
    from ledger.memory_history as h
    inner join apart as a
        on h.number = a.number and h.school_code = a.school_code
        and coalesce(h.student_number = a.student_number, a.student_number is null and h.name = a.name)
    where h.to_run is null
    group by h.child_id
)

select
    h.child_id,
    h.child_key,
    h.number,
    h.node,
    h.hash,
    h.name,
    h.birth_date,
    h.sex,
    h.ethnicity,
    h.household_number,
    h.has_enrolment and f.child_id is null as has_enrolment,
    h.ended,
    h.graduated,
    case when f.child_id is null then h.student_number end as student_number,
    case when f.child_id is null then h.school_code end as school_code,
    case when f.child_id is null then h.grade end as grade,
    case when f.child_id is null then h.class_name end as class_name,
    case when f.child_id is null then h.enrolment_status end as enrolment_status,
    case when f.child_id is null then h.status_date end as status_date,
    h.effective_end,
    h.seen_school_year,
    h.graduated_on,
    h.poor,
    h.assisted,
    h.disabled,
    h.pupil_disabled,
    h.left_behind,
    h.migrant
from history as h
cross join core.night as n
left join foreign_row as f on h.child_id = f.child_id
where h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
