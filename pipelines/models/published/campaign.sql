-- One row per unit of the household line from the township up, campaign and group (policy [[campaign]], spec 5.5): the batch of cases
-- opened in its window, and apart from it the cases opened since. share_closed in per cent.
-- key: unit_code, campaign, group
-- Units are those that a division of the campaign is, lies in or holds; a case belongs by its place and, poor, by its group at opening.
with
night as (select as_of from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
campaign as (select * from core.policy_campaign),
unit as (select * from indicators.unit where line = 'household' and unit_level <> 'village'),
division as (select * from core.division),
place as (
    select case_uid, coalesce(village_code, township_code, county_code, prefecture_code, province_code) as division_code
    from ledger.case_place
),

-- Several divisions of one campaign may reach one unit or one case: each counts once.
target_unit as (
    select c.campaign, c.group_name, c.target_date, unnest([d.township_code, d.county_code, d.prefecture_code, d.province_code]) as unit_code
    from campaign as c
    inner join division as d on starts_with(d.division_code, c.division)
),

unit_of as (
    select campaign, group_name, min(target_date) as target_date, unit_code
    from target_unit
    where unit_code is not null
    group by campaign, group_name, unit_code
),

case_of as (
    select c.campaign, c.group_name, k.case_uid, min(k.state) as state, bool_or(k.opened_on <= c.to_date) as in_batch
    from campaign as c
    inner join ledger.case_state as k on k.opened_on >= c.from_date and (c.group_name = 'all' or k.poor)
    inner join place as p on k.case_uid = p.case_uid and starts_with(p.division_code, c.division)
    group by c.campaign, c.group_name, k.case_uid
),

counted as (
    select
        c.campaign, c.group_name, u.unit_code,
        count(*) filter (where c.in_batch) as opened,
        count(*) filter (where c.in_batch and c.state = 'closed') as closed,
        count(*) filter (where not c.in_batch) as added_later
    from case_of as c
    inner join indicators.case_unit as u on c.case_uid = u.case_uid and u.line = 'household'
    group by c.campaign, c.group_name, u.unit_code
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    o.campaign,
    o.target_date,
    coalesce(c.opened, 0) as opened,
    coalesce(c.closed, 0) as closed,
    coalesce(c.opened, 0) - coalesce(c.closed, 0) as open,
    per_cent(c.closed, c.opened, p.rates_decimals, p.rates_rounding) as share_closed,
    coalesce(c.added_later, 0) as added_later,
    o.group_name as "group"
from unit_of as o
cross join night as n
cross join policy as p
inner join unit as u on o.unit_code = u.unit_code
left join counted as c on o.campaign = c.campaign and o.group_name = c.group_name and o.unit_code = c.unit_code
