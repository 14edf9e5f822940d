-- One row per child of the universe at D: the facts of tonight and of memory that the ladder of spec 3.3 asks for.
-- key: child_id
-- patched: child (child_id), memory (child_id), registry_person (person), enrolment_person (person), roll_fact (person)
-- Columns e_… are of the primary enrolment row (grades 1-9) of tonight, r_… of the primary registry row, m_… remembered (null
-- unless `remembered`: no enrolment row tonight, and memory has not ended; m_graduated: remembered as graduated, and not seen in a
-- senior school tonight, nor graduated by its row of tonight, which say so themselves); school_code, grade, student_number: tonight's row, else the remembered one;
-- roll_…: of the newest roll that names the child. Nothing here moves with the day alone: age and open case are asked where they matter.
with
night as (select age_on from core.night),
policy as (select stages_junior_last from core.policy),
child as (select * from matching.child),
registry_person as (select row_id, person from matching.registry_person where is_primary),
registry as (
    select p.person, r.*
    from registry_person as p
    inner join core.registry as r on p.row_id = r.row_id
),

enrolment_person as (select row_id, person, tier, is_primary from matching.enrolment_person),
enrolment as (
    select p.person, p.tier, e.*
    from enrolment_person as p
    inner join core.enrolment as e on p.row_id = e.row_id
    where p.is_primary
),

-- Beside the primary row: few children have another.
enrolment_beside as (
    select
        p.person,
        count(*) filter (where e.grade <= 9 and e.enrolment_status = '在读') as active_rows,
        coalesce(bool_or(e.grade >= 10 and e.enrolment_status = '在读'), false) as senior
    from enrolment_person as p
    inner join core.enrolment as e on p.row_id = e.row_id
    where not p.is_primary
    group by p.person
),

memory as (select * from matching.memory),
roll_fact as (select * from status.roll_fact),
person_group as (select * from status.person_group),
approved as (select * from status.approved),
lookup as (select * from status.latest_lookup),
change_fact as (select * from status.change_fact)

select
    c.child_id,
    c.child_key,
    c.person,
    c.memory_id,
    c.number,
    c.hash,
    c.name,
    c.birth_date,
    c.sex,
    completed_years(c.birth_date, n.age_on) as school_age,
    coalesce(r.ethnicity, e.ethnicity, m.ethnicity) as ethnicity,
    r.row_id as r_row_id,
    r.registry_status as r_status,
    r.status_date as r_status_date,
    r.household_division,
    r.county_code as r_county,
    r.household_number,
    e.tier as match_tier,
    e.row_id as e_row_id,
    e.enrolment_status as e_status,
    e.status_date as e_status_date,
    e.grade as e_grade,
    e.school_code as e_school,
    e.effective_end as e_end,
    e.school_county as e_county,
    e.school_year as e_school_year,
    coalesce(e.home_teaching, false) as home_teaching,
    case when e.enrolment_status = '在读' then 1 else 0 end + coalesce(k.active_rows, 0) as active_rows,
    coalesce(k.senior, false) as senior,
    m.child_id is not null and m.has_enrolment and not m.ended and e.row_id is null as remembered,
    coalesce(m.graduated and not coalesce(k.senior, false), false) as m_graduated,
    case when m.has_enrolment and not m.ended and e.row_id is null then m.seen_school_year end as m_school_year,
    case when m.has_enrolment and not m.ended and e.row_id is null then m.enrolment_status end as m_status,
    case when m.has_enrolment and not m.ended and e.row_id is null then m.status_date end as m_status_date,
    case when m.has_enrolment and not m.ended and e.row_id is null then m.grade end as m_grade,
    case when m.has_enrolment and not m.ended and e.row_id is null then m.school_code end as m_school,
    case when e.row_id is not null then e.school_code when m.has_enrolment and not m.ended then m.school_code end as school_code,
    case when e.row_id is not null then e.grade when m.has_enrolment and not m.ended then m.grade end as grade,
    case when e.row_id is not null then e.student_number when m.has_enrolment then m.student_number end as student_number,
    case when e.row_id is not null then e.class_name when m.has_enrolment then m.class_name end as class_name,
    i.present_on,
    i.present_school,
    i.present_grade,
    i.present_row_id,
    i.roll_school,
    i.roll_grade,
    coalesce(a.exempt_deceased, false) as exempt_deceased,
    coalesce(a.exempt_emigrated, false) as exempt_emigrated,
    coalesce(a.placed, false) as approved_placement,
    coalesce(a.deferred, false) as approved_deferral,
    coalesce(a.deferral_ended, false) as deferral_ended,
    coalesce(f.deceased, false) as change_deceased,
    f.graduated_on as change_graduated_on,
    greatest(f.graduated_on, case when e.enrolment_status = '毕业' and e.grade = y.stages_junior_last then e.status_date end, m.graduated_on) as graduated_on,
    l.lookup_date,
    coalesce(l.other_province, false) as lookup_other_province,
    case when c.origin_rank is null then coalesce(m.poor, false) else coalesce(g.poor, false) end as poor,
    case when c.origin_rank is null then coalesce(m.assisted, false) else coalesce(g.assisted, false) end as assisted,
    case when c.origin_rank is null then coalesce(m.disabled, false) else coalesce(g.disabled, false) end
    or case when e.row_id is not null then e.disability_type is not null else coalesce(m.has_enrolment and not m.ended and m.pupil_disabled, false) end as disabled,
    case when e.row_id is not null then e.disability_type is not null else coalesce(m.pupil_disabled, false) end as pupil_disabled,
    coalesce(g.three_disabilities, false) as three_disabilities,
    case when e.row_id is not null then coalesce(e.left_behind in ('单亲留守儿童', '双亲留守儿童'), false) else coalesce(m.has_enrolment and not m.ended and m.left_behind, false) end as left_behind,
    case when e.row_id is not null then coalesce(e.migrant, false) else coalesce(m.has_enrolment and not m.ended and m.migrant, false) end as migrant,
    nullif(g.listing_division, '') as listing_division,
    g.listing_county,
    g.listing_row_id,
    c.shared_name,
    c.id_invalid,
    c.id_mismatch
from child as c
cross join night as n
cross join policy as y
left join registry as r on c.person = r.person
left join enrolment as e on c.person = e.person
left join enrolment_beside as k on c.person = k.person
left join memory as m on c.child_id = m.child_id
left join roll_fact as i on c.person = i.person
left join person_group as g on c.person = g.person
left join approved as a on c.person = a.person
left join lookup as l on c.person = l.person
left join change_fact as f on c.person = f.person
