-- One row per row in force at D of the kinds that list persons beside R, E and I (spec 3.1): P poverty, A assistance, B disability,
-- Q department lists, C case actions, N look-ups.
-- key: row_id
-- rank: order of the kinds in which they name a person (spec 3.2: P, A, B, C, Q); N never creates a person.
with
in_force as (select kind, county_code, delivery_id, delivery_order from core.in_force where kind in ('脱贫户', '救助', '残疾人')),
delivery as (
    select delivery_id, unit_code, delivery_order from core.delivery where kind in ('脱贫户', '救助', '残疾人', '部门名单')
),

county as (select county_code from core.county),
department_in_force as (select department, county_code, delivery_id from core.department_in_force),
snapshot_row as (
    select '脱贫户' as kind, 'P' as source, delivery_id, row_number, citizen_number, name, sex, birth_date, division_code, household_type as label, null as department, id_invalid, id_mismatch
    from clean.poverty
    union all
    select '救助', 'A', delivery_id, row_number, citizen_number, name, sex, birth_date, division_code, assistance_type, null, id_invalid, id_mismatch
    from clean.assistance
    union all
    select '残疾人', 'B', delivery_id, row_number, citizen_number, name, sex, birth_date, division_code, disability_type, null, id_invalid, id_mismatch
    from clean.disability
    union all
    select '部门名单', 'Q', delivery_id, row_number, citizen_number, name, sex, birth_date, division_code, list_status, department, id_invalid, id_mismatch
    from clean.department_list
),

placed as (
    select r.*, d.delivery_order, coalesce(c.county_code, d.unit_code) as county_code
    from snapshot_row as r
    inner join delivery as d on r.delivery_id = d.delivery_id
    left join county as c on c.county_code = left(r.division_code, 6) || '000000'
),

standing as (
    select p.*
    from placed as p
    inner join in_force as f on p.kind = f.kind and p.county_code = f.county_code and p.delivery_id = f.delivery_id
    union all
    select p.*
    from placed as p
    inner join department_in_force as f
        on p.source = 'Q' and p.department = f.department and p.county_code = f.county_code and p.delivery_id = f.delivery_id
),

every_row as (
    select
        source, cast(delivery_order as bigint) * 4294967296 + row_number as row_id, citizen_number, name, sex, birth_date, division_code,
        county_code, label, department, id_invalid, id_mismatch
    from standing
    union all
    select 'C', row_id, citizen_number, name, sex, birth_date, division_code, county_code, action_type, null, id_invalid, id_mismatch
    from core.case_action
    union all
    select 'N', row_id, citizen_number, name, null, null, null, null, lookup_result, null, false, false
    from core.lookup
)

select
    source,
    cast(case source when 'P' then 4 when 'A' then 5 when 'B' then 6 when 'C' then 7 when 'Q' then 8 else 9 end as integer) as rank,
    row_id,
    cast(left(citizen_number, 17) as bigint) as number,
    name,
    sex,
    birth_date,
    division_code,
    county_code,
    label,
    department,
    id_invalid,
    id_mismatch
from every_row
