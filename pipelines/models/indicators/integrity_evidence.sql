-- One row per unit (school, township, county) and month with approved requests dated in it (spec 5.8, evidence_reused).
-- key: unit_code, month
-- children: the most children for whom any one of these requests' 佐证编号 stands, counted over all approved requests to date of the
-- county; approvals: children approved. The unit is the child's school and what is above it, else the division of the request.
with
night as (select cast(date_trunc('month', as_of) - interval 1 month as date) as first_day from core.night),
division as (select division_code, township_code, county_code from core.division),
child as (select person, school_code from status.child where person is not null),
school as (select school_code, township_code, county_code from core.school),
approved as (
    select a.person, c.action_date, c.county_code, c.division_code, c.evidence_number
    from status.approval as a
    inner join core.case_action as c on a.record_number = c.record_number
),

evidence as (
    select county_code, evidence_number, count(distinct person) as children
    from approved
    group by county_code, evidence_number
),

placed as (
    select
        a.person, strftime(a.action_date, '%Y-%m') as month, e.children,
        unnest(
            case
                when s.school_code is null then [coalesce(d.township_code, t.township_code), a.county_code]
                else [s.school_code, s.township_code, s.county_code]
            end
        ) as unit_code
    from approved as a
    inner join night as n on a.action_date >= n.first_day
    inner join evidence as e on a.county_code = e.county_code and a.evidence_number = e.evidence_number
    left join child as c on a.person = c.person
    left join school as s on c.school_code = s.school_code
    left join division as d on a.division_code = d.division_code
    left join division as t on d.division_code is null and t.division_code = left(a.division_code, 9) || '000'
)

select unit_code, month, max(children) as children, count(distinct person) as approvals
from placed
where unit_code is not null
group by unit_code, month
