-- One row per entry of the accountability list (问责清单), for those who hold to account: the unit, what it concerns, how it is measured,
-- the limit (spec 4.5, 4.7, 5.1).
-- key: unit_code, list, subject, measure
-- principal: schools over the limit in two school years running. interview (约谈): townships, and schools for the first year, over the limit;
-- townships with overdue penalties. overdue: deadlines that the unit owes (4.5), cases that have passed them. reporting_gap: school days
-- without a report. source_refused: days since the newest delivery was refused. subject: stage, deadline or kind.
with
night as (select as_of, year_start from core.night),
policy as (select rates_dropout_variant, reporting_gap_days from core.policy),
-- A division stands on both lines, a village and a school on one.
unit as (select * from indicators.unit where line = 'household' or unit_level = 'school'),
over_limit as (
    select d.unit_code, d.unit_level, d.stage, d.rate, d.limit_rate, d.consecutive
    from indicators.dropout_rate as d
    inner join policy as p on d.variant = p.rates_dropout_variant
    where d.over_limit and d.unit_level in ('township', 'school')
),

overdue as (
    select split_part(o.unit_code, '/', 1) as unit_code, o.deadline, count(distinct o.case_uid) as cases
    from ledger.case_owner as o
    inner join ledger.case_deadline as d on o.case_uid = d.case_uid and o.deadline = d.deadline
    where d.overdue
    group by split_part(o.unit_code, '/', 1), o.deadline
),

silent as (
    select g.school_code, count(d.day) as days
    from restricted.reporting_gaps as g
    cross join night as n
    inner join unit as u on g.school_code = u.unit_code
    left join core.school_day as d on u.county_code = d.county_code and d.day > coalesce(g.last_reported, n.year_start - 1)
    group by g.school_code
),

entry as (
    select
        unit_code, case when unit_level = 'school' and consecutive then 'principal' else 'interview' end as list, stage as subject,
        'dropout_rate' as measure, rate as value, limit_rate as limit_value
    from over_limit
    union all
    select unit_code, 'interview', deadline, 'overdue_cases', cast(overdue as decimal(9, 2)), 0
    from published.deadlines
    where unit_level = 'township' and deadline = 'penalty_due' and overdue > 0
    union all
    select unit_code, 'overdue', deadline, 'overdue_cases', cast(cases as decimal(9, 2)), 0
    from overdue
    union all
    select s.school_code, 'reporting_gap', '日报', 'silent_days', cast(s.days as decimal(9, 2)), p.reporting_gap_days
    from silent as s
    cross join policy as p
    union all
    select s.division, 'source_refused', s.kind, 'refused_days', cast(s.as_of - s.delivered_on as decimal(9, 2)), 0
    from published.source_status as s
    where s.state = 'refused'
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    e.list,
    e.subject,
    e.measure,
    cast(e.value as decimal(9, 2)) as value,
    cast(e.limit_value as decimal(9, 2)) as limit_value
from entry as e
cross join night as n
inner join unit as u on e.unit_code = u.unit_code
