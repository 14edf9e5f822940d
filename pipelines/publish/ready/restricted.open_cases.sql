-- One row per open case (spec 4.1, 4.4): its county, how long it has been open, and the deadline that falls due first.
-- key: as_of, child_key, case_id. Days.
with
due as (
    select
        case_id, any_value(county) as county,
        arg_min(deadline, (due_on, deadline)) filter (where not met) as next_deadline,
        min(due_on) filter (where not met) as next_due_on
    from restricted.task_list
    group by case_id
)

select
    c.as_of, c.child_key, c.case_id, c.state, c.sub_state, c.category, c.opened_on, c.verified_on, d.county,
    c.household_division, c.school_code, c.stage, c.poor, cast(c.as_of - c.opened_on as bigint) as days_open,
    c.legal_step, d.next_deadline, d.next_due_on, c.overdue
from restricted.cases as c
left join due as d on c.case_id = d.case_id
where c.state <> 'closed'
