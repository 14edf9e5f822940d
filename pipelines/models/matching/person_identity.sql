-- One row per person of tonight: its child_id (spec 3.2), the citizen number, else X and a hash.
-- key: person
-- Several unlinked persons with one hash are X…, X…-2, … in the order of their first row (shared_name): two children are never
-- merged by a name.
with
person as (select person, number, hash, first_rank, first_row_id from matching.person),
counted as (
    select
        person, number, hash,
        row_number() over (partition by number, case when number is null then hash end order by first_rank, first_row_id) as place,
        count(*) over (partition by number, case when number is null then hash end) as persons
    from person
)

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
