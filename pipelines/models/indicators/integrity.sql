-- One row per unit, month and alarm with anything to say: 弄虚作假预警, for the month of D and the one before (spec 5.8), but for
-- paper_returns.
-- key: unit_code, month, measure
-- value and base by measure: zero_after_nonzero unexcused days and new cases, of this month and the one before; closings_bunched
-- closings of the last three days, of all; closings_undone closings opened again within 30 days, of all; evidence_reused children of one
-- 佐证编号, children approved; exit_shift and errors_en_masse the fact that stands out most, this month and the six before together (above three
-- times their mean: twice the value is above the sum). warned is null where the alarm would sound but cannot be judged: a month
-- that is not over or has no 10 reported school days, a past that is not known.
with
night as (select as_of, cast(date_trunc('month', as_of) as date) as first_day from core.night),
begun as (
    select as_of, first_day from night
    union all
    select as_of, cast(first_day - interval 1 month as date) from night
),

target as (
    select
        strftime(first_day, '%Y-%m') as month, strftime(first_day - interval 1 month, '%Y-%m') as month_before,
        strftime(first_day - interval 6 month, '%Y-%m') as six_from, cast(first_day - interval 6 month as date) as six_first,
        last_day(first_day) <= as_of as is_over
    from begun
),

measure_of as (
    select unnest(['out_of_province', 'home_teaching', 'sick_leave', 'cancelled', 'not_substantiated']) as fact,
        unnest(['exit_shift', 'exit_shift', 'exit_shift', 'errors_en_masse', 'errors_en_masse']) as measure
),

unit as (select unit_code, county_code from indicators.unit where line = 'school'),
reported as (
    select u.unit_code, r.month, max(r.days) as days
    from (
        select school_code, strftime(day, '%Y-%m') as month, count(*) as days
        from status.reported_day
        group by school_code, strftime(day, '%Y-%m')
    ) as r
    inner join target as t on r.month = t.month
    inner join indicators.school_unit as u on r.school_code = u.school_code
    group by u.unit_code, r.month
),

turned as (
    select
        f.unit_code, t.month, f.fact,
        coalesce(sum(f.times) filter (where f.month = t.month), 0) as now,
        coalesce(sum(f.times) filter (where f.month = t.month_before), 0) as before,
        coalesce(sum(f.times) filter (where f.month < t.month), 0) as six
    from indicators.integrity_fact as f
    inner join target as t on f.month between t.six_from and t.month
    group by f.unit_code, t.month, f.fact
),

summed as (
    select
        unit_code, month,
        coalesce(sum(now) filter (where fact in ('unexcused', 'new_case')), 0) as stir,
        coalesce(sum(before) filter (where fact in ('unexcused', 'new_case')), 0) as stir_before,
        coalesce(sum(now) filter (where fact = 'closing'), 0) as closings,
        coalesce(sum(now) filter (where fact = 'closing_late'), 0) as late,
        coalesce(sum(now) filter (where fact = 'closing_undone'), 0) as undone
    from turned
    group by unit_code, month
),

quiet as (
    select
        s.unit_code, s.month, s.stir as value, s.stir_before as base,
        case when s.stir > 0 or s.stir_before < 5 then false when t.is_over and r.days >= 10 then true end as warned
    from summed as s
    inner join target as t on s.month = t.month
    left join reported as r on s.unit_code = r.unit_code and s.month = r.month
),

shifted as (
    select
        c.unit_code, c.month, m.measure, c.fact, c.now as value, c.six as base,
        case when c.now < 5 or 2 * c.now <= c.six then false when h.known_from <= t.six_first then true end as warned
    from turned as c
    inner join target as t on c.month = t.month
    inner join measure_of as m on c.fact = m.fact
    inner join unit as u on c.unit_code = u.unit_code
    left join indicators.integrity_reach as h on u.county_code = h.county_code and c.fact = h.fact
),

foremost as (
    select unit_code, month, measure, fact, value, base, warned
    from shifted
    qualify row_number() over (
        partition by unit_code, month, measure
        order by case when warned then 0 when warned is null then 1 else 2 end, 2 * value - base desc, fact
    ) = 1
),

judged as (
    select unit_code, month, 'zero_after_nonzero' as measure, null as fact, value, base, warned from quiet
    union all
    select unit_code, month, 'closings_bunched', null, late, closings, closings >= 5 and 2 * late > closings from summed
    union all
    select unit_code, month, 'closings_undone', null, undone, closings, undone >= 3 and 10 * undone > closings from summed
    union all
    select unit_code, month, 'evidence_reused', null, children, approvals, children >= 3 from indicators.integrity_evidence
    union all
    select unit_code, month, measure, fact, value, base, warned from foremost
)

select
    unit_code,
    month,
    measure,
    fact,
    cast(value as bigint) as value,
    cast(base as bigint) as base,
    warned
from judged
where value > 0 or base > 0
