-- One row per unit (school, township, county), month and alarm with anything to say: 弄虚作假预警 (spec 5.8, 6.1).
-- key: unit_code, month, measure
-- The month of D and the one before; paper_returns is a state at D and stands in D's month alone: open cases on the list, of all open
-- ones. suppressed: a school row with a number below disclosure.small_cell shows none (spec 6.3); warned and fact stand.
with
night as (select as_of, month from core.night),
policy as (select disclosure_small_cell from core.policy),
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
),

judged as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, r.month, r.measure, r.fact, r.value, r.base, r.warned,
        u.unit_level = 'school'
        and (r.value between 1 and p.disclosure_small_cell - 1 or r.base between 1 and p.disclosure_small_cell - 1) as suppressed
    from every_row as r
    cross join policy as p
    inner join unit as u on r.unit_code = u.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.month,
    j.measure,
    case when not j.suppressed then j.value end as value,
    case when not j.suppressed then j.base end as base,
    j.warned,
    j.fact,
    j.suppressed
from judged as j
cross join night as n
