-- One row per registry division and kind of child: how many active registry children count in each entry rate (spec 5.3).
-- key: division_code, sex, han, poor, assisted, disabled, left_behind, migrant
-- Base: primary registry row 正常; n_… numerator, d_… denominator of an indicator; han is null where the ethnicity is not known.
with
night as (select * from core.night),
policy as (select * from core.policy),
child as (select * from status.child where r_status = '正常'),
verdict as (select child_id, status, by_roll from status.verdict),
aided as (select person from indicators.aided),
judged as (
    select
        c.*,
        v.status,
        a.person is not null as aided,
        v.status in ('in_school', 'suspected_absent', 'enrolled_elsewhere', 'placed', 'graduated')
        or (v.status = 'transfer_pending' and coalesce(c.grade, 0) = p.stages_primary_last) as schooled,
        v.status not in ('deceased', 'emigrated', 'not_due') as counts,
        c.school_age between p.age_from and p.age_from + p.stages_primary_last - 1 as primary_age,
        c.school_age between p.age_from + p.stages_primary_last and p.age_from + p.stages_junior_last - 1 as junior_age,
        c.school_age between p.age_from and p.age_to as compulsory_age,
        (v.status in ('in_school', 'suspected_absent') and case when v.by_roll then c.present_grade else c.e_grade end between p.stages_primary_last + 1 and p.stages_junior_last)
        or (v.status = 'graduated' and c.graduated_on between n.year_start and n.as_of) as junior_pupil,
        v.status in ('placed', 'enrolled_elsewhere') as elsewhere
    from child as c
    cross join night as n
    cross join policy as p
    inner join verdict as v on c.child_id = v.child_id
    left join aided as a on c.person = a.person
)

select
    household_division as division_code,
    sex,
    ethnicity = '汉族' as han,
    poor,
    assisted,
    disabled,
    left_behind,
    migrant,
    count(*) filter (where counts and primary_age and schooled) as n_primary,
    count(*) filter (where counts and primary_age) as d_primary,
    count(*) filter (where junior_pupil or (elsewhere and junior_age)) as n_junior,
    count(*) filter (where counts and junior_age) as d_junior,
    count(*) filter (where counts and compulsory_age and schooled) as n_compulsory,
    count(*) filter (where counts and compulsory_age) as d_compulsory,
    count(*) filter (where counts and compulsory_age and three_disabilities and schooled) as n_disabled,
    count(*) filter (where counts and compulsory_age and three_disabilities) as d_disabled,
    count(*) filter (where counts and compulsory_age and poor and schooled) as n_poor,
    count(*) filter (where counts and compulsory_age and poor) as d_poor,
    count(*) filter (where status = 'in_school' and e_row_id is not null and (poor or assisted or disabled) and aided) as n_aid,
    count(*) filter (where status = 'in_school' and e_row_id is not null and (poor or assisted or disabled)) as d_aid
from judged
group by household_division, sex, ethnicity = '汉族', poor, assisted, disabled, left_behind, migrant
