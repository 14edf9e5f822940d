-- One row per active registry child (primary row 正常): what it counts as in the entry rates (spec 5.3).
-- key: child_id
-- materialized: view
-- patched: child (child_id)
-- schooled: counts in a numerator; counts: in a denominator at all (deceased, emigrated and not_due in neither).
with
night as (select year_start from core.night),
policy as (select * from core.policy),
child as (select * from status.child where r_status = '正常'),
verdict as (select child_id, status, by_roll from status.verdict),
later_graduate as (select child_id from status.later_graduate),
aided as (select person from indicators.aided)

select
    c.child_id,
    c.child_key,
    c.household_division,
    c.sex,
    c.ethnicity,
    c.poor,
    c.assisted,
    c.disabled,
    c.three_disabilities,
    c.left_behind,
    c.migrant,
    v.status,
    v.status = 'in_school' and c.e_grade is not null as in_class,
    a.person is not null as aided,
    v.status in ('in_school', 'suspected_absent', 'enrolled_elsewhere', 'placed', 'graduated')
    or (v.status = 'transfer_pending' and coalesce(c.grade, 0) = p.stages_primary_last) as schooled,
    v.status not in ('deceased', 'emigrated', 'not_due') as counts,
    c.school_age between p.age_from and p.age_from + p.stages_primary_last - 1 as primary_age,
    c.school_age between p.age_from + p.stages_primary_last and p.age_from + p.stages_junior_last - 1 as junior_age,
    c.school_age between p.age_from and p.age_to as compulsory_age,
    (v.status in ('in_school', 'suspected_absent') and case when v.by_roll then c.present_grade else c.e_grade end between p.stages_primary_last + 1 and p.stages_junior_last)
    or (v.status = 'graduated' and c.graduated_on >= n.year_start and d.child_id is null) as junior_pupil,
    v.status in ('placed', 'enrolled_elsewhere') as elsewhere
from child as c
cross join night as n
cross join policy as p
inner join verdict as v on c.child_id = v.child_id
left join later_graduate as d on c.child_id = d.child_id
left join aided as a on c.person = a.person
