-- One row per unit and line: the unit above it in which what counts in it counts too (spec 4.3, 5); what must add up stands on this.
-- key: line, unit_code
-- above_code: null at the top. Not always parent_code, which 区划 may name otherwise than the codes. nested: whatever lies beneath counts
-- in the same units above as the unit itself; false where 区划 lacks a unit in between, for there nothing can be said to add up.
with
division as (select * from core.division),
school as (select * from core.school),
listed as (
    select 'household' as line, division_code as unit_code, [township_code, county_code, prefecture_code, province_code] as codes
    from division
    union all
    select 'school', division_code, [township_code, county_code, prefecture_code, province_code]
    from division
    where level <> 'village'
    union all
    select 'school', school_code, [township_code, county_code, prefecture_code, province_code]
    from school
),

chained as (
    select line, unit_code, list_filter(codes, lambda c: c is not null and c <> unit_code) as above
    from listed
),

bent as (
    select c.line, list_concat([c.unit_code], c.above, a.above) as units
    from chained as c
    inner join chained as a on c.line = a.line and c.above[1] = a.unit_code
    where c.above[2:] <> a.above
),

bent_unit as (select line, unnest(units) as unit_code from bent),
apart as (select line, unit_code from bent_unit group by line, unit_code)

select c.line, c.unit_code, c.above[1] as above_code, b.unit_code is null as nested
from chained as c
left join apart as b on c.line = b.line and c.unit_code = b.unit_code
