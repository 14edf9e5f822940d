-- One row per child remembered after the night (spec 3.3, memory): what ledger.memory_history keeps.
-- key: child_id
-- patched: child (child_id), verdict (child_id), memory (child_id)
-- steady: core.previous_memory (who was remembered as graduated is so again, by this table itself, until something else moves)
-- Remembered are children with a primary enrolment row tonight or before, and children with a case. Memory ends with graduated,
-- deceased, emigrated, moved_away and begins again only with an enrolment row of tonight; graduation once seen is kept for ever.
with
child as (select * from status.child),
verdict as (select * from status.verdict),
memory as (select * from matching.memory),
-- Of a pupil of a senior school, and of one whose row says it graduated, matching.memory need not say so again; death or emigration
-- comes first in status.verdict.
graduated_before as (
    select child_id
    from core.previous_memory
    where graduated and child_id in (
        select v.child_id
        from verdict as v
        inner join child as c on v.child_id = c.child_id
        where (c.senior or c.e_status = '毕业') and v.status in ('deceased', 'emigrated')
    )
),

cased as (select child_id from ledger.case_state group by child_id),
tonight as (
    select
        c.child_id, c.child_key, c.number, c.number as node, c.hash, c.name, c.birth_date, c.sex, c.ethnicity,
        coalesce(c.household_number, m.household_number) as household_number,
        c.e_grade is not null or coalesce(m.has_enrolment and not m.ended, false) as has_enrolment,
        v.status in ('graduated', 'deceased', 'emigrated', 'moved_away') as ended,
        v.status = 'graduated' or coalesce(m.graduated, false) or b.child_id is not null as graduated,
        c.student_number,
        c.school_code,
        c.grade,
        c.class_name,
        case when c.e_grade is not null then c.e_status else m.enrolment_status end as enrolment_status,
        case when c.e_grade is not null then c.e_status_date else m.status_date end as status_date,
        case when c.e_grade is not null then c.e_end else m.effective_end end as effective_end,
        case when c.e_grade is not null then c.e_school_year else m.seen_school_year end as seen_school_year,
        c.graduated_on, c.poor, c.assisted, c.disabled, c.pupil_disabled, c.left_behind, c.migrant
    from child as c
    inner join verdict as v on c.child_id = v.child_id
    left join memory as m on c.child_id = m.child_id
    left join cased as k on c.child_id = k.child_id
    left join graduated_before as b on c.child_id = b.child_id
    where c.e_grade is not null or m.child_id is not null or k.child_id is not null or v.status = 'graduated' or b.child_id is not null
)

select
    child_id, child_key, number, node, hash, name, birth_date, sex, ethnicity, household_number, has_enrolment, ended, graduated,
    student_number, school_code, grade, class_name, enrolment_status, status_date, effective_end, seen_school_year, graduated_on, poor,
    assisted, disabled, pupil_disabled, left_behind, migrant
from tonight
union all
select
    m.child_id, m.child_key, m.number, m.node, m.hash, m.name, m.birth_date, m.sex, m.ethnicity, m.household_number, m.has_enrolment,
    m.ended, m.graduated, m.student_number, m.school_code, m.grade, m.class_name, m.enrolment_status, m.status_date, m.effective_end,
    m.seen_school_year, m.graduated_on, m.poor, m.assisted, m.disabled, m.pupil_disabled, m.left_behind, m.migrant
from memory as m
where not m.named and not coalesce(m.has_enrolment and not m.ended, false)
