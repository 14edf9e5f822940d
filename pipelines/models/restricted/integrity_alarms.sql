-- One row per unit (school, township, county), month and alarm with anything to say: 弄虚作假预警, for those who look (spec 5.8).
-- key: unit_code, month, measure
-- The month of D and the one before; paper_returns is a state at D and stands in D's month alone: open cases on the list, of all open
-- ones.
with
night as (select as_of, month from core.night),
unit as (select * from indicators.unit where line = 'school' and unit_level in ('school', 'township', 'county')),
paper_return as (select case_id from restricted.paper_returns group by case_id),
on_paper as (
    select u.unit_code, count(r.case_id) as value, count(*) as base
    from ledger.case_state as k
    inner join indicators.integrity_case as u on k.case_uid = u.case_uid
    left join paper_return as r on k.case_id = r.case_id
    where k.state <> 'closed'
    group by u.unit_code
),

every_row as (
    select unit_code, month, measure, fact, value, base, warned from indicators.integrity
    union all
    select p.unit_code, n.month, 'paper_returns', null, p.value, p.base, true
    from on_paper as p
    cross join night as n
    where p.value > 0
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.month,
    r.measure,
    r.value,
    r.base,
    r.warned,
    r.fact
from every_row as r
cross join night as n
inner join unit as u on r.unit_code = u.unit_code
