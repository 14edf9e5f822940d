-- One row per case: the units it counts in tonight, on both lines of responsibility (spec 4.1, 4.3, 双线).
-- key: case_uid
-- place_division is fixed at opening; the units above it are those of tonight's division tree. A code that 区划 does not know
-- counts in the county (six digits) it begins with.
with
school as (select * from core.school),
division as (select * from core.division)

select
    k.case_uid,
    case when d.level = 'village' then d.division_code end as village_code,
    coalesce(d.township_code, t.division_code) as township_code,
    coalesce(d.county_code, t.county_code, c.county_code) as county_code,
    coalesce(d.prefecture_code, t.prefecture_code, c.prefecture_code) as prefecture_code,
    coalesce(d.province_code, t.province_code, c.province_code) as province_code,
    s.school_code,
    s.township_code as school_township,
    s.county_code as school_county,
    s.prefecture_code as school_prefecture,
    s.province_code as school_province
from ledger.case_state as k
left join division as d on k.place_division = d.division_code
left join division as t on d.division_code is null and t.level = 'township' and t.division_code = left(k.place_division, 9) || '000'
left join division as c on d.division_code is null and c.level = 'county' and c.division_code = left(k.place_division, 6) || '000000'
left join school as s on k.school_code = s.school_code
