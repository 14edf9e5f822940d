-- One row per open case, deadline it has and office that owes it (spec 4.5): verify, visits and the action of the month by village
-- head and class teacher, notice and penalty by the township head, the lawsuit by the county head.
-- key: case_uid, deadline, role
-- Where nobody knows the office's unit (no village, no class), the next office up its line that has one owes it: nothing is owed by nobody.
with
owed as (
    select unnest(['verify_due', 'first_visit_due', 'month_report_due']) as deadline, 'household' as line, 1 as office_order
    union all
    select unnest(['verify_due', 'first_visit_due', 'month_report_due']), 'school', 1
    union all
    select unnest(['notice_due', 'penalty_due']), 'household', 2
    union all
    select 'lawsuit_due', 'household', 3
),

deadline as (select case_uid, deadline from ledger.case_deadline),
office as (select * from ledger.case_office)

select d.case_uid, d.deadline, o.role, o.line, o.unit_code
from deadline as d
inner join owed as w on d.deadline = w.deadline
inner join office as o on d.case_uid = o.case_uid and w.line = o.line and w.office_order <= o.office_order
qualify row_number() over (partition by d.case_uid, d.deadline, o.line order by o.office_order) = 1
