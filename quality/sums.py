"""What must add up: a unit's number is the sum over the units below it and what is placed at the unit itself (4.3, 5).

Each query finds offenders, as in `quality.invariants`. Units below are those of `indicators.unit_above`; units beneath
which 区划 lacks one in between are left out, since nothing can be said of them. What is placed at a unit is counted
from cases, schools and registry children: a village that 区划 does not know counts in the unit that its code names.
Rows that are suppressed show no numbers; what they hide is counted again from the cases.
"""

from __future__ import annotations

ZEROING = """
with
above as (select line, unit_code, above_code from indicators.unit_above where nested),
groups as (select 'all' as group_name union all select 'poor'),
own as (
    select
        case_uid, 'household' as line,
        coalesce(village_code, township_code, county_code, prefecture_code, province_code) as unit_code
    from ledger.case_place
    union all
    select case_uid, 'school', coalesce(school_code, school_township, school_county, school_prefecture, school_province)
    from ledger.case_place
),

part as (
    select
        z.line, a.above_code as unit_code, z.group_name, z.open_at_start, z.opened, z.relapsed, z.closed, z.open_at_end,
        z.suspected_open, z.verified_open, z.overdue, z.ever_opened, z.ever_closed, z.ever_relapsed, z.ever_came_back
    from indicators.zeroing as z
    inner join above as a on z.line = a.line and z.unit_code = a.unit_code
    union all
    select
        o.line, o.unit_code, g.group_name, cast(c.open_at_start as bigint), cast(c.opened as bigint),
        cast(c.relapsed as bigint), cast(c.closed as bigint), cast(c.open_at_end as bigint),
        cast(c.suspected_open as bigint), cast(c.verified_open as bigint), cast(c.overdue as bigint), 1,
        cast(c.ever_closed as bigint), cast(c.relapse as bigint), cast(c.came_back as bigint)
    from own as o
    inner join indicators.case_count as c on o.case_uid = c.case_uid
    inner join groups as g on g.group_name = 'all' or c.poor
),

expected as (
    select
        line, unit_code, group_name, sum(open_at_start) as open_at_start, sum(opened) as opened,
        sum(relapsed) as relapsed, sum(closed) as closed, sum(open_at_end) as open_at_end,
        sum(suspected_open) as suspected_open, sum(verified_open) as verified_open, sum(overdue) as overdue,
        sum(ever_opened) as ever_opened, sum(ever_closed) as ever_closed, sum(ever_relapsed) as ever_relapsed,
        sum(ever_came_back) as ever_came_back
    from part
    group by line, unit_code, group_name
)

select z.unit_code || '/' || z.line || '/' || z.group_name as key
from indicators.zeroing as z
inner join above as a on z.line = a.line and z.unit_code = a.unit_code
left join expected as e on z.line = e.line and z.unit_code = e.unit_code and z.group_name = e.group_name
where z.open_at_start <> coalesce(e.open_at_start, 0)
    or z.opened <> coalesce(e.opened, 0)
    or z.relapsed <> coalesce(e.relapsed, 0)
    or z.closed <> coalesce(e.closed, 0)
    or z.open_at_end <> coalesce(e.open_at_end, 0)
    or z.suspected_open <> coalesce(e.suspected_open, 0)
    or z.verified_open <> coalesce(e.verified_open, 0)
    or z.overdue <> coalesce(e.overdue, 0)
    or z.ever_opened <> coalesce(e.ever_opened, 0)
    or z.ever_closed <> coalesce(e.ever_closed, 0)
    or z.ever_relapsed <> coalesce(e.ever_relapsed, 0)
    or z.ever_came_back <> coalesce(e.ever_came_back, 0)
"""

CASE_TABLES = """
with
figure as (
    select
        'monthly_six' as name, 'school' as line, unit_code, unit_level, stage as part, suspected as a, verified as b,
        returned as c, suppressed
    from published.monthly_six
    union all
    select
        'closures', line, unit_code, unit_level, close_reason, closed_today, closed_this_school_year, closed_to_date,
        suppressed
    from published.closures
    union all
    select 'deadlines', 'household', unit_code, unit_level, deadline, due, overdue, 0, suppressed
    from published.deadlines
),

fact as (
    select
        'monthly_six' as name, k.case_uid, 'school' as line, k.stage as part,
        cast(k.state = 'suspected' as bigint) as a,
        cast(k.state = 'verified' as bigint) as b,
        case when k.close_reason = 'returned' and strftime(k.closed_on, '%Y-%m') = n.month then 1 else 0 end as c
    from ledger.case_state as k
    cross join core.night as n
    where k.stage in ('primary', 'junior')
    union all
    select
        'closures', c.case_uid, l.line, c.close_reason, cast(c.closed as bigint),
        cast(c.closed_this_school_year as bigint), 1
    from indicators.case_count as c
    cross join (select 'household' as line union all select 'school') as l
    where c.ever_closed
    union all
    select 'deadlines', case_uid, 'household', deadline, cast(not met as bigint), cast(overdue as bigint), 0
    from ledger.case_deadline
),

own as (
    select
        case_uid, 'household' as line,
        [village_code, coalesce(township_code, county_code, prefecture_code, province_code)] as units
    from ledger.case_place
    union all
    select
        case_uid, 'school', [school_code, coalesce(school_township, school_county, school_prefecture, school_province)]
    from ledger.case_place
),

placed as (
    select name, line, part, unnest(units) as unit_code, a, b, c
    from (
        select f.name, f.line, f.part, o.units, sum(f.a) as a, sum(f.b) as b, sum(f.c) as c
        from fact as f
        inner join own as o on f.case_uid = o.case_uid and f.line = o.line
        group by f.name, f.line, f.part, o.units
    )
),

expected as (
    select name, line, part, unit_code, sum(a) as a, sum(b) as b, sum(c) as c
    from (
        select name, line, part, unit_code, a, b, c from placed
        union all
        select f.name, f.line, f.part, u.above_code, f.a, f.b, f.c
        from figure as f
        inner join indicators.unit_above as u on f.line = u.line and f.unit_code = u.unit_code
        where f.unit_level not in ('village', 'school')
    )
    where unit_code is not null
    group by name, line, part, unit_code
)

select
    u.unit_code || '/' || coalesce(f.name, e.name) || '/' || u.line || '/' || coalesce(f.part, e.part) as key
from figure as f
full join expected as e on f.name = e.name and f.line = e.line and f.part = e.part and f.unit_code = e.unit_code
inner join indicators.unit_above as u
    on u.line = coalesce(f.line, e.line) and u.unit_code = coalesce(f.unit_code, e.unit_code) and u.nested
where not coalesce(f.suppressed, false)
    and (
        coalesce(f.a, 0) <> coalesce(e.a, 0)
        or coalesce(f.b, 0) <> coalesce(e.b, 0)
        or coalesce(f.c, 0) <> coalesce(e.c, 0)
    )
"""

# Of retention every unit is counted again from its schools: where a school lacks a year its denominator is not known,
# that of its county is, so that rows do not add up from one to the next.
SCHOOL_TABLES = """
with
above as (select unit_code, above_code from indicators.unit_above where line = 'school' and nested),
count_of as (
    select school_code, stage, 'event' as variant, event as numerator, stock as denominator
    from indicators.dropout_count
    union all
    select school_code, stage, 'ledger', ledger, stock from indicators.dropout_count
    union all
    select school_code, stage, 'flow', flow, stock from indicators.dropout_count
),

dropout_part as (
    select unnest(units) as unit_code, stage, variant, numerator, denominator
    from (
        select
            [s.school_code, coalesce(s.township_code, s.county_code, s.prefecture_code, s.province_code)] as units,
            c.stage, c.variant, c.numerator, c.denominator
        from count_of as c
        inner join core.school as s on c.school_code = s.school_code
    )
    union all
    select a.above_code, d.stage, d.variant, d.numerator, d.denominator
    from indicators.dropout_rate as d
    inner join above as a on d.unit_code = a.unit_code
    where d.unit_level <> 'school'
),

dropout as (
    select unit_code, stage, variant, sum(numerator) as numerator, sum(denominator) as denominator
    from dropout_part
    group by unit_code, stage, variant
),

cohort as (
    select
        c.school_code, c.indicator,
        sum(c.stock) as stock,
        sum(c.entrants) as entrants,
        sum(
            c.transfers_in - c.transfers_out - case when p.retention_subtract_deaths then c.deaths else 0 end
        ) as adjusted,
        sum(c.increase - c.decrease) as net
    from indicators.cohort as c
    cross join core.policy as p
    group by c.school_code, c.indicator
),

retention as (
    select
        unit_code, indicator, sum(stock) as stock, sum(entrants) as entrants, sum(adjusted) as adjusted, sum(net) as net
    from (
        select
            unnest([s.school_code, s.county_code, s.prefecture_code, s.province_code]) as unit_code,
            c.indicator, c.stock, c.entrants, c.adjusted, c.net
        from cohort as c
        inner join core.school as s on c.school_code = s.school_code
    )
    group by unit_code, indicator
)

select d.unit_code || '/dropout_rate/' || d.stage || '/' || d.variant as key
from indicators.dropout_rate as d
inner join above as a on d.unit_code = a.unit_code
left join dropout as e on d.unit_code = e.unit_code and d.stage = e.stage and d.variant = e.variant
where d.numerator <> coalesce(e.numerator, 0) or coalesce(d.denominator, 0) <> coalesce(e.denominator, 0)
union all
select r.unit_code || '/retention/' || r.indicator || '/' || r.variant
from indicators.retention as r
left join retention as e on r.unit_code = e.unit_code and r.indicator = e.indicator
where r.numerator is distinct from e.stock
    or r.entrants is distinct from e.entrants
    or r.denominator <> e.entrants
    + case r.variant when 'national' then 0 when 'adjusted' then coalesce(e.adjusted, 0) else coalesce(e.net, 0) end
union all
select u.unit_code || '/handover'
from published.handover as u
inner join above as a on u.unit_code = a.unit_code
left join (
    select
        b.above_code, bool_or(h.suppressed) as hidden, sum(h.leavers) as leavers, sum(h.arrived) as arrived,
        sum(h.pending) as pending, sum(h.lost) as lost
    from published.handover as h
    inner join above as b on h.unit_code = b.unit_code
    group by b.above_code
) as s on u.unit_code = s.above_code
where u.leavers <> u.arrived + u.pending + u.lost
    or (
        u.unit_level <> 'school' and (
            u.leavers < coalesce(s.leavers, 0) or u.arrived < coalesce(s.arrived, 0)
            or u.pending < coalesce(s.pending, 0) or u.lost < coalesce(s.lost, 0)
            or (u.leavers > coalesce(s.leavers, 0) and not coalesce(s.hidden, false))
        )
    )
"""

# Children are counted in villages, and above them are sums; the few children placed higher are counted again.
ENTRY_RATES = """
with
above as (select unit_code, above_code from indicators.unit_above where line = 'household' and nested),
indicator as (
    select unnest([
        'primary_net_enrolment', 'junior_gross_enrolment', 'compulsory_enrolment', 'three_disabilities_enrolment',
        'poor_enrolment', 'aid_coverage'
    ]) as indicator
),

groups as (
    select unnest([
        'all', 'male', 'female', 'han', 'minority', 'poor', 'assisted', 'disabled', 'left_behind', 'migrant'
    ]) as group_name
),

higher as (
    select
        e.*,
        coalesce(
            d.township_code, t.division_code, d.county_code, t.county_code, c.county_code,
            d.prefecture_code, t.prefecture_code, c.prefecture_code, d.province_code, t.province_code, c.province_code
        ) as unit_code
    from indicators.entry_child as e
    left join core.division as d on e.household_division = d.division_code
    left join core.division as t
        on d.division_code is null and t.level = 'township'
        and t.division_code = left(e.household_division, 9) || '000'
    left join core.division as c
        on d.division_code is null and c.level = 'county'
        and c.division_code = left(e.household_division, 6) || '000000'
    where d.level is distinct from 'village'
),

part as (
    select
        h.unit_code, i.indicator, g.group_name,
        case i.indicator
            when 'primary_net_enrolment' then h.n_primary when 'junior_gross_enrolment' then h.n_junior
            when 'compulsory_enrolment' then h.n_compulsory when 'three_disabilities_enrolment' then h.n_disabled
            when 'poor_enrolment' then h.n_poor else h.n_aid
        end as numerator,
        case i.indicator
            when 'primary_net_enrolment' then h.d_primary when 'junior_gross_enrolment' then h.d_junior
            when 'compulsory_enrolment' then h.d_compulsory when 'three_disabilities_enrolment' then h.d_disabled
            when 'poor_enrolment' then h.d_poor else h.d_aid
        end as denominator
    from higher as h
    cross join indicator as i
    inner join groups as g
        on case g.group_name
            when 'all' then true when 'male' then h.sex = '男' when 'female' then h.sex = '女'
            when 'han' then h.han when 'minority' then not h.han when 'poor' then h.poor
            when 'assisted' then h.assisted when 'disabled' then h.disabled when 'left_behind' then h.left_behind
            else h.migrant
        end
    union all
    select a.above_code, r.indicator, r.group_name, r.numerator, r.denominator
    from indicators.enrolment_rate as r
    inner join above as a on r.unit_code = a.unit_code
),

expected as (
    select unit_code, indicator, group_name, sum(numerator) as numerator, sum(denominator) as denominator
    from part
    where unit_code is not null
    group by unit_code, indicator, group_name
)

select r.unit_code || '/' || r.indicator || '/' || r.group_name as key
from indicators.enrolment_rate as r
inner join above as a on r.unit_code = a.unit_code
left join expected as e on r.unit_code = e.unit_code and r.indicator = e.indicator and r.group_name = e.group_name
where r.unit_level <> 'village'
    and (r.numerator <> coalesce(e.numerator, 0) or r.denominator <> coalesce(e.denominator, 0))
"""

# Tables from the county up: reasons of the counties below and of cases without a county; circles and regions of one
# diagram; a child who is schooled in another county comes from outside in that one.
COUNTY_TABLES = """
with
above as (select unit_code, above_code from indicators.unit_above where line = 'household' and nested),
loose as (
    select d.division_code as unit_code, count(*) as cases
    from ledger.case_place as p
    inner join core.division as d
        on coalesce(p.county_code, p.prefecture_code, p.province_code) = d.division_code and d.level <> 'county'
    group by d.division_code
),

reason as (
    select
        coalesce(r.unit_code, s.unit_code) as unit_code,
        coalesce(r.cases, 0) - coalesce(s.cases, 0) as own
    from (select * from published.reasons where unit_level <> 'county') as r
    full join (
        select a.above_code as unit_code, c.stage, c.reason, c.placement, sum(c.cases) as cases
        from published.reasons as c
        inner join above as a on c.unit_code = a.unit_code
        where a.above_code is not null
        group by a.above_code, c.stage, c.reason, c.placement
    ) as s
        on r.unit_code = s.unit_code and r.stage is not distinct from s.stage and r.reason = s.reason
        and r.placement = s.placement
),

moved as (
    select sum(local_elsewhere_province) as out_of_home, sum(outside_local) as into_school
    from published.residence
),

home_unknown as (
    select count(*) as children
    from status.child as c
    left join core.county as k on c.r_county = k.county_code
    where c.r_status = '正常' and c.r_county is not null and k.county_code is null
)

select r.unit_code || '/reasons' as key
from reason as r
inner join above as a on r.unit_code = a.unit_code
left join loose as l on r.unit_code = l.unit_code
group by r.unit_code
having min(r.own) < 0 or sum(r.own) > max(coalesce(l.cases, 0))
union all
select unit_code || '/three_way'
from published.three_way
where education <> common + education_only + education_poverty + education_ledger
    or poverty_office <> common + poverty_only + education_poverty + poverty_ledger
    or ledger <> common + ledger_only + education_ledger + poverty_ledger
union all
select 'residence'
from moved as m
cross join home_unknown as h
where m.into_school < m.out_of_home or m.into_school > m.out_of_home + h.children
"""
