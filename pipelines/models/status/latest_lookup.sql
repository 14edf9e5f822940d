-- One row per person: its latest national look-up dated on or before D, of one day the later delivered (spec 3.3 line 6, 3.5).
-- key: person
-- other_province: schooling found in another province (省份 filled, neither this province's name nor its code); found_elsewhere: by
-- this or an earlier look-up.
with
lookup as (select * from core.lookup),
province as (select division_code, division_name from core.division where level = 'province'),
attached as (select row_id, person from matching.attached_lookup),
judged as (
    select
        a.person,
        l.lookup_date,
        l.row_id,
        l.lookup_result = '在读' and l.province is not null and l.province not in (
            select division_name from province
            union all
            select left(division_code, 2) from province
            union all
            select left(division_code, 6) from province
            union all
            select division_code from province
        ) as other_province
    from lookup as l
    inner join attached as a on l.row_id = a.row_id
)

select person, lookup_date, row_id, other_province, bool_or(other_province) over (partition by person) as found_elsewhere
from judged
qualify row_number() over (partition by person order by lookup_date desc, row_id desc) = 1
