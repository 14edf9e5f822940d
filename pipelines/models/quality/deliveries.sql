-- One row per version of one delivered file dated on or before D: what came, what was kept and why not (spec 2.4, 2.5).
-- key: delivery, version
-- in_use: rows of it may count tonight: in force for some county, school, department or code, or of an event kind; no version but the last.
with
night as (select as_of from core.night),
used as (
    select delivery_id from core.in_force
    union
    select delivery_id from core.roll
    union
    select delivery_id from core.department_in_force
    union
    select delivery_id from core.reference_delivery
    union
    select delivery_id from core.delivery where kind in ('学籍异动', '缺课', '日报', '资助', '劝返', '匹配裁定', '学籍查询')
)

select
    n.as_of,
    d.delivery,
    d.kind,
    d.code,
    d.delivered_on,
    d.sha256,
    d.state,
    d.reason,
    d.rows,
    d.accepted,
    d.rejected,
    d.repeats,
    d.skipped,
    cast(d.version as bigint) as version,
    u.delivery_id is not null as in_use,
    d.unknown_columns,
    d.message
from landing.deliveries as d
inner join night as n on d.delivered_on <= n.as_of
left join used as u on d.delivery_id = u.delivery_id
