-- One row per office and unit in force at D (spec 2.2 责任人, 4.5).
-- key: role, unit_code
-- unit_code: a division with 12 digits, a school, or school/grade/class.
with
reference_delivery as (select delivery_id, precedence from core.reference_delivery where kind = '责任人'),

unit as (
    select
        delivery_id, row_number, role, name,
        case when length(unit_code) in (6, 9) and unit_code not like '%/%' then rpad(unit_code, 12, '0') else unit_code end as unit_code
    from clean.responsibility
)

select c.role, c.unit_code, c.name
from unit as c
inner join reference_delivery as r on c.delivery_id = r.delivery_id
qualify row_number() over (partition by c.role, c.unit_code order by r.precedence desc, c.row_number) = 1
