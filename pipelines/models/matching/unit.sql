-- One row per row of I, P, A, B, C, Q, N: the unit it belongs to within its kind (spec 3.2) and the person it attaches to by number
-- or, for the roll, by student number and school.
-- key: row_id
-- patched: matching.listed_row (row_id), core.in_school (row_id)
-- asks: core.enrolment: select row_id from core.in_school where student_number in (select student_number from touched)
-- asks: matching.enrolment_person: select i.row_id from core.in_school as i inner join core.enrolment as e on i.student_number = e.student_number where e.node in (select node from touched)
-- asks: matching.node_person: select row_id from matching.unit where unit in (select node from touched) union select row_id from matching.unit where person in (select person from touched)
-- only: core.enrolment, core.in_school, matching.enrolment_person, matching.listed_row, matching.node_person
-- together: matching.unit (unit)
-- A number that no registry or enrolment row carries stands for the person whose roll row brought it, where that person has no
-- number of its own: an old number on an old roll names nobody, or the child would change its key with every roll.
-- unit: rows of one number are one unit; in A, Q, C, N rows of one name, birth date, sex and county too; else a row stands for itself.
with
node_person as (select node, person from matching.node_person),
every_row as (select * from matching.listed_row),
enrolment_of_roll as (
    select i.row_id, p.person
    from core.in_school as i
    inner join core.enrolment as e on i.student_number = e.student_number and i.school_code = e.school_code
    inner join matching.enrolment_person as p on e.row_id = p.row_id
),

-- Nearly every row of a roll finds one enrolment row: only the others have a choice.
repeated as (
    select row_id
    from enrolment_of_roll
    group by row_id
    having count(*) > 1
),

enrolled as (
    select e.row_id, e.person
    from enrolment_of_roll as e
    left join repeated as t on e.row_id = t.row_id
    where t.row_id is null
    union all
    select e.row_id, min(e.person)
    from enrolment_of_roll as e
    inner join repeated as t on e.row_id = t.row_id
    group by e.row_id
),

-- The lists themselves are asked, not the rows tonight's are made of: who of a name has a number is asked of all of that name.
numbered as (
    select source, name, birth_date, sex, county_code, min(number) as number, count(distinct number) as numbers
    from core.listing
    where source in ('A', 'Q', 'C') and number is not null and name is not null and birth_date is not null and sex is not null and county_code is not null
    group by source, name, birth_date, sex, county_code
),

unnumbered as (
    select source, name, birth_date, sex, county_code, min(row_id) as first_row_id
    from core.listing
    where source in ('A', 'Q', 'C') and number is null and name is not null and birth_date is not null and sex is not null and county_code is not null
    group by source, name, birth_date, sex, county_code
),

foreign_number as (
    select r.number, e.person
    from every_row as r
    inner join enrolled as e on r.row_id = e.row_id
    left join node_person as p on r.number = p.node
    where r.number is not null and p.node is null
),

numbered_person as (
    select distinct p.person
    from node_person as p
    inner join foreign_number as f on p.person = f.person
    where p.node > 0
),

roll_number as (
    select f.number, min(f.person) as person
    from foreign_number as f
    left join numbered_person as n on f.person = n.person
    where n.person is null
    group by f.number
),

grouped as (
    select r.*, coalesce(r.number, case when n.numbers = 1 then n.number end, -u.first_row_id, -r.row_id) as unit
    from every_row as r
    left join numbered as n
        on r.number is null and r.source = n.source and r.name = n.name and r.birth_date = n.birth_date and r.sex = n.sex
        and r.county_code = n.county_code
    left join unnumbered as u
        on r.number is null and r.source = u.source and r.name = u.name and r.birth_date = u.birth_date and r.sex = u.sex
        and r.county_code = u.county_code
)

select
    g.source,
    g.rank,
    g.row_id,
    g.unit,
    coalesce(e.person, p.person, q.person) as person
from grouped as g
left join enrolled as e on g.row_id = e.row_id
left join node_person as p on g.unit = p.node
left join roll_number as q on g.unit = q.number
