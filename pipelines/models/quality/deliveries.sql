-- One row per version of one delivered file dated on or before D: what came, what was kept and why not (spec 2.4, 2.5).
-- key: delivery, version
with
night as (select as_of from core.night)

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
    cast(d.version as bigint) as version
from landing.deliveries as d
inner join night as n on d.delivered_on <= n.as_of
