-- One row per row of I, P, A, B, C, Q, N that speaks of a person (spec 3.2).
-- key: row_id
with
unit as (select source, rank, row_id, unit, person, name, birth_date, sex, county_code from matching.unit),
name_link as (select source, unit, person from matching.unit_name_link),
left_over as (select source, unit, person from matching.left_over),
number_of_left_over as (select distinct unit, person from left_over where unit > 0)

select
    u.source,
    u.rank,
    u.row_id,
    u.unit,
    coalesce(u.person, n.person, l.person, b.person) as person,
    u.name,
    u.birth_date,
    u.sex,
    u.county_code
from unit as u
left join name_link as n on u.source = n.source and u.unit = n.unit
left join left_over as l on u.source = l.source and u.unit = l.unit
left join number_of_left_over as b on u.source = 'N' and u.unit = b.unit
where coalesce(u.person, n.person, l.person, b.person) is not null
