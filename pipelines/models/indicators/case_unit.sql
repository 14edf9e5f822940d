-- One row per case, line and unit it counts in tonight (spec 4.3).
-- key: case_uid, line, unit_code
with
place as (select * from ledger.case_place),
member as (
    select case_uid, 'household' as line, unnest([village_code, township_code, county_code, prefecture_code, province_code]) as unit_code
    from place
    union all
    select case_uid, 'school', unnest([school_code, school_township, school_county, school_prefecture, school_province])
    from place
)

select case_uid, line, unit_code
from member
where unit_code is not null
