-- One row per county-level unit: who is schooled where (spec 5.4); children in school or suspected absent, by E row or roll call.
-- key: unit_code
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level = 'county'),
school as (select school_code, county_code from core.school),
schooled as (
    select r_county as home, return_school, status = 'enrolled_elsewhere' as elsewhere, children
    from indicators.child_count
    where status in ('in_school', 'suspected_absent', 'enrolled_elsewhere')
),

child as (
    select c.home, s.county_code as school_county, c.elsewhere, sum(c.children) as children
    from schooled as c
    left join school as s on s.school_code = c.return_school
    group by c.home, s.county_code, c.elsewhere
),

counted as (
    select
        u.unit_code,
        sum(c.children) filter (where not c.elsewhere and c.home = u.unit_code and c.school_county = u.unit_code) as local_local,
        sum(c.children) filter (where not c.elsewhere and c.home = u.unit_code and c.school_county <> u.unit_code) as local_elsewhere_province,
        sum(c.children) filter (where c.elsewhere and c.home = u.unit_code) as local_elsewhere,
        sum(c.children) filter (where not c.elsewhere and c.home <> u.unit_code and c.school_county = u.unit_code) as outside_local,
        sum(c.children) filter (where not c.elsewhere and c.home is null and c.school_county = u.unit_code) as outside_province_local
    from unit as u
    inner join child as c on u.unit_code in (c.home, c.school_county)
    group by u.unit_code
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    cast(coalesce(c.local_local, 0) as bigint) as local_local,
    cast(coalesce(c.local_elsewhere_province, 0) as bigint) as local_elsewhere_province,
    cast(coalesce(c.local_elsewhere, 0) as bigint) as local_elsewhere,
    cast(coalesce(c.outside_local, 0) as bigint) as outside_local,
    cast(coalesce(c.outside_province_local, 0) as bigint) as outside_province_local
from unit as u
cross join night as n
left join counted as c on u.unit_code = c.unit_code
