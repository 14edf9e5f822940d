-- One row per unit of the household line, entry rate and group (spec 5.3).
-- key: unit_code, indicator, group_name
-- Unit: per cent. Base: active registry children of the unit; a division that 区划 does not know counts in its county.
with
night as (select school_year from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
unit as (select * from indicators.unit where line = 'household'),
division as (select * from core.division),
placed as (
    select
        e.*,
        [
            case when d.level = 'village' then d.division_code end,
            coalesce(d.township_code, t.division_code),
            coalesce(d.county_code, t.county_code, c.county_code),
            coalesce(d.prefecture_code, t.prefecture_code, c.prefecture_code),
            coalesce(d.province_code, t.province_code, c.province_code)
        ] as units
    from indicators.entry_child as e
    left join division as d on e.household_division = d.division_code
    left join division as t on d.division_code is null and t.level = 'township' and t.division_code = left(e.household_division, 9) || '000'
    left join division as c on d.division_code is null and c.level = 'county' and c.division_code = left(e.household_division, 6) || '000000'
),

by_unit as (
    select
        unit_code, sex, han, poor, assisted, disabled, left_behind, migrant,
        sum(n_primary) as n_primary, sum(d_primary) as d_primary, sum(n_junior) as n_junior, sum(d_junior) as d_junior,
        sum(n_compulsory) as n_compulsory, sum(d_compulsory) as d_compulsory, sum(n_disabled) as n_disabled, sum(d_disabled) as d_disabled,
        sum(n_poor) as n_poor, sum(d_poor) as d_poor, sum(n_aid) as n_aid, sum(d_aid) as d_aid
    from (select unnest(units) as unit_code, * exclude (units) from placed)
    where unit_code is not null
    group by unit_code, sex, han, poor, assisted, disabled, left_behind, migrant
),

groups as (
    select unnest(['all', 'male', 'female', 'han', 'minority', 'poor', 'assisted', 'disabled', 'left_behind', 'migrant']) as group_name
),

by_group as (
    select
        b.unit_code, g.group_name,
        sum(b.n_primary) as n_primary, sum(b.d_primary) as d_primary, sum(b.n_junior) as n_junior, sum(b.d_junior) as d_junior,
        sum(b.n_compulsory) as n_compulsory, sum(b.d_compulsory) as d_compulsory, sum(b.n_disabled) as n_disabled, sum(b.d_disabled) as d_disabled,
        sum(b.n_poor) as n_poor, sum(b.d_poor) as d_poor, sum(b.n_aid) as n_aid, sum(b.d_aid) as d_aid
    from by_unit as b
    cross join groups as g
    where case g.group_name
        when 'all' then true
        when 'male' then b.sex = '男'
        when 'female' then b.sex = '女'
        when 'han' then b.han
        when 'minority' then not b.han
        when 'poor' then b.poor
        when 'assisted' then b.assisted
        when 'disabled' then b.disabled
        when 'left_behind' then b.left_behind
        else b.migrant
    end
    group by b.unit_code, g.group_name
),

indicator as (
    select unnest([
        'primary_net_enrolment', 'junior_gross_enrolment', 'compulsory_enrolment', 'three_disabilities_enrolment', 'poor_enrolment', 'aid_coverage'
    ]) as indicator
),

lined as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, i.indicator, g.group_name,
        cast(coalesce(case i.indicator
            when 'primary_net_enrolment' then b.n_primary
            when 'junior_gross_enrolment' then b.n_junior
            when 'compulsory_enrolment' then b.n_compulsory
            when 'three_disabilities_enrolment' then b.n_disabled
            when 'poor_enrolment' then b.n_poor
            else b.n_aid
        end, 0) as bigint) as numerator,
        cast(coalesce(case i.indicator
            when 'primary_net_enrolment' then b.d_primary
            when 'junior_gross_enrolment' then b.d_junior
            when 'compulsory_enrolment' then b.d_compulsory
            when 'three_disabilities_enrolment' then b.d_disabled
            when 'poor_enrolment' then b.d_poor
            else b.d_aid
        end, 0) as bigint) as denominator
    from unit as u
    cross join indicator as i
    cross join groups as g
    left join by_group as b on u.unit_code = b.unit_code and g.group_name = b.group_name
),

rated as (
    select l.*, t.value as target, per_cent(l.numerator, l.denominator, p.rates_decimals, p.rates_rounding) as rate
    from lined as l
    cross join policy as p
    left join indicators.target as t on l.unit_code = t.unit_code and t.target = l.indicator || '_min'
)

select
    r.unit_code,
    r.unit_level,
    r.unit_name,
    r.parent_code,
    n.school_year,
    r.indicator,
    r.group_name,
    r.numerator,
    r.denominator,
    r.rate,
    r.target,
    case when r.rate is not null and r.target is not null then cast(r.numerator as decimal(18, 0)) * 100 >= r.target * r.denominator end as met,
    gap_to_target(r.numerator, r.denominator, r.target) as gap_children,
    is_at_bound(r.rate, r.numerator, r.denominator) as at_bound
from rated as r
cross join night as n
