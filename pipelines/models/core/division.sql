-- One row per division or reporting unit in force at D (spec 2.1, 2.2 区划), with the units above it.
-- key: division_code
-- Codes have 12 digits; a reporting unit that is no division (市直, 开发区) has level `county`. A parent that 区划 does not list is
-- replaced by the nearest unit above that it does: every case must count in the sum of somebody. A village may lie in a county directly.
with
reference_delivery as (select delivery_id, precedence from core.reference_delivery where kind = '区划'),
rows_in_force as (
    select c.division_code, c.division_name, c.parent_code, c.unit_type
    from clean.division as c
    inner join reference_delivery as r on c.delivery_id = r.delivery_id
    qualify row_number() over (partition by c.division_code order by r.precedence desc, c.row_number) = 1
),

levelled as (
    select
        division_code,
        division_name,
        case
            when unit_type in ('市直', '开发区') then 'county'
            when division_code like '%0000000000' then 'province'
            when division_code like '%00000000' then 'prefecture'
            when division_code like '%000000' then 'county'
            when division_code like '%000' then 'township'
            else 'village'
        end as level,
        coalesce(
            parent_code,
            case
                when division_code like '%0000000000' then null
                when division_code like '%00000000' then rpad(left(division_code, 2), 12, '0')
                when division_code like '%000000' then rpad(left(division_code, 4), 12, '0')
                when division_code like '%000' then rpad(left(division_code, 6), 12, '0')
                else rpad(left(division_code, 9), 12, '0')
            end
        ) as parent_code
    from rows_in_force
),

placed as (
    select
        d.*,
        case
            when d.level = 'village' then nullif(rpad(left(d.division_code, 9), 12, '0'), rpad(left(d.division_code, 6), 12, '0'))
            when d.level = 'township' then d.division_code
        end as township_code,
        case when d.level in ('village', 'township') then rpad(left(d.division_code, 6), 12, '0') when d.level = 'county' then d.division_code end as county_code
    from levelled as d
)

select
    p.division_code,
    p.division_name,
    p.level,
    case
        when p.level = 'province' or n.division_code is not null then p.parent_code
        else coalesce(nullif(t.division_code, p.division_code), nullif(c.division_code, p.division_code), f.division_code, g.division_code, h.division_code)
    end as parent_code,
    t.division_code as township_code,
    c.division_code as county_code,
    case when p.level = 'prefecture' then p.division_code else f.division_code end as prefecture_code,
    case when p.level = 'province' then p.division_code else coalesce(g.division_code, h.division_code) end as province_code
from placed as p
left join levelled as n on p.parent_code = n.division_code
left join levelled as t on p.township_code = t.division_code
left join levelled as c on p.county_code = c.division_code
left join levelled as f on f.division_code = c.parent_code and f.level = 'prefecture'
left join levelled as g on g.level = 'province' and g.division_code = coalesce(f.parent_code, c.parent_code, p.parent_code)
left join levelled as h on h.level = 'province' and h.division_code = rpad(left(p.division_code, 2), 12, '0')
