-- One row per unit from the county up, stage, reason and placement with any case (劝返安置, spec 5.5, 6.1; never below county, 6.3).
-- key: unit_code, stage, reason, placement
-- Cases: open ones (未安置), and children placed tonight whose last case closed so.
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level in ('county', 'prefecture', 'province')),
place as (
    select case_uid, unnest([county_code, prefecture_code, province_code]) as unit_code
    from ledger.case_place
),

reason as (select case_uid, reason from ledger.case_reason),
placement as (select person, placement from status.placement),
last_case as (
    select case_uid, child_id, close_reason, stage
    from ledger.case_state
    -- What was merged into another case is no word about the child.
    where close_reason is distinct from 'merged'
    qualify row_number() over (partition by child_id order by episode desc) = 1
),

counted_case as (
    select case_uid, stage, '未安置' as placement
    from ledger.case_state
    where state <> 'closed'
    union all
    select k.case_uid, k.stage, l.placement
    from last_case as k
    inner join status.verdict as v on k.child_id = v.child_id and v.status = 'placed'
    inner join ledger.case_person as p on k.case_uid = p.case_uid
    inner join placement as l on p.person = l.person
    where k.close_reason = 'placed'
),

reasoned as (
    select k.case_uid, k.stage, k.placement, r.reason
    from counted_case as k
    inner join reason as r on k.case_uid = r.case_uid
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.stage,
    r.reason,
    r.placement,
    count(*) as cases
from reasoned as r
cross join night as n
inner join place as p on r.case_uid = p.case_uid
inner join unit as u on p.unit_code = u.unit_code
group by n.as_of, u.unit_code, u.unit_level, u.unit_name, u.parent_code, r.stage, r.reason, r.placement
