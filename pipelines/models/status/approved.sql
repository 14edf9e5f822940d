-- One row per person with an approved request that counts tonight (spec 3.3 lines 1, 2, 7, 8, 12).
-- key: person
-- deferral_ended: an approved deferral ended in the 365 days before D.
with
night as (select as_of from core.night),
person as (
    select
        c.person,
        completed_years(c.birth_date, n.as_of) as age
    from matching.child as c
    cross join night as n
    where c.person is not null
),

placement as (select placement, min_age, max_age from core.policy_placement)

select
    a.person,
    coalesce(bool_or(a.action_type = '免除' and a.action_kind = '死亡'), false) as exempt_deceased,
    coalesce(bool_or(a.action_type = '免除' and a.action_kind = '出国(境)'), false) as exempt_emigrated,
    coalesce(bool_or(a.action_type = '安置' and a.is_open and p.placement is not null and i.age between p.min_age and p.max_age), false) as placed,
    coalesce(bool_or(a.action_type = '延缓入学' and a.is_open), false) as deferred,
    coalesce(bool_or(a.action_type = '延缓入学' and a.effective_end < n.as_of and a.effective_end >= n.as_of - 365), false) as deferral_ended,
    max(a.row_id) filter (where a.is_open) as row_id
from status.approval as a
cross join night as n
inner join person as i on a.person = i.person
left join placement as p on a.action_kind = p.placement
group by a.person
