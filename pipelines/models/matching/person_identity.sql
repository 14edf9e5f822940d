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
        when number is not null then
            lpad(cast(number as varchar), 17, '0') || substr(
                '10X98765432',
                cast((
                    number // 10000000000000000 % 10 * 7 + number // 1000000000000000 % 10 * 9 + number // 100000000000000 % 10 * 10
                    + number // 10000000000000 % 10 * 5 + number // 1000000000000 % 10 * 8 + number // 100000000000 % 10 * 4
                    + number // 10000000000 % 10 * 2 + number // 1000000000 % 10 * 1 + number // 100000000 % 10 * 6 + number // 10000000 % 10 * 3
                    + number // 1000000 % 10 * 7 + number // 100000 % 10 * 9 + number // 10000 % 10 * 10 + number // 1000 % 10 * 5
                    + number // 100 % 10 * 8 + number // 10 % 10 * 4 + number % 10 * 2
                ) % 11 as integer) + 1, 1
            )
        else 'X' || hash || case when place > 1 then '-' || cast(place as varchar) else '' end
    end as child_id,
    number is null and persons > 1 as shared_name
from counted
where number is null or place = 1
