-- One row per office and unit in force at D (spec 2.2 责任人, 4.5).
-- key: role, unit_code
with
reference_delivery as (select delivery_id, precedence from core.reference_delivery where kind = '责任人')

select c.role, c.unit_code, c.name
from clean.responsibility as c
inner join reference_delivery as r on c.delivery_id = r.delivery_id
qualify row_number() over (partition by c.role, c.unit_code order by r.precedence desc, c.row_number) = 1
