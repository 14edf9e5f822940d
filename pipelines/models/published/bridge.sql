-- One row per unit from county up, side and term: 人数对账, every child accounted for (spec 5.7, 6.1).
-- key: unit_code, side, step, reason
-- The row total, which is always there, is what the terms must add up to: registry and school by the sum of all, ledger by open
-- less kept plus held plus closed plus over_age. remainder is the difference and stands in each row of the unit's side; any but 0 stops the
-- night. A term that counts nobody has no row. What belongs to no county counts in the prefecture or province it belongs to; of a
-- code that 区划 does not know the digits decide, else the first province.
with
night as (select as_of from core.night),
division as (select * from core.division),
unit as (select * from indicators.unit where line = 'household' and unit_level in ('county', 'prefecture', 'province')),
sides as (select unnest(['registry', 'school', 'ledger']) as side),
counted as (
    select 'registry' as side, place_code, step, reason, children from indicators.bridge_registry
    union all
    select 'school', place_code, step, reason, children from indicators.bridge_school
    union all
    select 'ledger', place_code, step, reason, children from indicators.bridge_ledger
),

place as (select distinct place_code from counted),
first_province as (select min(division_code) as province_code from division where level = 'province'),
placed as (
    select
        p.place_code,
        [
            coalesce(d.county_code, c.county_code),
            coalesce(d.prefecture_code, c.prefecture_code, f.prefecture_code),
            coalesce(d.province_code, c.province_code, f.province_code, g.province_code, h.province_code)
        ] as units
    from place as p
    cross join first_province as h
    left join division as d on p.place_code = d.division_code
    left join division as c on d.division_code is null and c.level = 'county' and c.division_code = left(p.place_code, 6) || '000000'
    left join division as f
        on d.division_code is null and c.division_code is null and f.level = 'prefecture' and f.division_code = left(p.place_code, 4) || '00000000'
    left join division as g
        on d.division_code is null and c.division_code is null and g.level = 'province' and g.division_code = left(p.place_code, 2) || '0000000000'
),

member as (select place_code, unnest(units) as unit_code from placed),
summed as (
    select m.unit_code, c.side, c.step, c.reason, cast(sum(c.children) as bigint) as children
    from counted as c
    inner join member as m on c.place_code = m.place_code
    where m.unit_code is not null
    group by m.unit_code, c.side, c.step, c.reason
),

balance as (
    select
        u.unit_code, s.side,
        cast(coalesce(sum(t.children) filter (where t.step = 'total'), 0) as bigint) as total,
        cast(coalesce(sum(case when t.step in ('total', 'kept') then t.children else -t.children end), 0) as bigint) as remainder
    from unit as u
    cross join sides as s
    left join summed as t on u.unit_code = t.unit_code and s.side = t.side
    group by u.unit_code, s.side
),

every_row as (
    select unit_code, side, 'total' as step, null as reason, total as children from balance
    union all
    select unit_code, side, step, reason, children from summed where step <> 'total'
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.side,
    r.step,
    r.reason,
    r.children,
    b.remainder
from every_row as r
cross join night as n
inner join unit as u on r.unit_code = u.unit_code
inner join balance as b on r.unit_code = b.unit_code and r.side = b.side
