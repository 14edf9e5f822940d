-- One row per school that ever delivered a roll: its newest roll at D, whether in force (spec 3.4).
-- key: school_code
-- Of deliveries with one 点名日期 the newest counts, of one day the narrower code (spec 2.1); rows of grades 10-12 make no roll (3.1).
-- in_force: the roll is of the last term begun in the school's county, or that term began at most rollcall.grace_days ago.
with
night as (select as_of from core.night),
policy as (select rollcall_grace_days from core.policy),
delivery as (select delivery_id, delivery_order, delivered_on, narrowness from core.delivery where kind = '在校'),
school as (select school_code, county_code from core.school),
county_term as (select county_code, term_start from core.county_term),
newest as (
    select i.school_code, i.roll_date, arg_max(d.delivery_order, (d.delivered_on, d.narrowness, d.delivery_order)) as delivery_order
    from clean.in_school as i
    inner join delivery as d on i.delivery_id = d.delivery_id
    inner join night as n on i.roll_date <= n.as_of
    where i.grade is null or i.grade <= 9
    group by i.school_code, i.roll_date
    qualify row_number() over (partition by i.school_code order by i.roll_date desc) = 1
)

select
    r.school_code,
    r.roll_date,
    d.delivery_id,
    r.delivery_order,
    coalesce(r.roll_date >= t.term_start or n.as_of - t.term_start <= p.rollcall_grace_days, false) as in_force
from newest as r
cross join night as n
cross join policy as p
inner join delivery as d on r.delivery_order = d.delivery_order
left join school as s on r.school_code = s.school_code
left join county_term as t on s.county_code = t.county_code
