-- One row per delivery of a reference kind in force at D: the newest of its kind and code (spec 2.1).
-- key: delivery_id
-- precedence: of two rows with one key the one with the higher precedence counts (later date, then narrower code).
with
delivery as (select * from core.delivery where kind in ('区划', '学校', '校历', '责任人'))

select
    delivery_id,
    kind,
    delivery_order,
    cast(row_number() over (order by delivered_on, narrowness, delivery_order) as integer) as precedence
from delivery
qualify row_number() over (partition by kind, code order by delivery_order desc) = 1
