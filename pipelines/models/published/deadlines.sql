-- One row per unit of the household line and deadline: open cases that still owe it, those overdue, the oldest (spec 4.4).
-- key: unit_code, deadline
-- suppressed: a village that is withheld shows no counts (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code from indicators.withheld where family = 'ledger'),
unit as (select * from indicators.unit where line = 'household'),
deadlines as (
    select unnest(['verify_due', 'first_visit_due', 'notice_due', 'penalty_due', 'lawsuit_due', 'month_report_due']) as deadline
),

counted as (
    select
        u.unit_code, d.deadline,
        count(*) filter (where not d.met) as due,
        count(*) filter (where d.overdue) as overdue,
        max(n.as_of - d.due_on) filter (where d.overdue) as oldest_overdue_days
    from ledger.case_deadline as d
    cross join night as n
    inner join indicators.case_unit as u on d.case_uid = u.case_uid and u.line = 'household'
    group by u.unit_code, d.deadline
),

judged as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, d.deadline,
        coalesce(c.due, 0) as due, coalesce(c.overdue, 0) as overdue, c.oldest_overdue_days,
        w.unit_code is not null as suppressed
    from unit as u
    cross join deadlines as d
    left join counted as c on u.unit_code = c.unit_code and d.deadline = c.deadline
    left join withheld as w on u.unit_code = w.unit_code
)

select
    n.as_of,
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.deadline,
    case when not j.suppressed then j.due end as due,
    case when not j.suppressed then j.overdue end as overdue,
    cast(case when not j.suppressed then j.oldest_overdue_days end as bigint) as oldest_overdue_days,
    j.suppressed
from judged as j
cross join night as n
