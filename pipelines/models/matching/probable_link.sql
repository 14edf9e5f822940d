-- One row per registry person and enrolment person that tier 4 joins or offers to a reviewer (spec 3.2): at least matching.review probable.
-- key: registry_node, enrolment_node
-- linked: at least matching.accept, each the only candidate of the other, never two different valid numbers, never against a
-- reviewer's 不同人, which is no candidate any more either. The rows are those of the likeliest pair, of several the first.
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
        r.node as registry_node, e.node as enrolment_node, p.registry_row_id, p.enrolment_row_id, p.probability, p.agreements, p.disagreements
    from matching.probable_pair as p
    inner join matching.residual as r on p.registry_row_id = r.row_id
    inner join matching.residual as e on p.enrolment_row_id = e.row_id
    qualify row_number() over (
        partition by r.node, e.node order by p.probability desc, p.registry_row_id, p.enrolment_row_id
    ) = 1
),

candidate as (
    select
        p.*, f.one is not null as different_person,
        count(*) filter (where f.one is null) over (partition by p.registry_node) as of_registry,
        count(*) filter (where f.one is null) over (partition by p.enrolment_node) as of_enrolment
    from pair as p
    left join forbidden as f on p.registry_node = f.one and p.enrolment_node = f.other
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
