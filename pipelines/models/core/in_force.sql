-- One row per snapshot kind about people or pupils and county-level unit: the delivery in force at D (spec 2.1): the newest
-- whose code covers the county, of one date the narrowest code, of one date and code the last by file name.
-- key: kind, county_code
-- Codes that are no county appear too: rows of unknown place belong to the code of their file.
with
delivery as (select * from core.delivery where kind in ('户籍', '学籍', '脱贫户', '救助', '残疾人', '教基统计')),
unit as (
    select county_code, prefecture_code, province_code from core.county
    union
    select d.unit_code, coalesce(p.prefecture_code, rpad(left(d.code, 4), 12, '0')), rpad(left(d.code, 2), 12, '0')
    from delivery as d
    left join core.division as p on d.unit_code = p.division_code
    where d.unit_code not in (select county_code from core.county)
)

select d.kind, u.county_code, d.delivery_id, d.delivered_on, d.delivery_order
from unit as u
inner join delivery as d on d.unit_code in (u.county_code, u.prefecture_code, u.province_code)
qualify row_number() over (partition by d.kind, u.county_code order by d.delivered_on desc, d.narrowness desc, d.delivery_order desc) = 1
