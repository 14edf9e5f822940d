-- One row per node of the registry and enrolment rows, and of what reviewers joined to them: the person it stands for (spec 3.2).
-- key: node
with
of_row as (
    select node, person from matching.registry_person
    union
    select node, person from matching.enrolment_person
),

joined as (
    select d.node, min(p.person) as person
    from matching.decision_root as d
    inner join matching.decision_root as s on d.root = s.root
    inner join of_row as p on s.node = p.node
    group by d.node
)

select node, person from of_row
union
select node, person from joined
