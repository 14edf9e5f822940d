-- One row per rejected row of the deliveries dated on or before D, as delivered (spec 2.4).
-- key: delivery, version, row_number
with
night as (select as_of from core.night)

select
    n.as_of,
    d.delivery,
    cast(r.row_number as bigint) as row_number,
    d.kind,
    r.reason,
    r.row_json as row,
    cast(d.version as bigint) as version
from landing.rejected_rows as r
inner join landing.deliveries as d on r.delivery_id = d.delivery_id
inner join night as n on d.delivered_on <= n.as_of
