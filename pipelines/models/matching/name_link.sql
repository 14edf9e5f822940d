-- One row per registry person and enrolment person linked by tier 3 (spec 3.2): same name, birth date, sex and county, exactly
-- one still unmatched person on each side, never two different valid numbers, never against a reviewer's 不同人.
-- key: enrolment_node
with
unpaired as (
    select source, node, name, birth_date, sex, county_code
    from matching.unpaired
    where name is not null and birth_date is not null and sex is not null and county_code is not null
),

decision_root as (select node, root from matching.decision_root),
forbidden as (
    select coalesce(a.root, f.low_node) as one, coalesce(b.root, f.high_node) as other
    from matching.decision as f
    left join decision_root as a on f.low_node = a.node
    left join decision_root as b on f.high_node = b.node
    where not f.same_person
),

registry_left as (
    select name, birth_date, sex, county_code, min(node) as node, count(distinct node) as persons
    from unpaired
    where source = 'R'
    group by name, birth_date, sex, county_code
),

enrolment_left as (
    select name, birth_date, sex, county_code, min(node) as node, count(distinct node) as persons
    from unpaired
    where source = 'E'
    group by name, birth_date, sex, county_code
),

linked as (
    select r.node as registry_node, e.node as enrolment_node
    from registry_left as r
    inner join enrolment_left as e
        on r.name = e.name and r.birth_date = e.birth_date and r.sex = e.sex and r.county_code = e.county_code
    where r.persons = 1 and e.persons = 1 and (r.node < 0 or e.node < 0)
        and not exists (
            select 1 from forbidden as f where (f.one = r.node and f.other = e.node) or (f.one = e.node and f.other = r.node)
        )
)

select registry_node, enrolment_node
from linked
qualify
    row_number() over (partition by registry_node order by enrolment_node) = 1
    and row_number() over (partition by enrolment_node order by registry_node) = 1
