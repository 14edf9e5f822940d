-- One row per line of responsibility and unit that is published (spec 5, 6): divisions on both lines, villages on the household
-- line only, schools on the school line only.
-- key: line, unit_code
with
division as (select division_code, level, division_name, parent_code, county_code from core.division),
school as (select school_code, school_name, parent_code, county_code from core.school)

select 'household' as line, division_code as unit_code, level as unit_level, division_name as unit_name, parent_code, county_code
from division
union all
select 'school', division_code, level, division_name, parent_code, county_code
from division
where level <> 'village'
union all
select 'school', school_code, 'school', school_name, parent_code, county_code
from school
