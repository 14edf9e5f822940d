-- One row per enrolment row in force at D (spec 2.1, 2.2 学籍), all grades; a row belongs to the county of its school, else to its
-- file's code.
-- key: row_id
-- patched: in_force (county_code)
-- grows: core.delivery, clean.enrolment
-- number: own valid citizen number; embedded: the one inside a formal student number (spec 3.2 tier 2), both null where reviewers
-- called it another person's (core.number_apart); node: number, else embedded, else minus row_id. effective_end: 休学截止日期, moved to the end of the holidays where it lies outside every term (spec 3.3).
-- school_year: of the delivery.
with
in_force as (select county_code, delivery_id, delivery_order, delivered_on from core.in_force where kind = '学籍'),
delivery as (select delivery_id, unit_code from core.delivery where kind = '学籍'),
school as (select school_code, county_code from core.school),
apart as (select number, name, birth_date, school_code, student_number from core.number_apart where kind = '学籍'),
term as (select * from core.term),
placed as (
    select
        e.delivery_id, e.row_number, e.student_number, e.citizen_number, e.embedded_number, e.name, e.sex, e.ethnicity, e.birth_date, e.school_code, e.grade,
        e.class_name, e.enrolment_status, e.status_date, e.suspended_until, e.household_division, e.left_behind, e.migrant, e.disability_type,
        e.home_teaching, e.id_invalid, e.id_mismatch,
        coalesce(s.county_code, d.unit_code) as county_code,
        s.county_code as school_county
    from clean.enrolment as e
    inner join delivery as d on e.delivery_id = d.delivery_id
    left join school as s on e.school_code = s.school_code
),

identified as (
    select
        cast(f.delivery_order as bigint) * 4294967296 + p.row_number as row_id,
        case when a.number is null then cast(left(p.citizen_number, 17) as bigint) end as number,
        case when a.number is null then cast(left(p.embedded_number, 17) as bigint) end as embedded,
        a.number is not null as number_apart,
        year(f.delivered_on) - (case when month(f.delivered_on) >= 9 then 0 else 1 end) as delivered_year,
        p.*
    from placed as p
    inner join in_force as f on p.county_code = f.county_code and p.delivery_id = f.delivery_id
    left join apart as a
        on cast(left(coalesce(p.citizen_number, p.embedded_number), 17) as bigint) = a.number and p.school_code = a.school_code
        and case
            when a.student_number is null
                then p.student_number is null and p.name = a.name and p.birth_date is not distinct from a.birth_date
            else p.student_number = a.student_number
        end
),

ended as (
    select
        i.row_id,
        case
            when i.suspended_until <= t.end_date then i.suspended_until
            else coalesce(t.next_start, make_date(year(i.suspended_until) + (case when month(i.suspended_until) >= 9 then 1 else 0 end), 9, 1)) - 1
        end as effective_end
    from identified as i
    left join term as t
        on i.school_county = t.county_code and i.suspended_until >= t.start_date
        and (t.next_start is null or i.suspended_until < t.next_start)
    where i.suspended_until is not null and i.enrolment_status = '休学'
)

select
    i.row_id,
    i.number,
    i.embedded,
    coalesce(i.number, i.embedded, -i.row_id) as node,
    i.student_number,
    i.name,
    i.sex,
    i.birth_date,
    i.ethnicity,
    i.household_division,
    i.school_code,
    i.county_code,
    i.school_county,
    i.grade,
    i.class_name,
    i.enrolment_status,
    i.status_date,
    e.effective_end,
    i.left_behind,
    i.migrant,
    i.disability_type,
    i.home_teaching,
    i.id_invalid or i.number_apart as id_invalid,
    i.id_mismatch,
    cast(i.delivered_year as varchar) || '-' || cast(i.delivered_year + 1 as varchar) as school_year
from identified as i
left join ended as e on i.row_id = e.row_id
