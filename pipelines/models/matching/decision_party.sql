-- One row per reviewer's decision and party: the node it names tonight (spec 3.2, reviewers' decisions).
-- key: decision_number, side
-- none without: core.match_decision
-- A party is a citizen number, a child_key, or `delivery#row`. A row that a newer snapshot has replaced goes on to speak: by its
-- number (unless reviewers called that another person's), else as the row in force with the same student number and school, or the same name, birth date, sex and household division.
with
match_decision as (select * from core.match_decision),
number_apart as (select * from core.number_apart),
registry as (select row_id, node, name, birth_date, sex, household_division, county_code, number from core.registry),
enrolment as (
    select row_id, node, student_number, school_code, name, birth_date, sex, county_code, coalesce(number, embedded) as number from core.enrolment
),

party as (
    select decision_number, 1 as side, first_party as party from match_decision
    union all
    select decision_number, 2, second_party from match_decision
),

by_key as (
    select decision_number, side, party from party where length(party) = 16 and party not like '%#%'
),

memory as (select child_key, node from core.previous_memory where child_key in (select party from by_key)),
known as (
    select node, number, name, birth_date, sex, county_code from registry
    union all
    select node, number, name, birth_date, sex, county_code from enrolment
),

keyed as (
    select
        k.node,
        left(
            sha256(
                $outer_pad || unhex(sha256($inner_pad || encode(
                    case when k.number is null then 'X' || name_hash(k.name, k.birth_date, k.sex, k.county_code) else citizen_number(k.number) end
                )))
            ), 16
        ) as child_key
    from known as k
    where exists (select 1 from by_key)
),

named_row as (
    select
        p.decision_number, p.side, d.delivery_id, d.kind,
        try_cast(split_part(p.party, '#', 2) as integer) as row_number,
        cast(d.delivery_order as bigint) * 4294967296 + try_cast(split_part(p.party, '#', 2) as bigint) as row_id
    from party as p
    inner join core.delivery as d on d.delivery = split_part(p.party, '#', 1)
    where p.party like '%#%'
),

row_node as (
    select
        n.decision_number, n.side,
        coalesce(case when a.number is null then cast(left(c.citizen_number, 17) as bigint) end, own.node, min(r.node)) as node
    from named_row as n
    inner join clean.registry as c on n.kind = '户籍' and n.delivery_id = c.delivery_id and n.row_number = c.row_number
    left join number_apart as a
        on n.kind = a.kind and cast(left(c.citizen_number, 17) as bigint) = a.number and c.name = a.name
        and c.birth_date is not distinct from a.birth_date and c.household_division is not distinct from a.household_division
    left join registry as own on n.row_id = own.row_id
    left join registry as r
        on c.name = r.name and c.birth_date = r.birth_date and c.sex is not distinct from r.sex
        and c.household_division = r.household_division
    group by n.decision_number, n.side, a.number, c.citizen_number, own.node
    union all
    select
        n.decision_number, n.side,
        coalesce(
            case when a.number is null then cast(left(coalesce(c.citizen_number, c.embedded_number), 17) as bigint) end, own.node, min(e.node)
        )
    from named_row as n
    inner join clean.enrolment as c on n.kind = '学籍' and n.delivery_id = c.delivery_id and n.row_number = c.row_number
    left join number_apart as a
        on n.kind = a.kind and cast(left(coalesce(c.citizen_number, c.embedded_number), 17) as bigint) = a.number
        and c.school_code = a.school_code and c.student_number is not distinct from a.student_number
        and (c.student_number is not null or c.name = a.name and c.birth_date is not distinct from a.birth_date)
    left join enrolment as own on n.row_id = own.row_id
    left join enrolment as e
        on c.school_code = e.school_code
        and case
            when c.student_number is null
                then c.name = e.name and c.birth_date is not distinct from e.birth_date and c.sex is not distinct from e.sex
            else c.student_number = e.student_number
        end
    group by n.decision_number, n.side, a.number, c.citizen_number, c.embedded_number, own.node
    union all
    select n.decision_number, n.side, coalesce(i.number, i.embedded, -i.row_id)
    from named_row as n
    inner join core.in_school as i on n.row_id = i.row_id
    union all
    select n.decision_number, n.side, coalesce(l.number, -l.row_id)
    from named_row as n
    inner join core.listing as l on n.row_id = l.row_id
),

every_node as (
    select decision_number, side, try_cast(left(party, 17) as bigint) as node
    from party
    where length(party) = 18
    union all
    select k.decision_number, k.side, m.node
    from by_key as k
    inner join memory as m on k.party = m.child_key
    union all
    select k.decision_number, k.side, t.node
    from by_key as k
    inner join keyed as t on k.party = t.child_key
    union all
    select decision_number, side, node from row_node
)

select decision_number, side, max(node) as node
from every_node
where node is not null
group by decision_number, side
