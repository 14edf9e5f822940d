-- One row per school and unit of the school line that it counts in: itself and the divisions above it (spec 5).
-- key: school_code, unit_code
with
school as (select * from core.school),
member as (
    select school_code, unnest([school_code, township_code, county_code, prefecture_code, province_code]) as unit_code
    from school
)

select school_code, unit_code
from member
where unit_code is not null
