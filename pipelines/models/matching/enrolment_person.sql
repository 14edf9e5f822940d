-- One row per enrolment row in force, all grades: the person it speaks of, and how it was linked to the registry (spec 3.2).
-- key: row_id
-- patched: enrolment (node), registry_node (node)
-- together: matching.enrolment_person (person)
-- tier: null where the person has no registry row. is_primary: among rows of grades 1-9 the active one, then the latest
-- status_date, then the smallest school code (双重学籍).
with
enrolment as (select row_id, node, number, grade, enrolment_status, status_date, school_code from core.enrolment),
decision_root as (select node, root from matching.decision_root),
name_link as (select registry_node, enrolment_node from matching.name_link),
probable_link as (select registry_node, enrolment_node from matching.probable_link where linked),
registry_node as (select node from matching.registry_person),
-- A row that no registry row shares its node with belongs to a registered person by a reviewer's decision only.
decided_person as (select distinct person from matching.registry_person where person in (select root from decision_root)),
rooted as (
    select e.*, coalesce(d.root, e.node) as root
    from enrolment as e
    left join decision_root as d on e.node = d.node
),

linked as (
    select
        e.row_id, e.node, e.grade, e.enrolment_status, e.status_date, e.school_code,
        coalesce(l.registry_node, q.registry_node, e.root) as person,
        case
            when l.registry_node is not null then 'name_birth_place'
            when q.registry_node is not null then 'probabilistic'
            when e.node in (select node from registry_node) then case when e.number is not null then 'id' else 'student_number' end
            when p.person is not null then 'decision'
        end as tier
    from rooted as e
    left join name_link as l on e.root = l.enrolment_node
    left join probable_link as q on e.root = q.enrolment_node
    left join decided_person as p on e.root = p.person
),

repeated as (
    select person
    from linked
    group by person
    having count(*) > 1
)

select l.row_id, l.node, l.person, l.tier, l.grade <= 9 as is_primary
from linked as l
left join repeated as t on l.person = t.person
where t.person is null
union all
select
    l.row_id,
    l.node,
    l.person,
    l.tier,
    l.grade <= 9 and row_number() over (
        partition by l.person
        order by
            case when l.grade <= 9 then 0 else 1 end,
            case when l.enrolment_status = '在读' then 0 else 1 end,
            l.status_date desc nulls last,
            l.school_code,
            l.row_id
    ) = 1 as is_primary
from linked as l
inner join repeated as t on l.person = t.person
