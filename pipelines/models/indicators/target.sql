-- One row per unit and target of the policy in force there (spec 5, policy [targets]): a county's own before the general one.
-- key: unit_code, target
with
policy_target as (select division, target, value from core.policy_target),
unit as (select distinct unit_code, unit_level, county_code from indicators.unit)

select u.unit_code, p.target, p.value
from unit as u
inner join policy_target as p
    on p.division = '' or coalesce(u.county_code, u.unit_code) like p.division || '%'
    and (u.county_code is not null or length(p.division) <= length(rtrim(u.unit_code, '0')))
qualify row_number() over (partition by u.unit_code, p.target order by length(p.division) desc) = 1
