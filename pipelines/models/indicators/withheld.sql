-- One row per family of public tables and village or school whose rows show no numbers there (spec 6.3), from the first night on which
-- that was so: what ledger.withheld_history keeps.
-- key: family, unit_code
-- Siblings are the villages, or the schools, that add up in one unit above them; for retention, which no township has, the schools of a
-- county. All of them are withheld or none: where one alone is, what is above it less the others gives it away. Families: ledger (tables
-- that count cases), schooling (entry and dropout rates, handover), retention, alarms. Of the ledger the first case withholds, not the first
-- small number: whoever saw that only one sibling has an open case knows whose case closed. Who is withheld in the ledger is so in
-- schooling and alarms, where cases count again. Once withheld, always: what is counted to date, seen before and after, gives away what
-- came between; rates for their school year, as the next one counts anew.
with recursive
night as (select as_of, school_year, previous_night from core.night),
policy as (select disclosure_small_cell - 1 as small from core.policy),
unit as (
    select
        u.unit_code, u.unit_level,
        u.unit_level || '/' || coalesce(a.above_code, u.parent_code, '') as by_code,
        u.unit_level || '/' || coalesce(u.parent_code, a.above_code, '') as by_parent,
        u.unit_level || '/' || coalesce(u.county_code, '') as by_county,
        case when p.unit_level = 'township' then u.unit_level || '/' || coalesce(p.parent_code, u.county_code, '') end as by_grandparent
    from indicators.unit as u
    left join indicators.unit_above as a on u.line = a.line and u.unit_code = a.unit_code
    left join indicators.unit as p on u.line = p.line and u.parent_code = p.unit_code
    where u.unit_level in ('village', 'school')
),

-- Where 区划 names another unit above than the codes do, the siblings of both are siblings.
bent as (
    select by_code as code, by_parent as other from unit where by_code <> by_parent
    union
    select by_county, by_grandparent from unit where unit_level = 'school' and by_county <> by_grandparent
),

link as (
    select code, other from bent
    union
    select other, code from bent
),

reached as (
    select code, code as other from link
    union
    select r.code, l.other
    from reached as r
    inner join link as l on r.other = l.code
),

root as (select code, min(other) as root_code from reached group by code),
families as (
    select unnest(['ledger', 'schooling', 'ledger', 'schooling', 'alarms']) as family,
        unnest(['village', 'village', 'school', 'school', 'school']) as unit_level
),

sibling as (
    select f.family, u.unit_code, coalesce(r.root_code, u.by_code) as siblings
    from unit as u
    inner join families as f on u.unit_level = f.unit_level
    left join root as r on u.by_code = r.code
    union all
    select 'retention', u.unit_code, coalesce(r.root_code, u.by_county)
    from unit as u
    left join root as r on u.by_county = r.code
    where u.unit_level = 'school'
),

small as (
    select 'ledger' as family, z.unit_code
    from indicators.zeroing as z
    inner join policy as p on z.ever_opened > 0 and p.small > 0
    where z.group_name = 'all'
    union all
    select 'schooling', d.unit_code
    from indicators.dropout_rate as d
    inner join policy as p on abs(d.numerator) between 1 and p.small or d.denominator between 1 and p.small
    union all
    select 'schooling', e.unit_code
    from indicators.enrolment_rate as e
    inner join policy as p
        on e.numerator between 1 and p.small or e.denominator between 1 and p.small or abs(e.denominator - e.numerator) between 1 and p.small
        or e.gap_children between 1 and p.small
    union all
    select 'schooling', h.unit_code
    from indicators.handover as h
    inner join policy as p
        on h.leavers between 1 and p.small or h.arrived between 1 and p.small or h.pending between 1 and p.small or h.lost between 1 and p.small
    union all
    select 'retention', r.unit_code
    from indicators.retention as r
    inner join policy as p
        on r.numerator between 1 and p.small or r.entrants between 1 and p.small or r.transfers_in between 1 and p.small
        or r.transfers_out between 1 and p.small or r.deaths between 1 and p.small or abs(r.denominator) between 1 and p.small
        or r.gap_children between 1 and p.small or r.transfers_unmatched between 1 and p.small
    union all
    select 'alarms', i.unit_code
    from indicators.integrity as i
    inner join policy as p on i.value between 1 and p.small or i.base between 1 and p.small
),

earlier as (
    select h.family, h.unit_code, h.siblings, h.school_year, h.since
    from ledger.withheld_history as h
    cross join night as n
    where h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
        and (h.family in ('ledger', 'alarms') or h.school_year = n.school_year)
),

told as (
    select family, unit_code from small
    union
    select family, unit_code from earlier
),

implied as (
    select family, unit_code from told
    union
    select f.family, t.unit_code
    from told as t
    inner join (select family from families group by family) as f on f.family <> 'ledger'
    where t.family = 'ledger'
),

withheld_siblings as (
    select s.family, s.siblings
    from implied as i
    inner join sibling as s on i.family = s.family and i.unit_code = s.unit_code
    group by s.family, s.siblings
),

tonight as (
    select s.family, s.unit_code, s.siblings
    from sibling as s
    inner join withheld_siblings as w on s.family = w.family and s.siblings = w.siblings
)

select
    coalesce(t.family, e.family) as family,
    coalesce(t.unit_code, e.unit_code) as unit_code,
    coalesce(t.siblings, e.siblings) as siblings,
    coalesce(e.school_year, n.school_year) as school_year,
    coalesce(e.since, n.as_of) as since
from tonight as t
full join earlier as e on t.family = e.family and t.unit_code = e.unit_code
cross join night as n
-- Whoever is not there tonight stays; a code that is no village or school any more does not.
where t.unit_code is not null or e.unit_code not in (select unit_code from indicators.unit)
