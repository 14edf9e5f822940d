-- One row per unit, line and group (all, poor): the balance of cases tonight and the state of zero (spec 4.3).
-- key: unit_code, line, group_name
-- ever_relapsed: cases that were a relapse; ever_came_back: closed as returned or placed; median_days_to_close: of the cases closed in
-- the school year, null without any (spec 5.5).
with
night as (select * from core.night),
unit as (select * from indicators.unit),
case_unit as (select * from indicators.case_unit),
case_count as (select * from indicators.case_count),
groups as (select 'all' as group_name union all select 'poor'),
counted as (
    select
        u.line, u.unit_code, g.group_name,
        count(*) filter (where c.open_at_start) as open_at_start,
        count(*) filter (where c.opened) as opened,
        count(*) filter (where c.relapsed) as relapsed,
        count(*) filter (where c.closed) as closed,
        count(*) filter (where c.open_at_end) as open_at_end,
        count(*) filter (where c.suspected_open) as suspected_open,
        count(*) filter (where c.verified_open) as verified_open,
        count(*) filter (where c.overdue) as overdue,
        count(*) filter (where c.late_suspect) as late_suspects,
        count(*) as ever_opened,
        count(*) filter (where c.ever_closed) as ever_closed,
        count(*) filter (where c.relapse) as ever_relapsed,
        count(*) filter (where c.came_back) as ever_came_back,
        cast(quantile_cont(cast(c.days_to_close as decimal(9, 2)), 0.5) as decimal(9, 2)) as median_days_to_close
    from case_unit as u
    inner join case_count as c on u.case_uid = c.case_uid
    inner join groups as g on g.group_name = 'all' or c.poor
    group by u.line, u.unit_code, g.group_name
),

previous as (
    select h.unit_code, h.line, h."group" as group_name, h.zeroed_since
    from ledger.zero_history as h
    cross join night as n
    where h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
),

judged as (
    select
        u.*, g.group_name,
        coalesce(c.open_at_start, 0) as open_at_start,
        coalesce(c.opened, 0) as opened,
        coalesce(c.relapsed, 0) as relapsed,
        coalesce(c.closed, 0) as closed,
        coalesce(c.open_at_end, 0) as open_at_end,
        coalesce(c.suspected_open, 0) as suspected_open,
        coalesce(c.verified_open, 0) as verified_open,
        coalesce(c.overdue, 0) as overdue,
        coalesce(c.verified_open, 0) = 0 and coalesce(c.late_suspects, 0) = 0 as zeroed,
        coalesce(c.ever_opened, 0) as ever_opened,
        coalesce(c.ever_closed, 0) as ever_closed,
        coalesce(c.ever_relapsed, 0) as ever_relapsed,
        coalesce(c.ever_came_back, 0) as ever_came_back,
        c.median_days_to_close
    from unit as u
    cross join groups as g
    left join counted as c on u.line = c.line and u.unit_code = c.unit_code and g.group_name = c.group_name
)

select
    j.unit_code,
    j.unit_level,
    j.unit_name,
    j.parent_code,
    j.line,
    j.group_name,
    j.open_at_start,
    j.opened,
    j.relapsed,
    j.closed,
    j.open_at_end,
    j.suspected_open,
    j.verified_open,
    j.overdue,
    j.zeroed,
    case when j.zeroed then coalesce(p.zeroed_since, n.as_of) end as zeroed_since,
    j.ever_opened,
    j.ever_closed,
    j.ever_relapsed,
    j.ever_came_back,
    j.median_days_to_close
from judged as j
cross join night as n
left join previous as p on j.unit_code = p.unit_code and j.line = p.line and j.group_name = p.group_name
