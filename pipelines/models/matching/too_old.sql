-- One row per person of tonight's rows who is older than universe.max_age and no remembered child: none of the universe (spec 3.1,
-- 3.3, memory).
-- key: person
with
night as (select as_of from core.night),
policy as (select universe_max_age from core.policy),
older as (
    select m.person, m.number, m.hash
    from matching.person as m
    cross join night as n
    cross join policy as p
    where (year(n.as_of) * 10000 + month(n.as_of) * 100 + day(n.as_of) - year(m.birth_date) * 10000 - month(m.birth_date) * 100 - day(m.birth_date)) // 10000
        > p.universe_max_age
),

remembered as (
    select child_id, number
    from core.previous_memory
    where has_enrolment and not ended
        and (number in (select number from older) or (number is null and child_id in (select 'X' || hash from older where number is null)))
)

select o.person
from older as o
left join (select distinct number from remembered where number is not null) as k on o.number = k.number
left join (select distinct child_id from remembered where number is null) as x on o.number is null and 'X' || o.hash = x.child_id
where k.number is null and x.child_id is null
