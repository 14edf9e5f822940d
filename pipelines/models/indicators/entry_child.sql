-- One row per registry division and kind of child: how many active registry children count in each entry rate (spec 5.3).
-- key: household_division, sex, han, poor, assisted, disabled, left_behind, migrant
-- patched: judged (household_division)
-- Base: primary registry row 正常; n_… numerator, d_… denominator of an indicator; han is null where the ethnicity is not known.
with
judged as (select * from indicators.entry_judged)

select
    household_division,
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
    count(*) filter (where in_class and (poor or assisted or disabled) and aided) as n_aid,
    count(*) filter (where in_class and (poor or assisted or disabled)) as d_aid
from judged
group by household_division, sex, ethnicity = '汉族', poor, assisted, disabled, left_behind, migrant
