-- One row per county-level unit and kind of extract: the rows that count at D and how many of them have no citizen number (spec 2.1, 2.3, 3.2).
-- key: unit_code, kind
-- Units that are no county stand here only with rows of their own: those of their files whose place nobody knows. accepted, rejected: of the
-- delivery that published.source_status speaks of. invalid_number: a number was delivered and is none (restricted.id_faults). Numbers are null for
-- kinds without one. Of 责任人, 日报 and 教基统计 a row whose unit is not known has no place and counts nowhere.
with
night as (select as_of from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
division as (select division_code, level, division_name, parent_code, county_code from core.division),
school as (select school_code, county_code from core.school),
delivery as (select delivery_order, unit_code from core.delivery),
source_status as (select kind, division, accepted, rejected from published.source_status),

-- Kinds whose rows carry their county.
placed as (
    select '户籍' as kind, county_code as unit_code, count(*) as rows, count(*) - count(number) as without_number
    from core.registry
    group by county_code
    union all
    select '学籍', county_code, count(*), count(*) - count(number)
    from core.enrolment
    group by county_code
    union all
    select '在校', county_code, count(*), count(*) - count(number)
    from core.in_school
    group by county_code
    union all
    select
        case source when 'P' then '脱贫户' when 'A' then '救助' when 'B' then '残疾人' when 'Q' then '部门名单' when 'C' then '劝返' end,
        county_code, count(*), count(*) - count(number)
    from core.listing
    where source <> 'N'
    group by source, county_code
    union all
    select '区划', county_code, count(*), null
    from division
    where county_code is not null
    group by county_code
    union all
    select '学校', county_code, count(*), null
    from school
    where county_code is not null
    group by county_code
    union all
    select '校历', county_code, count(*), null
    from core.calendar_row
    group by county_code
),

-- Kinds whose rows belong to the county of their school, else to the code of their file: first by school and file, which are few.
by_school as (
    select '学籍异动' as kind, school_code, row_id // 4294967296 as delivery_order, count(*) as rows, count(*) - count(number) as without_number
    from core.enrolment_change
    group by school_code, row_id // 4294967296
    union all
    select '缺课', school_code, row_id // 4294967296, count(*), count(*) - count(number)
    from core.absence
    group by school_code, row_id // 4294967296
    union all
    select '资助', school_code, row_id // 4294967296, count(*), count(*) - count(number)
    from core.aid
    group by school_code, row_id // 4294967296
    union all
    select '学籍查询', null, row_id // 4294967296, count(*), count(*) - count(citizen_number)
    from core.lookup
    group by row_id // 4294967296
    union all
    select '匹配裁定', null, row_id // 4294967296, count(*), null
    from core.match_decision
    group by row_id // 4294967296
),

-- Kinds whose rows name a school, or a division of 12 digits, and no file.
by_unit as (
    select '日报' as kind, school_code as unit, count(*) as rows
    from core.daily_report
    group by school_code
    union all
    select '教基统计', school_code, count(*)
    from core.annual_statistics
    group by school_code
    union all
    select '责任人', split_part(unit_code, '/', 1), count(*)
    from core.responsibility
    group by split_part(unit_code, '/', 1)
),

every_row as (
    select kind, unit_code, rows, without_number from placed
    union all
    select b.kind, coalesce(s.county_code, d.unit_code), b.rows, b.without_number
    from by_school as b
    inner join delivery as d on b.delivery_order = d.delivery_order
    left join school as s on b.school_code = s.school_code
    union all
    select b.kind, coalesce(s.county_code, u.county_code, u.division_code), b.rows, null
    from by_unit as b
    left join school as s on b.unit = s.school_code
    left join division as u on b.unit = u.division_code
    where coalesce(s.county_code, u.division_code) is not null
),

counted as (
    select kind, unit_code, cast(sum(rows) as bigint) as rows, cast(sum(without_number) as bigint) as without_number
    from every_row
    group by kind, unit_code
),

invalid as (select kind, county as unit_code, count(*) as rows from restricted.id_faults where fault = 'id_invalid' group by kind, county),

listed as (
    select kind, division as unit_code from source_status
    union
    select kind, unit_code from counted
),

numbered as (
    select unnest(['户籍', '学籍', '学籍异动', '在校', '缺课', '脱贫户', '救助', '残疾人', '资助', '劝返', '学籍查询', '部门名单']) as kind
)

select
    n.as_of,
    l.unit_code,
    u.level as unit_level,
    u.division_name as unit_name,
    u.parent_code,
    l.kind,
    coalesce(c.rows, 0) as rows,
    s.accepted,
    s.rejected,
    case when k.kind is not null then coalesce(c.without_number, 0) end as without_number,
    case when k.kind is not null then coalesce(i.rows, 0) end as invalid_number,
    case when k.kind is not null then per_cent(coalesce(c.without_number, 0), c.rows, p.rates_decimals, p.rates_rounding) end as share_without_number
from listed as l
cross join night as n
cross join policy as p
left join counted as c on l.kind = c.kind and l.unit_code = c.unit_code
left join source_status as s on l.kind = s.kind and l.unit_code = s.division
left join invalid as i on l.kind = i.kind and l.unit_code = i.unit_code
left join division as u on l.unit_code = u.division_code
left join numbered as k on l.kind = k.kind
