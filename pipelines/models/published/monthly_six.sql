-- One row per unit of the school line and stage: the ministry's six numbers of the month of D (spec 5.5): suspected and verified
-- open at D, returned = closed `returned` in the month; cases with a stage.
-- key: unit_code, month, stage
-- suppressed: a school that is withheld shows no counts (spec 6.3).
with
night as (select as_of, month from core.night),
withheld as (select unit_code from indicators.withheld where family = 'ledger'),
unit as (select * from indicators.unit where line = 'school'),
stages as (select 'primary' as stage union all select 'junior'),
counted as (
    select
        u.unit_code, k.stage,
        count(*) filter (where k.state = 'suspected') as suspected,
        count(*) filter (where k.state = 'verified') as verified,
        count(*) filter (where k.close_reason = 'returned' and strftime(k.closed_on, '%Y-%m') = n.month) as returned
    from ledger.case_state as k
    cross join night as n
    inner join indicators.case_unit as u on k.case_uid = u.case_uid and u.line = 'school'
    group by u.unit_code, k.stage
),

judged as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, s.stage,
        coalesce(c.suspected, 0) as suspected, coalesce(c.verified, 0) as verified, coalesce(c.returned, 0) as returned,
        w.unit_code is not null as suppressed
    from unit as u
    cross join stages as s
    left join counted as c on u.unit_code = c.unit_code and s.stage = c.stage
    left join withheld as w on u.unit_code = w.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    n.month,
    j.stage,
    case when not j.suppressed then j.suspected end as suspected,
    case when not j.suppressed then j.verified end as verified,
    case when not j.suppressed then j.returned end as returned,
    j.suppressed
from judged as j
cross join night as n
