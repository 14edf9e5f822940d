-- One row per row of I, P, A, B, C, Q, N that speaks of a person (spec 3.2).
-- key: row_id
-- A look-up also attaches by number to persons without registry and enrolment rows, and to remembered children (spec 3.3), for whom
-- the number itself stands.
with
unit as (select source, rank, row_id, unit, person from matching.unit),
name_link as (select source, unit, person from matching.unit_name_link),
left_over as (select source, unit, person from matching.left_over),
number_attached as (
    select unit, min(person) as person
    from (select unit, person from name_link union all select unit, person from left_over) as a
    where unit > 0
    group by unit
),

remembered as (select distinct number from core.previous_memory where has_enrolment and not ended and number is not null)

select
    u.source,
    u.rank,
    u.row_id,
    u.unit,
    coalesce(u.person, n.person, l.person, b.person, r.number) as person
from unit as u
left join name_link as n on u.source = n.source and u.unit = n.unit
left join left_over as l on u.source = l.source and u.unit = l.unit
left join number_attached as b on u.source = 'N' and u.unit = b.unit
left join remembered as r on u.source = 'N' and u.unit = r.number
where coalesce(u.person, n.person, l.person, b.person, r.number) is not null
