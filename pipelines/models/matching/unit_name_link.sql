-- One row per unit of I, P, A, B, C, Q that attaches to a person of registry or enrolment rows by tier 3 (spec 3.2): exactly one
-- still unmatched unit of its kind and one person without a row of that kind have the key; never two different valid numbers.
-- key: source, unit
with
unit as (select source, unit, person, name, birth_date, sex, county_code from matching.unit where source <> 'N'),
person_key as (select * from matching.person_key),
forbidden as (select low_node, high_node from matching.decision where not same_person),
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
)

select c.source, c.unit, c.person
from candidate as c
left join forbidden as f on f.low_node = least(c.unit, c.person) and f.high_node = greatest(c.unit, c.person)
where c.persons = 1 and (c.unit < 0 or c.number is null) and f.low_node is null
qualify
    row_number() over (partition by c.source, c.unit order by c.person) = 1
    and row_number() over (partition by c.source, c.person order by c.unit) = 1
