-- One row per unit from the township up, line, group, measure and span of time (spec 5.5): the ledger now and then.
-- key: unit_code, line, group, measure, span
-- then_on: the last night run by D less the span (last_night, week, month, same day last year); spans before the first night have no row.
with
night as (select as_of, previous_night from core.night),
spans as (
    select 'last_night' as span, previous_night as latest from night
    union all
    select 'week', as_of - 7 from night
    union all
    select 'month', cast(as_of - interval 1 month as date) from night
    union all
    select 'year', cast(as_of - interval 1 year as date) from night
),

compared as (
    select s.span, max(r.night) as then_on
    from spans as s
    inner join ledger.run as r on r.stands and r.night <= s.latest
    cross join night as n
    where r.night < n.as_of
    group by s.span
),

measured as (
    select
        z.unit_code, z.unit_level, z.unit_name, z.parent_code, z.line, z.group_name,
        unnest(['open_at_end', 'suspected_open', 'verified_open', 'overdue']) as measure,
        unnest([z.open_at_end, z.suspected_open, z.verified_open, z.overdue]) as value
    from indicators.zeroing as z
    where z.unit_level not in ('village', 'school')
),

earlier as (
    select
        c.span, c.then_on, h.unit_code, h.line, h."group" as group_name,
        unnest(['open_at_end', 'suspected_open', 'verified_open', 'overdue']) as measure,
        unnest([h.open_at_end, h.suspected_open, h.verified_open, h.overdue]) as value
    from compared as c
    inner join history.zeroing as h
        on h.to_run is null and h.from_night <= c.then_on and (h.to_night is null or h.to_night > c.then_on)
    where h.unit_level not in ('village', 'school')
)

select
    n.as_of,
    m.unit_code,
    m.unit_level,
    m.unit_name,
    m.parent_code,
    m.line,
    m.group_name as "group",
    m.measure,
    e.span,
    e.then_on,
    e.value as value_then,
    cast(m.value as bigint) as value_now,
    cast(m.value - e.value as bigint) as change
from measured as m
cross join night as n
inner join earlier as e
    on m.unit_code = e.unit_code and m.line = e.line and m.group_name = e.group_name and m.measure = e.measure
