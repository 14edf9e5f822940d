-- One row per unit (school, township, county), month and fact that the alarms of spec 5.8 are made of: how often, in the month of D
-- and the seven before it.
-- key: unit_code, month, fact
-- Absences count in days, registry rows by their 状态日期 and division, the rest in children. home_teaching: pupils in the month of the
-- first 学籍 delivery that says 送教上门 of them. Cases `merged` are closed by nobody and left out. What lies at a school that 学校 does not
-- know has no place.
with
night as (select cast(date_trunc('month', as_of) - interval 7 month as date) as first_day from core.night),
unit as (select unit_code from indicators.unit where line = 'school' and unit_level in ('school', 'township', 'county')),
division as (select division_code, township_code, county_code from core.division),
delivery as (select delivery_id, delivered_on, delivery_order from core.delivery where kind = '学籍'),
case_state as (select * from ledger.case_state where close_reason is null or close_reason <> 'merged'),
absence as (
    select
        a.school_code, date_trunc('month', a.absence_date) as month, count(*) filter (where a.unexcused) as unexcused,
        count(*) filter (where a.sick_leave) as sick_leave
    from core.absence as a
    inner join night as n on a.absence_date >= n.first_day
    group by a.school_code, date_trunc('month', a.absence_date)
),

-- Few pupils are taught at home: looked for first, whatever snapshots there are.
taught_at_home as (
    select
        coalesce(e.student_number, e.citizen_number, e.name) as pupil, min(d.delivered_on) as first_on,
        arg_min(e.school_code, d.delivery_order) as school_code
    from clean.enrolment as e
    inner join delivery as d on e.delivery_id = d.delivery_id
    where e.home_teaching and e.enrolment_status = '在读' and e.grade <= 9
    group by coalesce(e.student_number, e.citizen_number, e.name)
),

at_school as (
    select school_code, month, 'unexcused' as fact, unexcused as times from absence
    union all
    select school_code, month, 'sick_leave', sick_leave from absence
    union all
    select school_code, date_trunc('month', change_date), 'out_of_province', count(*)
    from core.enrolment_change
    where change_type = '转出' and transfer_scope = '跨省'
    group by school_code, date_trunc('month', change_date)
    union all
    select school_code, date_trunc('month', first_on), 'home_teaching', count(*)
    from taught_at_home
    group by school_code, date_trunc('month', first_on)
),

cancelled as (
    select household_division, date_trunc('month', status_date) as month, count(*) as times
    from core.registry
    where registry_status = '注销' and status_date is not null
    group by household_division, date_trunc('month', status_date)
),

in_division as (
    select c.month, c.times, unnest([coalesce(d.township_code, t.township_code), coalesce(d.county_code, t.county_code, u.county_code)]) as unit_code
    from cancelled as c
    left join division as d on c.household_division = d.division_code
    left join division as t on d.division_code is null and t.division_code = left(c.household_division, 9) || '000'
    left join division as u on d.division_code is null and t.division_code is null and u.division_code = left(c.household_division, 6) || '000000'
),

reopened as (
    select
        case_uid, opened_on, closed_on, close_reason,
        lead(opened_on) over (partition by child_id order by opened_on, episode) as next_opened_on
    from case_state
),

of_case as (
    select case_uid, opened_on as on_date, 'new_case' as fact from reopened
    union all
    select case_uid, closed_on, 'closing' from reopened where closed_on is not null
    union all
    select case_uid, closed_on, 'closing_late' from reopened where last_day(closed_on) - closed_on < 3
    union all
    select case_uid, closed_on, 'closing_undone' from reopened where next_opened_on - closed_on between 0 and 30
    union all
    select case_uid, closed_on, 'not_substantiated' from reopened where close_reason = 'not_substantiated'
),

everywhere as (
    select u.unit_code, s.month, s.fact, s.times
    from at_school as s
    inner join indicators.school_unit as u on s.school_code = u.school_code
    union all
    select unit_code, month, 'cancelled', times from in_division
    union all
    select u.unit_code, date_trunc('month', k.on_date), k.fact, count(*)
    from of_case as k
    inner join indicators.integrity_case as u on k.case_uid = u.case_uid
    group by u.unit_code, date_trunc('month', k.on_date), k.fact
)

select
    e.unit_code,
    strftime(e.month, '%Y-%m') as month,
    e.fact,
    cast(sum(e.times) as bigint) as times
from everywhere as e
inner join night as n on e.month >= n.first_day
inner join unit as u on e.unit_code = u.unit_code
where e.times > 0
group by e.unit_code, strftime(e.month, '%Y-%m'), e.fact
