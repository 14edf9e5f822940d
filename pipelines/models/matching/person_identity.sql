-- One row per person of tonight who is not too old for the universe: its child_id (spec 3.2), the citizen number, else X and a hash.
-- key: person
-- patched: matching.person (person)
-- together: matching.person (number), matching.person (hash)
-- Several unlinked persons with one hash are X…, X…-2, … in the order of their first row (shared_name): two children are never
-- merged by a name.
with
person as (
    select person, number, hash, first_rank, first_row_id from matching.person where person not in (select person from matching.too_old)
),

repeated as (
    select number
    from person
    where number is not null
    group by number
    having count(*) > 1
),

counted as (
    select
        p.person, p.number, p.hash,
        row_number() over (partition by p.number, case when p.number is null then p.hash end order by p.first_rank, p.first_row_id) as place,
        count(*) over (partition by p.number, case when p.number is null then p.hash end) as persons
    from person as p
    left join repeated as r on p.number = r.number
    where p.number is null or r.number is not null
)

select p.person, p.number, p.hash, citizen_number(p.number) as child_id, false as shared_name
from person as p
left join repeated as r on p.number = r.number
where p.number is not null and r.number is null
union all
select
    person,
    number,
    hash,
    case
        when number is not null then citizen_number(number)
        else 'X' || hash || case when place > 1 then '-' || cast(place as varchar) else '' end
    end as child_id,
    number is null and persons > 1 as shared_name
from counted
where number is null or place = 1
