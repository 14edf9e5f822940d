-- One row per disabled child who is not schooled (残联 × 学籍): for the disabled persons' federation and education (spec 3.3-3.5, 6.1).
-- key: child_key
-- Disabled (disability register or 残疾类型 of the enrolment row) and out_of_school, or on the register but suspected absent, while under
-- age.close_at. Placed, deferred and home-taught children are not on the list. since: evidence date of the status (3.3, 3.4), null for
-- a child never enrolled. county: of the active registry row, else of the school, else of the listing (4.1).
with
night as (select as_of from core.night),
policy as (select age_close_at from core.policy),
child as (select * from status.child where disabled),
verdict as (select child_id, status, category, evidence_on from status.verdict where status in ('out_of_school', 'suspected_absent')),
school as (select school_code, county_code from core.school)

select
    n.as_of,
    c.child_key,
    coalesce(case when c.r_status = '正常' then c.r_county end, s.county_code, c.listing_county, c.r_county) as county,
    v.evidence_on as since,
    case
        when v.status = 'suspected_absent'
            then '学校和残联上门核实不到校的原因：能到校的，劝返并随班就读；不能到校的，由教育部门审批送教上门或转特殊教育学校。'
        when v.category = 'never_enrolled'
            then '残联会同教育、卫生健康部门组织入学评估，一人一案安排随班就读、特殊教育学校或送教上门；暂不能入学的，由监护人申请延缓入学。'
        else '残联会同原学校核实离校原因，组织复学评估，一人一案安排复学、特殊教育学校或送教上门；暂不能就学的，由监护人申请延缓入学。'
    end as action
from child as c
cross join night as n
cross join policy as p
inner join verdict as v on c.child_id = v.child_id
left join school as s on c.school_code = s.school_code
where completed_years(c.birth_date, n.as_of) < p.age_close_at
