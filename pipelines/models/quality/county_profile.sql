-- One row per county-level unit: the children the registry puts there and the cases opened tonight, household line (spec 3.1, 4.3, 5.7).
-- key: unit_code
-- children: active registry children of school age, as in the count bridge; new_cases: opened and relapsed; per_thousand null without children.
with
night as (select as_of from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
zeroing as (
    select * from indicators.zeroing
    where line = 'household' and group_name = 'all' and unit_level = 'county'
),

child as (select place_code, children from indicators.bridge_registry where step = 'total'),
counted as (
    select
        z.unit_code, z.unit_level, z.unit_name, z.parent_code, coalesce(c.children, 0) as children, z.opened, z.relapsed,
        z.opened + z.relapsed as new_cases
    from zeroing as z
    left join child as c on z.unit_code = c.place_code
)

select
    n.as_of,
    c.unit_code,
    c.unit_level,
    c.unit_name,
    c.parent_code,
    c.children,
    c.opened,
    c.relapsed,
    c.new_cases,
    per_cent(c.new_cases * 10, c.children, p.rates_decimals, p.rates_rounding) as per_thousand
from counted as c
cross join night as n
cross join policy as p
