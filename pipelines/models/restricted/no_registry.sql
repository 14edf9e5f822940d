-- One row per child of the universe without a registry row tonight (无户籍): registry × enrolment, for 户口登记 (spec 1.1, 3.1, 6.1).
-- key: child_key
-- patched: child (child_id)
-- since: date of the 户籍 delivery in force that does not have the child; it has been missing at least from then on. county: of its
-- school, else of the listing that names it. Left out: counties without a 户籍 delivery (missing data says nothing), pupils whose
-- enrolment row gives a 户籍区划 in another province (registered there), deceased and emigrated children.
with
night as (select as_of from core.night),
child as (select * from status.child where r_row_id is null),
verdict as (select child_id from status.verdict where status not in ('deceased', 'emigrated')),
enrolment as (select row_id, county_code, household_division from core.enrolment),
school as (select school_code, county_code from core.school),
province as (select left(division_code, 2) as code from core.division where level = 'province'),
registry_in_force as (select county_code, delivered_on from core.in_force where kind = '户籍'),
placed as (
    select
        c.child_key,
        e.row_id is not null or c.remembered as enrolled,
        e.household_division,
        coalesce(e.county_code, s.county_code, c.listing_county) as county
    from child as c
    inner join verdict as v on c.child_id = v.child_id
    left join enrolment as e on c.e_row_id = e.row_id
    left join school as s on s.school_code = coalesce(c.school_code, c.roll_school)
)

select
    n.as_of,
    p.child_key,
    p.county,
    f.delivered_on as since,
    case
        when p.enrolled then '公安机关按姓名、出生日期和监护人核对户籍：已落户的，更正身份证号等信息后重新报送；未落户的，依法办理户口登记。县级教育部门提供学籍信息，配合核对。'
        else '公安机关按姓名、出生日期和监护人核对户籍：已落户的，更正身份证号等信息后重新报送；未落户的，依法办理户口登记。提供名单的部门配合核对，县级教育部门核查就学情况。'
    end as action
from placed as p
cross join night as n
inner join registry_in_force as f on p.county = f.county_code
where p.household_division is null or left(p.household_division, 2) in (select code from province)
