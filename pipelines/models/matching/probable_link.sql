-- One row per registry person and enrolment person that tier 4 joins or offers to a reviewer (spec 3.2): at least matching.review probable.
-- key: registry_node, enrolment_node
-- linked: at least matching.accept, each the only candidate of the other, never two different valid numbers, never against a
-- reviewer's 不同人, which is no candidate any more either, nor is what a sure pair of one of its rows outdoes.
-- The rows are those of the likeliest pair, of several the first.
with
policy as (select matching_accept from core.policy),
decision_root as (select node, root from matching.decision_root),
judged as (
    select coalesce(a.root, f.low_node) as one, coalesce(b.root, f.high_node) as other
    from matching.decision as f
    left join decision_root as a on f.low_node = a.node
    left join decision_root as b on f.high_node = b.node
    where not f.same_person
),

forbidden as (
    select one, other from judged
    union
    select other, one from judged
),

pair as (
    select
        r.node as registry_node, e.node as enrolment_node, p.registry_row_id, p.enrolment_row_id, p.probability, p.weight, p.agreements,
        p.disagreements
    from matching.probable_pair as p
    inner join matching.residual as r on p.registry_row_id = r.row_id
    inner join matching.residual as e on p.enrolment_row_id = e.row_id
    qualify row_number() over (
        partition by r.node, e.node order by p.weight desc, p.registry_row_id, p.enrolment_row_id
    ) = 1
),

ranked as (
    select
        p.*, f.one is not null as different_person,
        row_number() over (
            partition by p.registry_node, f.one is null order by p.weight desc, p.registry_row_id, p.enrolment_row_id
        ) as place_of_registry,
        row_number() over (
            partition by p.enrolment_node, f.one is null order by p.weight desc, p.registry_row_id, p.enrolment_row_id
        ) as place_of_enrolment
    from pair as p
    left join forbidden as f on p.registry_node = f.one and p.enrolment_node = f.other
),

-- A row has one partner at most: beside two that are sure and each other's likeliest, what is less likely than 1 - accept is out.
likeliest as (
    select r.registry_node, r.enrolment_node, r.weight - log2(p.matching_accept / (1 - p.matching_accept)) as least
    from ranked as r
    inner join policy as p on r.probability >= p.matching_accept and p.matching_accept < 1
    where
        not r.different_person and r.place_of_registry = 1 and r.place_of_enrolment = 1
        and (r.registry_node < 0 or r.enrolment_node < 0)
),

candidate as (
    select
        r.*,
        count(*) filter (where not r.different_person) over (partition by r.registry_node) as of_registry,
        count(*) filter (where not r.different_person) over (partition by r.enrolment_node) as of_enrolment
    from ranked as r
    left join likeliest as a on r.registry_node = a.registry_node
    left join likeliest as b on r.enrolment_node = b.enrolment_node
    where r.different_person or (r.weight >= coalesce(a.least, r.weight) and r.weight >= coalesce(b.least, r.weight))
)

select
    c.registry_node,
    c.enrolment_node,
    c.registry_row_id,
    c.enrolment_row_id,
    c.probability,
    c.agreements,
    c.disagreements,
    c.different_person,
    not c.different_person and c.probability >= p.matching_accept and c.of_registry = 1 and c.of_enrolment = 1
    and (c.registry_node < 0 or c.enrolment_node < 0) as linked
from candidate as c
cross join policy as p
