-- One row per node of the registry and enrolment rows: the person it stands for (spec 3.2).
-- key: node
select node, person from matching.registry_person where node > 0
union
select node, person from matching.enrolment_person where node > 0
union
select d.node, p.person
from matching.decision_root as d
inner join (select person from matching.registry_person union select person from matching.enrolment_person) as p on d.root = p.person
where d.node > 0
