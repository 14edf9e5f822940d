-- One row per unit of I, P, A, B, C, Q that attaches to a person of registry or enrolment rows by tier 3 (spec 3.2): exactly one
-- still unmatched unit of its kind and one person without a row of that kind have the key; never two different valid numbers. Units
-- with the number of one so attached follow it (tier 1 with the persons so far).
-- key: source, unit
with
unit as (select source, unit, person, name, birth_date, sex, county_code from matching.unit where source <> 'N'),
person_key as (select * from matching.person_key),
node_person as (select node, person from matching.node_person),
forbidden as (
    select f.low_node as unit, coalesce(p.person, f.high_node) as person
    from matching.decision as f
    left join node_person as p on f.high_node = p.node
    where not f.same_person
    union all
    select f.high_node, coalesce(p.person, f.low_node)
    from matching.decision as f
    left join node_person as p on f.low_node = p.node
    where not f.same_person
),

matched_unit as (select distinct source, unit from unit where person is not null),
matched_person as (select distinct source, person from unit where person is not null),
unit_left as (
    select u.source, u.name, u.birth_date, u.sex, u.county_code, min(u.unit) as unit, count(distinct u.unit) as units
    from unit as u
    left join matched_unit as m on u.source = m.source and u.unit = m.unit
    where m.unit is null and u.name is not null and u.birth_date is not null and u.sex is not null and u.county_code is not null
    group by u.source, u.name, u.birth_date, u.sex, u.county_code
),

candidate as (
    select u.source, u.unit, k.person, k.number, count(*) over (partition by u.source, u.name, u.birth_date, u.sex, u.county_code) as persons
    from unit_left as u
    inner join person_key as k
        on u.name = k.name and u.birth_date = k.birth_date and u.sex = k.sex and u.county_code = k.county_code
    left join matched_person as m on u.source = m.source and k.person = m.person
    where u.units = 1 and m.person is null
),

linked as (
    select c.source, c.unit, c.person
    from candidate as c
    left join forbidden as f on c.unit = f.unit and c.person = f.person
    where c.persons = 1 and (c.unit < 0 or c.number is null) and f.unit is null
    qualify
        row_number() over (partition by c.source, c.unit order by c.person) = 1
        and row_number() over (partition by c.source, c.person order by c.unit) = 1
),

number_of_link as (select unit, min(person) as person from linked where unit > 0 group by unit)

select source, unit, person from linked
union all
select u.source, u.unit, n.person
from (select source, unit from unit group by source, unit) as u
inner join number_of_link as n on u.unit = n.unit
left join matched_unit as m on u.source = m.source and u.unit = m.unit
left join linked as l on u.source = l.source and u.unit = l.unit
where m.unit is null and l.unit is null
