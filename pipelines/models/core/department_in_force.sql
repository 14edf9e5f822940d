-- One row per department and county: the delivery of 部门名单 in force at D for the rows of that department (spec 2.1: a delivery
-- replaces only the rows of the departments that it contains).
-- key: department, county_code
with
delivery as (select * from core.delivery where kind = '部门名单'),
contained as (select delivery_id, department from clean.department_list group by delivery_id, department),
unit as (
    select county_code, prefecture_code, province_code from core.county
    union
    select d.unit_code, rpad(left(d.code, 4), 12, '0'), rpad(left(d.code, 2), 12, '0')
    from delivery as d
    where d.unit_code not in (select county_code from core.county)
)

select c.department, u.county_code, d.delivery_id
from unit as u
inner join delivery as d on d.unit_code in (u.county_code, u.prefecture_code, u.province_code)
inner join contained as c on d.delivery_id = c.delivery_id
qualify row_number() over (
    partition by c.department, u.county_code order by d.delivered_on desc, d.narrowness desc, d.delivery_order desc
) = 1
