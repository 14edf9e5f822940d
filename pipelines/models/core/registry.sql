-- One row per registry row in force at D (spec 2.1, 2.2 户籍); a row belongs to the county of its 户籍区划, else to its file's code.
-- key: row_id
-- patched: in_force (county_code)
-- grows: core.delivery, clean.registry
-- row_id orders rows by delivery date, file name and row number (spec 3.2, ties); number: first 17 digits of the valid
-- citizen number, null without one or where reviewers called it another person's (core.number_apart); node: number, else minus row_id,
-- so that rows without a number stand for themselves.
with
in_force as (select county_code, delivery_id, delivery_order from core.in_force where kind = '户籍'),
delivery as (select delivery_id, unit_code from core.delivery where kind = '户籍'),
county as (select county_code from core.county),
apart as (select number, name, birth_date, household_division from core.number_apart where kind = '户籍'),
placed as (
    select
        r.delivery_id, r.row_number, r.citizen_number, r.name, r.sex, r.ethnicity, r.birth_date, r.household_division, r.household_number,
        r.registry_status, r.status_date, r.id_invalid, r.id_mismatch,
        coalesce(c.county_code, d.unit_code) as county_code
    from clean.registry as r
    inner join delivery as d on r.delivery_id = d.delivery_id
    left join county as c on c.county_code = left(r.household_division, 6) || '000000'
),

identified as (
    select
        cast(f.delivery_order as bigint) * 4294967296 + p.row_number as row_id,
        case when a.number is null then cast(left(p.citizen_number, 17) as bigint) end as number,
        a.number is not null as number_apart,
        p.*
    from placed as p
    inner join in_force as f on p.county_code = f.county_code and p.delivery_id = f.delivery_id
    left join apart as a
        on cast(left(p.citizen_number, 17) as bigint) = a.number and p.name = a.name and p.birth_date is not distinct from a.birth_date
        and p.household_division is not distinct from a.household_division
)

select
    row_id,
    number,
    coalesce(number, -row_id) as node,
    name,
    sex,
    birth_date,
    ethnicity,
    household_division,
    county_code,
    household_number,
    registry_status,
    status_date,
    id_invalid or number_apart as id_invalid,
    id_mismatch
from identified
