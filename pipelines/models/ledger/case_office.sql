-- One row per case and office of its two chains (spec 4.5, 双线): the unit whose holder answers for the case.
-- key: case_uid, role
-- unit_code as 责任人 writes it: a division, a school, or school/grade/class. An office whose unit nobody knows has no row.
-- County head and bureau head are of the case's county, township and village heads of its place, principal and class teacher of its school.
with
case_state as (select case_uid, child_id, school_code from ledger.case_state),
place as (select * from ledger.case_place),
child as (select child_id, grade, class_name from status.child),
office as (
    select case_uid, '县长' as role, 'household' as line, 3 as office_order, county_code as unit_code from place
    union all
    select case_uid, '乡镇长', 'household', 2, township_code from place
    union all
    select case_uid, '村委会主任', 'household', 1, village_code from place
    union all
    select case_uid, '教育局长', 'school', 3, county_code from place
    union all
    select case_uid, '校长', 'school', 2, school_code from case_state
    union all
    select k.case_uid, '师长', 'school', 1, k.school_code || '/' || cast(c.grade as varchar) || '/' || c.class_name
    from case_state as k
    inner join child as c on k.child_id = c.child_id
)

select case_uid, role, line, office_order, unit_code
from office
where unit_code is not null
