-- One row per case and unit that is asked about it when the numbers look wrong (spec 5.8): the school, its township and county; of a
-- case without a known school the township and county it counts in.
-- key: case_uid, unit_code
with
place as (select * from ledger.case_place),
member as (
    select
        case_uid,
        unnest(case when school_code is null then [township_code, county_code] else [school_code, school_township, school_county] end) as unit_code
    from place
)

select case_uid, unit_code
from member
where unit_code is not null
