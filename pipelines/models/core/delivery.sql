-- One row per accepted delivery visible at D (spec 2.1); a version replaced by an accepted newer one is not visible.
-- key: delivery_id
-- delivery_order: rank by date, file name, version; ties that rules leave open are broken by it (spec 3.2).
-- narrowness: 1 province, 2 prefecture, 3 county-level code.
with
night as (select as_of from core.night),

deliveries as (
    select
        delivery_id, delivery, kind, code, delivered_on, file_name, version,
        row_number() over (partition by delivery order by version desc) as newest
    from landing.deliveries
    where state = 'accepted'
)

select
    d.delivery_id,
    d.delivery,
    d.kind,
    d.code,
    rpad(d.code, 12, '0') as unit_code,
    d.delivered_on,
    d.file_name,
    cast(row_number() over (order by d.delivered_on, d.file_name, d.version) as integer) as delivery_order,
    case when d.code like '%0000' then 1 when d.code like '%00' then 2 else 3 end as narrowness
from deliveries as d
inner join night as n on d.delivered_on <= n.as_of
where d.newest = 1
