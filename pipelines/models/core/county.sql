-- One row per county-level unit, reporting units included (spec 2.1).
-- key: county_code
with
division as (select * from core.division where level = 'county')

select division_code as county_code, division_name as county_name, parent_code, prefecture_code, province_code
from division
