-- One row per unit of I, P, A, B, C, Q that no registry or enrolment row answers to: the person of its own it becomes together
-- with its likes, by reviewers' decisions, tier 1, then tier 3 (spec 3.2, order of attachment).
-- key: source, unit
with
unit as (select source, rank, row_id, unit, person from matching.unit where source <> 'N'),
name_link as (select source, unit from matching.unit_name_link),
decision_root as (select node, root from matching.decision_root),
unanswered as (
    select u.source, u.rank, u.unit, r.name, r.birth_date, r.sex, r.county_code
    from unit as u
    inner join matching.listed_row as r on u.row_id = r.row_id
    where u.person is null
),

matched_unit as (
    select u.source, u.unit
    from unit as u
    inner join (select distinct source, unit from unanswered) as o on u.source = o.source and u.unit = o.unit
    where u.person is not null
    union
    select source, unit from name_link
),

alone as (
    select u.*
    from unanswered as u
    left join matched_unit as m on u.source = m.source and u.unit = m.unit
    where m.unit is null
),

key_of_source as (
    select source, name, birth_date, sex, county_code, min(unit) as unit, count(distinct unit) as units
    from alone
    where name is not null and birth_date is not null and sex is not null and county_code is not null
    group by source, name, birth_date, sex, county_code
),

joined as (
    select
        source, unit,
        max(unit) over (partition by name, birth_date, sex, county_code) as head,
        max(case when unit > 0 then unit end) over (partition by name, birth_date, sex, county_code) as high_number,
        min(case when unit > 0 then unit end) over (partition by name, birth_date, sex, county_code) as low_number
    from key_of_source
    where units = 1
),

linked as (
    select unit, max(head) as head
    from joined
    where unit < 0 and (high_number is null or high_number = low_number)
    group by unit
)

select distinct a.source, a.unit, coalesce(d.root, l.head, a.unit) as person
from alone as a
left join linked as l on a.unit = l.unit
left join decision_root as d on d.node = coalesce(l.head, a.unit)
