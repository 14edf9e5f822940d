-- One row per school and stage: numerators of the dropout rate by variant and the stock they stand on (spec 5.1).
-- key: school_code, stage
-- has_statistics: the statistics of the school year containing D know the school's stage.
with
night as (select * from core.night),
policy as (select stages_primary_last, stages_junior_last from core.policy),
child as (select child_id, school_code, grade from status.child where school_code is not null and grade is not null),
event as (select school_code, grade, 'event' as variant, 1 as children from indicators.event_child),
ledger_count as (
    select c.school_code, c.grade, 'ledger' as variant, 1 as children
    from ledger.case_state as k
    inner join child as c on k.child_id = c.child_id
    where k.state = 'verified'
),

flow as (
    select
        e.school_code, e.grade, 'flow' as variant,
        case when e.change_type in ('转入', '复学') then -1 else 1 end as children
    from core.enrolment_change as e
    cross join night as n
    where e.change_type in ('休学', '辍学', '死亡', '转出', '出国', '转入', '复学')
        and e.grade is not null and e.change_date between n.year_start and n.as_of
),

every_count as (
    select * from event
    union all
    select * from ledger_count
    union all
    select * from flow
),

counted as (
    select
        c.school_code,
        case when c.grade <= p.stages_primary_last then 'primary' else 'junior' end as stage,
        sum(c.children) filter (where c.variant = 'event') as event,
        sum(c.children) filter (where c.variant = 'ledger') as ledger,
        sum(c.children) filter (where c.variant = 'flow') as flow
    from every_count as c
    cross join policy as p
    where c.grade <= p.stages_junior_last
    group by c.school_code, case when c.grade <= p.stages_primary_last then 'primary' else 'junior' end
),

stock as (
    select
        a.school_code,
        case when a.grade <= p.stages_primary_last then 'primary' else 'junior' end as stage,
        sum(a.stock) as stock
    from core.annual_statistics as a
    cross join policy as p
    inner join night as n on a.school_year = n.school_year
    where a.grade <= p.stages_junior_last
    group by a.school_code, case when a.grade <= p.stages_primary_last then 'primary' else 'junior' end
)

select
    coalesce(s.school_code, c.school_code) as school_code,
    coalesce(s.stage, c.stage) as stage,
    cast(coalesce(c.event, 0) as bigint) as event,
    cast(coalesce(c.ledger, 0) as bigint) as ledger,
    cast(coalesce(c.flow, 0) as bigint) as flow,
    cast(s.stock as bigint) as stock
from stock as s
full join counted as c on s.school_code = c.school_code and s.stage = c.stage
