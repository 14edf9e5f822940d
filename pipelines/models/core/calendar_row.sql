-- One row per calendar entry in force at D and county it applies to (spec 2.2 校历, 3.4).
-- key: county_code, division_code, day_type, start_date, calendar_name
-- distance: 0 the county's own entry, 1 its prefecture's, 2 its province's.
with
reference_delivery as (select delivery_id, precedence from core.reference_delivery where kind = '校历'),
county as (select * from core.county),
rows_in_force as (
    select c.division_code, c.school_year, c.day_type, c.start_date, c.end_date, c.calendar_name, c.approval_number
    from clean.calendar as c
    inner join reference_delivery as r on c.delivery_id = r.delivery_id
    qualify row_number() over (
        partition by c.division_code, c.day_type, c.start_date, c.calendar_name order by r.precedence desc, c.row_number
    ) = 1
)

select
    u.county_code,
    c.division_code,
    c.school_year,
    c.day_type,
    c.start_date,
    c.end_date,
    c.calendar_name,
    c.approval_number,
    case c.division_code when u.county_code then 0 when u.prefecture_code then 1 else 2 end as distance
from county as u
inner join rows_in_force as c on c.division_code in (u.county_code, u.prefecture_code, u.province_code)
