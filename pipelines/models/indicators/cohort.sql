-- One row per school and retention indicator: the cohort whose last grade is the school year containing D (spec 5.2).
-- key: school_code, indicator, year, grade
-- step: 0 the year of entry, 1 … the years on its way; steps: their number. An empty flow is no flow (0).
with
night as (select year(year_start) as year from core.night),
policy as (select stages_primary_last as primary_last, stages_junior_last as junior_last from core.policy),
cohorts as (
    select 'nine_year' as indicator, 1 as entry_grade, junior_last as last_grade from policy
    union all
    select 'primary_six_year', 1, primary_last from policy
    union all
    select 'junior_three_year', primary_last + 1, junior_last from policy
),

annual_statistics as (select * from core.annual_statistics)

select
    a.school_code,
    c.indicator,
    a.year,
    a.grade,
    a.grade - c.entry_grade as step,
    c.last_grade - c.entry_grade as steps,
    case when a.grade = c.entry_grade then a.admissions end as entrants,
    case when a.grade = c.last_grade then case when c.indicator = 'nine_year' then coalesce(a.graduating_stock, a.stock) else a.stock end end as stock,
    case when a.grade > c.entry_grade then coalesce(a.transfers_in, 0) end as transfers_in,
    case when a.grade > c.entry_grade then coalesce(a.transfers_out, 0) end as transfers_out,
    case when a.grade > c.entry_grade then coalesce(a.deaths, 0) end as deaths,
    case when a.grade > c.entry_grade then coalesce(a.transfers_in, 0) + coalesce(a.resumed, 0) + coalesce(a.other_increase, 0) end as increase,
    case
        when a.grade > c.entry_grade then coalesce(a.transfers_out, 0) + coalesce(a.suspended, 0) + coalesce(a.deaths, 0) + coalesce(a.other_decrease, 0)
    end as decrease
from annual_statistics as a
cross join night as n
inner join cohorts as c
    on a.grade between c.entry_grade and c.last_grade and a.year = n.year - (c.last_grade - a.grade)
