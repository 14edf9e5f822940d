-- One row per fault of a citizen number on an accepted row that counts tonight: what its agency is asked to correct (spec 2.1, 2.3, 6.1).
-- key: delivery, row_number, fault
-- id_invalid: a number was delivered and is none; sex_mismatch, birth_mismatch: the row and its valid number disagree. What counts tonight is
-- what core.* holds: a row that a later delivery took the place of is not asked for. county: of the row's school or division, else of its file.
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery, kind, unit_code, delivery_order from core.delivery),
school as (select school_code, county_code from core.school),
agency as (
    select
        unnest(['户籍', '学籍', '学籍异动', '在校', '缺课', '脱贫户', '救助', '残疾人', '资助', '劝返', '学籍查询', '部门名单']) as kind,
        unnest(['公安', '教育', '教育', '学校', '学校', '乡村振兴', '民政', '残联', '教育', '教育', '教育', '各部门']) as agency
),

flagged as (
    select row_id, county_code, number, sex, birth_date, id_invalid, id_mismatch from core.registry where id_invalid or id_mismatch
    union all
    select row_id, county_code, number, sex, birth_date, id_invalid, id_mismatch from core.enrolment where id_invalid or id_mismatch
    union all
    select row_id, county_code, number, sex, birth_date, id_invalid, id_mismatch from core.in_school where id_invalid or id_mismatch
    union all
    select row_id, county_code, number, sex, birth_date, id_invalid, id_mismatch from core.listing where id_invalid or id_mismatch
),

-- Kinds whose rows carry no flags: a number was delivered and none could be read.
unread as (
    select delivery_id, row_number, school_code from clean.enrolment_change where citizen_number is null and citizen_number_raw is not null
    union all
    select delivery_id, row_number, school_code from clean.absence where citizen_number is null and citizen_number_raw is not null
    union all
    select delivery_id, row_number, school_code from clean.aid where citizen_number is null and citizen_number_raw is not null
    union all
    select delivery_id, row_number, null from clean.lookup where citizen_number is null and citizen_number_raw is not null
),

standing as (
    select row_id from core.enrolment_change where number is null
    union all
    select row_id from core.absence where number is null
    union all
    select row_id from core.aid where number is null
    union all
    select row_id from core.lookup where citizen_number is null
),

unread_standing as (
    select s.row_id, coalesce(c.county_code, d.unit_code) as county_code
    from unread as u
    inner join delivery as d on u.delivery_id = d.delivery_id
    inner join standing as s on s.row_id = cast(d.delivery_order as bigint) * 4294967296 + u.row_number
    left join school as c on u.school_code = c.school_code
),

-- A number of 17 digits: region (6), birth (8), order (3), whose last digit is odd for men.
fault as (
    select row_id, county_code, 'id_invalid' as fault from flagged where id_invalid
    union all
    select row_id, county_code, 'id_invalid' from unread_standing
    union all
    select row_id, county_code, 'sex_mismatch' from flagged where id_mismatch and sex <> (case when number % 2 = 1 then '男' else '女' end)
    union all
    select row_id, county_code, 'birth_mismatch'
    from flagged
    where id_mismatch and year(birth_date) * 10000 + month(birth_date) * 100 + day(birth_date) <> number // 1000 % 100000000
)

select
    n.as_of,
    d.delivery,
    f.row_id % 4294967296 as row_number,
    d.kind,
    f.fault,
    a.agency,
    f.county_code as county
from fault as f
cross join night as n
inner join delivery as d on d.delivery_order = f.row_id // 4294967296
inner join agency as a on d.kind = a.kind
