-- One row per child of the universe at D, no names (spec 3.5, 6.1).
-- evidence_delivery, evidence_row: the row that made the line of the status hold; null where an age or memory did.
-- key: child_key
-- patched: child (child_id)
-- grows: core.delivery
with
night as (select as_of from core.night),
child as (select * from status.child),
verdict as (select * from status.verdict),
delivery as (select delivery_order, delivery from core.delivery)

select
    n.as_of,
    c.child_key,
    v.status,
    v.category,
    c.match_tier,
    v.flags,
    c.household_division,
    coalesce(c.school_code, c.roll_school) as school_code,
    cast(coalesce(c.grade, c.roll_grade) as bigint) as grade,
    cast(c.school_age as bigint) as school_age,
    c.sex,
    c.ethnicity,
    c.poor,
    c.assisted,
    c.disabled,
    c.left_behind,
    c.migrant,
    d.delivery as evidence_delivery,
    case when d.delivery is not null then v.evidence_row_id % 4294967296 end as evidence_row
from child as c
cross join night as n
inner join verdict as v on c.child_id = v.child_id
left join delivery as d on d.delivery_order = v.evidence_row_id // 4294967296
