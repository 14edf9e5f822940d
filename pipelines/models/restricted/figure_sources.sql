-- One row per unit of the school line and indicator that stands on 教基统计: the rows of statistics behind it (spec 5.1, 5.2).
-- key: unit_code, indicator, stage
with
night as (select * from core.night),
policy as (select stages_primary_last, stages_junior_last from core.policy),
counted as (
    select school_code, indicator, null as stage, count(*) as statistics_rows
    from indicators.cohort
    group by school_code, indicator
    union all
    select
        a.school_code, 'dropout_rate', case when a.grade <= p.stages_primary_last then 'primary' else 'junior' end, count(*)
    from core.annual_statistics as a
    cross join policy as p
    inner join night as n on a.school_year = n.school_year
    where a.grade <= p.stages_junior_last
    group by a.school_code, case when a.grade <= p.stages_primary_last then 'primary' else 'junior' end
)

select
    n.as_of,
    u.unit_code,
    c.indicator,
    c.stage,
    cast(sum(c.statistics_rows) as bigint) as statistics_rows
from counted as c
cross join night as n
inner join indicators.school_unit as u on c.school_code = u.school_code
group by n.as_of, u.unit_code, c.indicator, c.stage
