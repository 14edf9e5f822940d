-- One row per county-level unit: how it stands tonight (spec 4.3, 4.6, 5.10, 2.5). Counts of all children, household line.
-- key: as_of, unit_code
with
lines as (
    select unit_code, cast(count(*) filter (where not met) as bigint) as lines_unmet, bool_or(failed) as failed
    from published.assessment
    group by unit_code
),
behind as (
    select division, cast(count(*) filter (where state <> 'in_force') as bigint) as sources_behind
    from published.source_status
    group by division
)

select
    z.as_of, z.unit_code, z.unit_level, z.unit_name, z.parent_code, z.suspected_open, z.verified_open, z.overdue,
    z.zeroed, z.zeroed_since, z.days_since_zero, t.agreed, l.lines_unmet, l.failed, b.sources_behind
from published.zeroing as z
left join published.three_way as t on z.unit_code = t.unit_code
left join lines as l on z.unit_code = l.unit_code
left join behind as b on z.unit_code = b.division
where z.unit_level = 'county' and z.line = 'household' and z."group" = 'all'
