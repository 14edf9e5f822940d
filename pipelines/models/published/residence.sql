-- One row per county-level unit: who is schooled where (spec 5.4); children in school or suspected absent, by E row or roll call.
-- key: unit_code
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level = 'county'),
school as (select school_code, county_code from core.school),
child as (
    select
        n.r_county as home,
        s.county_code as school_county,
        sum(n.schooled_here) as here,
        sum(n.schooled_elsewhere) as elsewhere
    from indicators.child_count as n
    left join school as s on s.school_code = n.return_school
    group by n.r_county, s.county_code
),

counted as (
    select
        u.unit_code,
        sum(c.here) filter (where c.home = u.unit_code and c.school_county = u.unit_code) as local_local,
        sum(c.here) filter (where c.home = u.unit_code and c.school_county <> u.unit_code) as local_elsewhere_province,
        sum(c.elsewhere) filter (where c.home = u.unit_code) as local_elsewhere,
        sum(c.here) filter (where c.home <> u.unit_code and c.school_county = u.unit_code) as outside_local,
        sum(c.here) filter (where c.home is null and c.school_county = u.unit_code) as outside_province_local
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
