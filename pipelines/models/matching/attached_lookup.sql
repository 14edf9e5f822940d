-- One row per look-up (N) that speaks of a person (spec 3.2).
-- key: row_id
-- A look-up also attaches by number to persons without registry and enrolment rows, and to remembered children (spec 3.3), for whom
-- the number itself stands.
with
unit as (select row_id, unit, person from matching.unit where source = 'N'),
name_link as (select unit, person from matching.unit_name_link),
left_over as (select unit, person from matching.left_over),
number_attached as (
    select unit, min(person) as person
    from (select unit, person from name_link union all select unit, person from left_over) as a
    where unit > 0
    group by unit
),

remembered as (
    select distinct number
    from core.previous_memory
    where has_enrolment and not ended and number in (select unit from unit where person is null)
)

select u.row_id, coalesce(u.person, b.person, r.number) as person
from unit as u
left join number_attached as b on u.unit = b.unit
left join remembered as r on u.unit = r.number
where coalesce(u.person, b.person, r.number) is not null
