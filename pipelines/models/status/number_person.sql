-- One row per valid citizen number that tonight's rows carry or that a remembered child is known by: its person, as 17 digits
-- (spec 3.2, 3.3).
-- key: number
with
carried as (
    select node as number, person from matching.node_person where node > 0
    union all
    select unit, person from matching.attached where unit > 0
),

remembered as (select number, person from matching.child where origin_rank is null and person is not null and number is not null)

select number, min(person) as person
from carried
group by number
union all
select r.number, min(r.person)
from remembered as r
left join carried as c on r.number = c.number
where c.number is null
group by r.number
