-- One row per row of I, P, A, B, C, Q that speaks of a person (spec 3.2).
-- key: row_id
-- patched: unit (row_id)
-- asks: matching.unit_name_link: select row_id from matching.unit where unit in (select unit from touched)
-- asks: matching.left_over: select row_id from matching.unit where unit in (select unit from touched)
with
unit as (select source, rank, row_id, unit, person from matching.unit where source <> 'N'),
name_link as (select source, unit, person from matching.unit_name_link),
left_over as (select source, unit, person from matching.left_over)

select
    u.source,
    u.rank,
    u.row_id,
    u.unit,
    coalesce(u.person, n.person, l.person) as person
from unit as u
left join name_link as n on u.source = n.source and u.unit = n.unit
left join left_over as l on u.source = l.source and u.unit = l.unit
where coalesce(u.person, n.person, l.person) is not null
