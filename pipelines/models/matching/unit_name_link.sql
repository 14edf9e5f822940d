-- One row per unit of I, P, A, B, C, Q that attaches to a person of registry or enrolment rows by tier 3 (spec 3.2): exactly one
-- still unmatched unit of its kind and one person without a row of that kind have the key; never two different valid numbers. Units
-- with the number of one so attached follow it (tier 1 with the persons so far).
-- key: source, unit
with
unit as (select source, row_id, unit, person from matching.unit where source <> 'N'),
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

unanswered as (
    select u.source, u.unit, r.name, r.birth_date, r.sex, r.county_code
    from unit as u
    inner join matching.listed_row as r on u.row_id = r.row_id
    where u.person is null
),

matched_unit as (
    select distinct u.source, u.unit
    from unit as u
    inner join (select distinct source, unit from unanswered) as o on u.source = o.source and u.unit = o.unit
    where u.person is not null
),

unit_left as (
    select u.source, u.name, u.birth_date, u.sex, u.county_code, min(u.unit) as unit
    from unanswered as u
    left join matched_unit as m on u.source = m.source and u.unit = m.unit
    where m.unit is null and u.name is not null and u.birth_date is not null and u.sex is not null and u.county_code is not null
    group by u.source, u.name, u.birth_date, u.sex, u.county_code
    having count(distinct u.unit) = 1
),

-- Keys that are still asked for, and the persons of registry and enrolment rows that answer to them (spec 3.2: a person's keys are
-- those of all its R and E rows).
key_left as (select distinct name, birth_date, sex, county_code from unit_left),
answering_row as (
    select p.person, r.name, r.birth_date, r.sex, r.county_code, r.number
    from core.registry as r
    inner join key_left as k on r.name = k.name and r.birth_date = k.birth_date and r.sex = k.sex and r.county_code = k.county_code
    inner join matching.registry_person as p on r.row_id = p.row_id
    union all
    select p.person, e.name, e.birth_date, e.sex, e.school_county, coalesce(e.number, e.embedded)
    from core.enrolment as e
    inner join key_left as k on e.name = k.name and e.birth_date = k.birth_date and e.sex = k.sex and e.school_county = k.county_code
    inner join matching.enrolment_person as p on e.row_id = p.row_id
),

person_key as (
    select person, name, birth_date, sex, county_code, max(number) as number
    from answering_row
    group by person, name, birth_date, sex, county_code
),

answer as (
    select u.source, u.unit, u.name, u.birth_date, u.sex, u.county_code, k.person, k.number
    from unit_left as u
    inner join person_key as k
        on u.name = k.name and u.birth_date = k.birth_date and u.sex = k.sex and u.county_code = k.county_code
),

matched_person as (
    select distinct u.source, u.person
    from unit as u
    inner join (select distinct source, person from answer) as a on u.source = a.source and u.person = a.person
),

candidate as (
    select a.source, a.unit, a.person, a.number, count(*) over (partition by a.source, a.name, a.birth_date, a.sex, a.county_code) as persons
    from answer as a
    left join matched_person as m on a.source = m.source and a.person = m.person
    where m.person is null
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
from (select distinct source, unit from unanswered where unit > 0) as u
inner join number_of_link as n on u.unit = n.unit
left join matched_unit as m on u.source = m.source and u.unit = m.unit
left join linked as l on u.source = l.source and u.unit = l.unit
where m.unit is null and l.unit is null
