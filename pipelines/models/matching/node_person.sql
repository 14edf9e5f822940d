-- One row per node of the registry and enrolment rows, and of what reviewers joined to them: the person it stands for (spec 3.2).
-- key: node
-- patched: matching.registry_person (node), matching.enrolment_person (node)
-- A node of both stands for one person: no other is linked to it.
with
registry_person as (select node, person from matching.registry_person where is_primary),
-- A primary row is the only one of its person: the others are few.
registry_beside as (select distinct node, person from matching.registry_person where not is_primary),
of_row as (
    select node, person from registry_person
    union all
    select b.node, b.person
    from registry_beside as b
    left join (select node from registry_person where node in (select node from registry_beside)) as r on b.node = r.node
    where r.node is null
    union all
    select distinct e.node, e.person
    from matching.enrolment_person as e
    where e.node not in (select node from matching.registry_person)
),

joined as (
    select d.node, min(p.person) as person
    from matching.decision_root as d
    inner join matching.decision_root as s on d.root = s.root
    inner join of_row as p on s.node = p.node
    group by d.node
)

select node, person from of_row
union all
select j.node, j.person
from joined as j
left join of_row as p on j.node = p.node and j.person = p.person
where p.node is null
