-- One row per case of the name list (花名册): open ones, and those closed in the school year of D (spec 6.2, item 2).
-- key: child_key, case_id
-- What the list says beside restricted.cases, children and identities. due, due_on: the earliest deadline that is not met; placement: of a child
-- whose case closed as placed and who is placed tonight.
with
night as (select as_of, year_start from core.night),
placement as (
    select c.case_uid, l.placement
    from ledger.case_person as c
    inner join status.placement as l on c.person = l.person
    inner join ledger.case_state as k on c.case_uid = k.case_uid
    inner join status.verdict as v on k.child_id = v.child_id and v.status = 'placed'
    where k.close_reason = 'placed'
),

deadline as (
    select case_uid, min(due_on) as due_on, arg_min(deadline, (due_on, deadline)) as deadline
    from ledger.case_deadline
    where not met
    group by case_uid
),

visit as (
    select case_uid, max(action_date) as last_visit_on
    from ledger.case_action
    where action_type = '劝返'
    group by case_uid
)

select
    n.as_of,
    k.child_key,
    k.case_id,
    p.county_code as county,
    p.township_code,
    p.village_code,
    r.reason,
    l.placement,
    v.last_visit_on,
    d.deadline,
    d.due_on
from ledger.case_state as k
cross join night as n
inner join ledger.case_reason as r on k.case_uid = r.case_uid
left join ledger.case_place as p on k.case_uid = p.case_uid
left join placement as l on k.case_uid = l.case_uid
left join visit as v on k.case_uid = v.case_uid
left join deadline as d on k.case_uid = d.case_uid
where k.state <> 'closed' or k.closed_on >= n.year_start
