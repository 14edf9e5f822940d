-- One row per unit and target of the policy in force there (spec 5, policy [targets]): a county's own before its prefecture's,
-- before the province's, before the general one.
-- key: unit_code, target
-- Reporting units stand under the prefecture that 区划 names, whatever digits their code begins with.
with
policy_target as (
    select case when division <> '' then rpad(division, 12, '0') end as division_code, target, value
    from core.policy_target
),

unit as (select distinct unit_code, coalesce(county_code, unit_code) as division_code from indicators.unit),
division as (select division_code, prefecture_code, province_code from core.division),
matched as (
    select
        u.unit_code, p.target, p.value,
        case p.division_code when u.division_code then 0 when d.prefecture_code then 1 when d.province_code then 2 else 3 end as distance
    from unit as u
    left join division as d on u.division_code = d.division_code
    inner join policy_target as p
        on p.division_code is null or p.division_code in (u.division_code, d.prefecture_code, d.province_code)
)

select unit_code, target, value
from matched
qualify row_number() over (partition by unit_code, target order by distance) = 1
