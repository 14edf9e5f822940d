-- One row per child of an earlier night that names nobody tonight and is the same child as a person of tonight (spec 3.2, keys that
-- last): (a) an X child whose person has a citizen number now, (b) a child whose citizen number was corrected, an invalid one too.
-- key: old_child_id
-- patched: memory (child_id)
-- only: core.previous_memory
with
memory as (select * from core.previous_memory),
identity as (select person, number, child_id from matching.person_identity),
previous as (
    select m.*
    from memory as m
    where not exists (select 1 from matching.person_identity as i where i.child_id = m.child_id)
),

-- The birth date stands in the hash: only those of lost X children are worth hashing.
hashed as (
    select i.person, name_hash(m.name, m.birth_date, m.sex, m.county_code) as hash
    from identity as i
    inner join matching.person as m on i.person = m.person
    where i.number is not null and m.birth_date in (select birth_date from previous where number is null)
),

by_hash as (
    select p.child_id as old_child_id, min(h.person) as person
    from previous as p
    inner join hashed as h on p.hash = h.hash
    where p.number is null
    group by p.child_id
    having count(*) = 1
),

by_student_number as (
    select p.child_id as old_child_id, min(l.person) as person
    from previous as p
    inner join core.enrolment as e on p.student_number = e.student_number
    inner join matching.enrolment_person as l on e.row_id = l.row_id and l.is_primary
    group by p.child_id
    having count(distinct l.person) = 1
),

by_household as (
    select p.child_id as old_child_id, min(l.person) as person
    from previous as p
    inner join core.registry as r
        on p.household_number = r.household_number and p.name = r.name and p.birth_date = r.birth_date
    inner join matching.registry_person as l on r.row_id = l.row_id
    group by p.child_id
    having count(distinct l.person) = 1
),

found as (
    select old_child_id, person, 1 as preference from by_hash
    union all
    select old_child_id, person, 2 from by_student_number
    union all
    select old_child_id, person, 3 from by_household
)

select f.old_child_id, f.person, i.child_id
from found as f
inner join identity as i on f.person = i.person
qualify row_number() over (partition by f.old_child_id order by f.preference) = 1
