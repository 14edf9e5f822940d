-- One row per valid citizen number that an absence, an aid row or a change carries: its person, as 17 digits, by tonight's rows, else
-- the remembered child that is known by it (spec 3.2, 3.3).
-- key: number
with
asked as (
    select number from core.absence where number is not null
    union
    select embedded from core.absence where embedded is not null
    union
    select number from core.aid where number is not null
    union
    select embedded from core.aid where embedded is not null
    union
    select number from core.enrolment_change where number is not null
    union
    select embedded from core.enrolment_change where embedded is not null
),

carried as (
    select node as number, person from matching.node_person where node in (select number from asked)
    union all
    select unit, person from matching.attached where unit in (select number from asked)
),

remembered as (
    select number, person
    from matching.child
    where origin_rank is null and person is not null and number in (select number from asked)
)

select number, min(person) as person
from carried
group by number
union all
select r.number, min(r.person)
from remembered as r
left join carried as c on r.number = c.number
where c.number is null
group by r.number
