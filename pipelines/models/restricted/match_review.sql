-- One row per child and delivered row that may be the same person: what a reviewer is asked to judge (匹配裁定, spec 3.2 tier 4, 6.1).
-- key: child_key, delivery, row_number
-- The child is the registry's and the candidate a row of 学籍; where the registry person is outside the universe, the other way
-- round. decision: 不同人 where reviewers have said so (同一人 links, and leaves the list), null where nobody has judged yet.
with
night as (select as_of from core.night),
child as (select child_key, person from matching.child where person is not null),
delivery as (select delivery, delivery_order from core.delivery where kind in ('户籍', '学籍')),
candidate as (
    select *
    from matching.probable_link
    where not linked
),

of_child as (
    select
        coalesce(r.child_key, e.child_key) as child_key,
        case when r.child_key is null then c.registry_row_id else c.enrolment_row_id end as row_id,
        c.probability, c.agreements, c.disagreements, c.different_person
    from candidate as c
    left join child as r on c.registry_node = r.person
    left join child as e on c.enrolment_node = e.person
)

select
    n.as_of,
    c.child_key,
    d.delivery,
    c.row_id % 4294967296 as row_number,
    c.probability,
    c.agreements,
    c.disagreements,
    case when c.different_person then '不同人' end as decision
from of_child as c
cross join night as n
inner join delivery as d on d.delivery_order = c.row_id // 4294967296
where c.child_key is not null
