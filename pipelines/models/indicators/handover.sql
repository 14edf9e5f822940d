-- One row per unit of the school line: what became of the pupils who left its last grade (整班移交, spec 3.3).
-- key: unit_code
-- teaches: the primary stage is taught in the unit.
-- Leavers: pupils of the last primary grade on the last night before 1 September, and who left it by 毕业 (enrolment row or change) since
-- 1 June before; not who sits in a primary grade by a row of this school year, died or went abroad. They count at the school they left.
-- arrived: enrolled in a higher grade since, or schooled or placed elsewhere. lost: out of school. pending: whatever lies between.
with
night as (select as_of, year_start, school_year, make_date(year(year_start), 6, 1) as from_day, make_date(year(year_start) + 1, 5, 31) as to_day from core.night),
policy as (select stages_primary_last from core.policy),
unit as (select * from indicators.unit where line = 'school'),
teaches as (
    select u.unit_code
    from indicators.school_unit as u
    inner join indicators.school_stage as s on u.school_code = s.school_code and s.stage = 'primary'
    group by u.unit_code
),

remembered as (
    select h.child_id, h.student_number, h.school_code
    from ledger.memory_history as h
    cross join night as n
    inner join policy as p on h.grade = p.stages_primary_last
    where h.to_run is null and h.from_night < n.year_start and (h.to_night is null or h.to_night >= n.year_start)
        and h.has_enrolment and not h.ended and (h.enrolment_status = '在读' or (h.enrolment_status = '毕业' and h.status_date >= n.from_day))
        and h.seen_school_year = cast(year(n.year_start) - 1 as varchar) || '-' || cast(year(n.year_start) as varchar)
),

child as (select child_id, person, student_number, e_row_id, e_status, grade from status.child),
by_memory as (
    select coalesce(c.child_id, d.child_id) as child_id, m.school_code, 1 as source
    from remembered as m
    left join child as c on m.child_id = c.child_id
    -- A child with another key since is found by its student number.
    left join child as d on c.child_id is null and m.student_number = d.student_number
),

by_row as (
    select c.child_id, e.school_code, 2 as source
    from core.enrolment as e
    inner join policy as p on e.grade = p.stages_primary_last
    inner join night as n on e.status_date between n.from_day and n.to_day
    inner join matching.enrolment_person as m on e.row_id = m.row_id
    inner join child as c on m.person = c.person
    where e.enrolment_status = '毕业'
),

by_change as (
    select c.child_id, e.school_code, 3 as source
    from core.enrolment_change as e
    inner join policy as p on e.grade = p.stages_primary_last
    inner join night as n on e.change_date between n.from_day and n.to_day
    left join status.student_person as s on e.student_number = s.student_number
    left join status.number_person as o on e.number = o.number
    left join status.number_person as g on e.embedded = g.number
    inner join child as c on coalesce(s.person, o.person, g.person) = c.person
    where e.change_type = '毕业'
),

left_primary as (
    select child_id, arg_min(school_code, (source, school_code)) as school_code
    from (
        select child_id, school_code, source from by_memory
        union all
        select child_id, school_code, source from by_row
        union all
        select child_id, school_code, source from by_change
    )
    where child_id is not null
    group by child_id
),

judged as (
    select
        l.school_code,
        case
            when v.status in ('deceased', 'emigrated') then null
            when c.grade > p.stages_primary_last then 'arrived'
            when c.e_status = '在读' and m.seen_school_year = n.school_year then null
            when c.e_status = '在读' then 'pending'
            when v.status in ('in_school', 'suspected_absent', 'enrolled_elsewhere', 'placed', 'graduated') then 'arrived'
            when v.status in ('transfer_pending', 'undetermined', 'suspended', 'deferred') then 'pending'
            else 'lost'
        end as outcome
    from left_primary as l
    cross join night as n
    cross join policy as p
    inner join child as c on l.child_id = c.child_id
    inner join status.verdict as v on l.child_id = v.child_id
    left join ledger.memory_state as m on l.child_id = m.child_id
),

counted as (
    select
        u.unit_code,
        count(*) as leavers,
        count(*) filter (where j.outcome = 'arrived') as arrived,
        count(*) filter (where j.outcome = 'pending') as pending,
        count(*) filter (where j.outcome = 'lost') as lost
    from judged as j
    inner join indicators.school_unit as u on j.school_code = u.school_code
    where j.outcome is not null
    group by u.unit_code
)

select
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    t.unit_code is not null as teaches,
    coalesce(c.leavers, 0) as leavers,
    coalesce(c.arrived, 0) as arrived,
    coalesce(c.pending, 0) as pending,
    coalesce(c.lost, 0) as lost
from unit as u
left join teaches as t on u.unit_code = t.unit_code
left join counted as c on u.unit_code = c.unit_code
