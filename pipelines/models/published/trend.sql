-- One row per unit from the county up and night (spec 6.2, item 11): the ledger of the household line, all children, night by night.
-- key: unit_code, night
-- Nights are the last 30 that were run, D included, and before them the last one of every month of the year up to D: a month by nights and a year by
-- months, however long the ledger. What is known now of each night; a unit that was not there on a night has no row of it.
with
night as (select as_of from core.night),
runs as (
    select r.night, row_number() over (order by r.night desc) as nights_ago, max(r.night) over (partition by date_trunc('month', r.night)) as last_of_month
    from (
        select r.night from ledger.run as r cross join night as n where r.stands and r.night < n.as_of group by r.night
    ) as r
),

shown as (
    select r.night
    from runs as r
    cross join night as n
    where r.nights_ago < 30 or (r.night = r.last_of_month and r.night > n.as_of - interval 1 year)
),

unit as (
    select
        z.unit_code, z.unit_level, z.unit_name, z.parent_code, n.as_of as night,
        z.open_at_end, z.suspected_open, z.verified_open, z.overdue, z.zeroed
    from indicators.zeroing as z
    cross join night as n
    where z.line = 'household' and z.group_name = 'all' and z.unit_level in ('province', 'prefecture', 'county')
),

earlier as (
    select
        u.unit_code, u.unit_level, u.unit_name, u.parent_code, s.night,
        h.open_at_end, h.suspected_open, h.verified_open, h.overdue, h.zeroed
    from history.zeroing as h
    inner join unit as u on h.unit_code = u.unit_code
    inner join shown as s on h.from_night <= s.night and (h.to_night is null or h.to_night > s.night)
    where h.to_run is null and h.line = 'household' and h."group" = 'all'
),

told as (
    select * from earlier
    union all
    select * from unit
)

select
    n.as_of,
    t.unit_code,
    t.unit_level,
    t.unit_name,
    t.parent_code,
    t.night,
    t.open_at_end,
    t.suspected_open,
    t.verified_open,
    t.overdue,
    t.zeroed
from told as t
cross join night as n
