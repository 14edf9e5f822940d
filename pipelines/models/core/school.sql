-- One row per school in force at D with its place (spec 2.2 学校); a school is a child of its township, else of its county.
-- key: school_code
with
reference_delivery as (select delivery_id, precedence from core.reference_delivery where kind = '学校'),
division as (select * from core.division),
county as (select * from core.county),
rows_in_force as (
    select c.school_code, c.school_name, c.division_code, c.school_type
    from clean.school as c
    inner join reference_delivery as r on c.delivery_id = r.delivery_id
    qualify row_number() over (partition by c.school_code order by r.precedence desc, c.row_number) = 1
),

placed as (
    select
        s.*,
        c.county_code,
        c.prefecture_code,
        c.province_code,
        t.division_code as township_code
    from rows_in_force as s
    left join county as c on c.county_code = rpad(left(s.division_code, 6), 12, '0')
    left join division as t on t.level = 'township' and t.division_code = rpad(left(s.division_code, 9), 12, '0')
)

select
    school_code,
    school_name,
    school_type,
    division_code,
    township_code,
    county_code,
    prefecture_code,
    province_code,
    coalesce(township_code, county_code) as parent_code
from placed
