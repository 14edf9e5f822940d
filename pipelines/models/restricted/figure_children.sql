-- One row per indicator and child that keeps its figure from being perfect (spec 5; `kongchuo figure --list`).
-- key: indicator, child_key
-- patched: judged (child_id), event_child (child_id), child (child_id), verdict (child_id)
-- Entry rates: in the denominator and not in the numerator. dropout_rate: in the numerator of the variant event. Retention is counted by
-- schools, not by children: listed are the children who are known to have left its grades, out of school or 转出未落实.
with
night as (select as_of from core.night),
policy as (select stages_primary_last from core.policy),
judged as (select * from indicators.entry_judged),
event_child as (select child_id from indicators.event_child),
child as (select * from status.child),
verdict as (select child_id, status, category from status.verdict),
missing as (
    select
        child_id,
        unnest([
            case when counts and primary_age and not schooled then 'primary_net_enrolment' end,
            case when counts and junior_age and not junior_pupil and not elsewhere then 'junior_gross_enrolment' end,
            case when counts and compulsory_age and not schooled then 'compulsory_enrolment' end,
            case when counts and compulsory_age and three_disabilities and not schooled then 'three_disabilities_enrolment' end,
            case when counts and compulsory_age and poor and not schooled then 'poor_enrolment' end,
            case when in_class and (poor or assisted or disabled) and not aided then 'aid_coverage' end
        ]) as indicator
    from judged
    -- Most children are missing from no figure: they need not be asked six times.
    where (counts and compulsory_age and not schooled)
        or (counts and junior_age and not junior_pupil and not elsewhere)
        or (in_class and (poor or assisted or disabled) and not aided)
),

left_school as (
    select c.child_id, c.grade
    from child as c
    inner join verdict as v on c.child_id = v.child_id
    where v.status = 'out_of_school' and c.school_code is not null and c.grade is not null
),

listed as (
    select child_id, indicator from missing where indicator is not null
    union all
    select child_id, 'dropout_rate' from event_child
    union all
    select l.child_id, 'nine_year' from left_school as l
    union all
    select l.child_id, 'primary_six_year' from left_school as l cross join policy as p where l.grade <= p.stages_primary_last
    union all
    select l.child_id, 'junior_three_year' from left_school as l cross join policy as p where l.grade > p.stages_primary_last
)

select
    n.as_of,
    l.indicator,
    c.child_key,
    c.household_division,
    c.school_code,
    cast(c.grade as bigint) as grade,
    v.status,
    v.category
from listed as l
cross join night as n
inner join child as c on l.child_id = c.child_id
inner join verdict as v on l.child_id = v.child_id
