-- One row per unit from the township up, line, group and cycle of reporting (spec 1.1, 四个一): the ledger over the week, month, quarter,
-- term and school year in which D lies, from its first day up to D, as known at D.
-- key: unit_code, line, group, cycle
-- Unit: cases. open_at_start + opened + relapsed - closed = open_at_end. The term is the county's own; of a unit above counties the newest
-- that one of them is in, from the first day to the last of any. A unit without a term in 校历 has no row of it.
with
night as (select as_of, school_year, year_start from core.night),
unit as (select * from indicators.unit where unit_level not in ('village', 'school')),
groups as (select 'all' as group_name union all select 'poor'),
term as (
    select t.county_code, t.term, t.start_date, t.end_date
    from core.term as t
    cross join night as n
    where t.term is not null and t.start_date <= n.as_of and (t.next_start is null or t.next_start > n.as_of)
),

above as (
    select c.county_code, unnest([c.prefecture_code, c.province_code]) as above_code
    from core.county as c
),

term_of_unit as (
    select county_code as unit_code, term, start_date, end_date from term
    union all
    select a.above_code, t.term, min(t.start_date), max(t.end_date)
    from term as t
    inner join above as a on t.county_code = a.county_code
    where a.above_code <> t.county_code
    group by a.above_code, t.term
    qualify t.term = max(t.term) over (partition by a.above_code)
),

by_date as (
    select
        'week' as cycle, strftime(as_of, '%G-W%V') as period, cast(date_trunc('week', as_of) as date) as from_date,
        cast(date_trunc('week', as_of) as date) + 6 as to_date
    from night
    union all
    select 'month', strftime(as_of, '%Y-%m'), cast(date_trunc('month', as_of) as date), last_day(as_of)
    from night
    union all
    select
        'quarter', strftime(as_of, '%Y') || '-Q' || cast(quarter(as_of) as varchar), cast(date_trunc('quarter', as_of) as date),
        cast(date_trunc('quarter', as_of) + interval 3 month as date) - 1
    from night
    union all
    select 'year', school_year, year_start, cast(year_start + interval 1 year as date) - 1
    from night
),

span as (
    select u.line, u.unit_code, d.cycle, d.period, d.from_date, d.to_date
    from unit as u
    cross join by_date as d
    union all
    select u.line, u.unit_code, 'term', t.term, t.start_date, t.end_date
    from unit as u
    inner join term_of_unit as t on coalesce(u.county_code, u.unit_code) = t.unit_code
),

dated as (
    select
        s.line, s.unit_code, s.cycle, k.poor, k.relapse, k.close_reason, k.state = 'closed' as closed,
        k.opened_on >= s.from_date as opened_within,
        coalesce(k.verified_on >= s.from_date, false) as verified_within,
        coalesce(k.state = 'closed' and k.closed_on >= s.from_date, false) as closed_within
    from span as s
    inner join indicators.case_unit as u on s.line = u.line and s.unit_code = u.unit_code
    inner join ledger.case_state as k on u.case_uid = k.case_uid
    -- Of a case that was closed before the period nothing is counted: most cases of an old ledger.
    where k.state <> 'closed' or k.closed_on >= s.from_date
),

counted as (
    select
        c.line, c.unit_code, c.cycle, g.group_name,
        count(*) filter (where not c.opened_within and (not c.closed or c.closed_within)) as open_at_start,
        count(*) filter (where c.opened_within and not c.relapse) as opened,
        count(*) filter (where c.opened_within and c.relapse) as relapsed,
        count(*) filter (where c.verified_within) as verified,
        count(*) filter (where c.closed_within and c.close_reason = 'returned') as returned,
        count(*) filter (where c.closed_within and c.close_reason = 'placed') as placements,
        count(*) filter (where c.closed_within) as closed,
        count(*) filter (where not c.closed) as open_at_end
    from dated as c
    inner join groups as g on g.group_name = 'all' or c.poor
    group by c.line, c.unit_code, c.cycle, g.group_name
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    u.line,
    g.group_name as "group",
    s.cycle,
    s.period,
    s.from_date,
    s.to_date,
    coalesce(c.open_at_start, 0) as open_at_start,
    coalesce(c.opened, 0) as opened,
    coalesce(c.relapsed, 0) as relapsed,
    coalesce(c.verified, 0) as verified,
    coalesce(c.returned, 0) as returned,
    coalesce(c.placements, 0) as placements,
    coalesce(c.closed, 0) as closed,
    coalesce(c.open_at_end, 0) as open_at_end
from unit as u
inner join span as s on u.line = s.line and u.unit_code = s.unit_code
cross join groups as g
cross join night as n
left join counted as c
    on u.line = c.line and u.unit_code = c.unit_code and s.cycle = c.cycle and g.group_name = c.group_name
