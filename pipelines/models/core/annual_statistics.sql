-- One row per school year, school and grade of the annual statistics in force at D (spec 2.2 教基统计, 5.2).
-- key: school_year, school_code, grade
-- year: first calendar year of the school year.
with
in_force as (select county_code, delivery_id, delivery_order from core.in_force where kind = '教基统计'),
delivery as (select delivery_id, unit_code from core.delivery where kind = '教基统计'),
school as (select school_code, county_code from core.school)

select
    a.school_year,
    cast(left(a.school_year, 4) as integer) as year,
    a.school_code,
    a.grade,
    a.previous_stock,
    a.admissions,
    a.resumed,
    a.transfers_in,
    a.other_increase,
    a.graduated,
    a.suspended,
    a.deaths,
    a.transfers_out,
    a.dropouts,
    a.other_decrease,
    a.stock,
    a.graduating_stock
from clean.annual_statistics as a
inner join delivery as d on a.delivery_id = d.delivery_id
left join school as s on a.school_code = s.school_code
inner join in_force as f on f.county_code = coalesce(s.county_code, d.unit_code) and f.delivery_id = a.delivery_id
qualify row_number() over (partition by a.school_year, a.school_code, a.grade order by f.delivery_order desc, a.row_number) = 1
