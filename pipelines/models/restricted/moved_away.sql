-- One row per child who moved away out of school: for the receiving place (spec 3.3 line 14, 4.2 open case 1, 6.1).
-- key: child_key
-- A child with status moved_away tonight, or whose last case closed moved_away and of whom no extract says anything since, while under
-- age.close_at. since: 状态日期 of the registry row, else the day the case closed; null where neither is known. county: of the
-- registry row, which the child left, else of the case.
with
night as (select as_of from core.night),
policy as (select age_close_at from core.policy),
memory as (select child_id, birth_date from ledger.memory_state),
last_case as (
    select child_id, child_key, case_uid, closed_on, close_reason
    from ledger.case_state
    qualify row_number() over (partition by child_id order by episode desc) = 1
),

closed_away as (
    select k.child_id, k.child_key, k.closed_on, p.county_code
    from last_case as k
    inner join ledger.case_place as p on k.case_uid = p.case_uid
    where k.close_reason = 'moved_away'
),

moved as (select child_id from status.verdict where status = 'moved_away'),
child as (
    select child_id, child_key, r_county, r_status, r_status_date, listing_county
    from status.child
    where child_id in (select child_id from moved union select child_id from closed_away)
),

gone as (
    select c.child_key, coalesce(c.r_county, k.county_code, c.listing_county) as county, coalesce(c.r_status_date, k.closed_on) as since, c.r_status
    from child as c
    inner join moved as v on c.child_id = v.child_id
    left join closed_away as k on c.child_id = k.child_id
    union all
    select k.child_key, k.county_code, k.closed_on, null
    from closed_away as k
    cross join night as n
    cross join policy as p
    inner join memory as m on k.child_id = m.child_id
    left join child as c on k.child_id = c.child_id
    where c.child_id is null
        and (year(n.as_of) * 10000 + month(n.as_of) * 100 + day(n.as_of) - year(m.birth_date) * 10000 - month(m.birth_date) * 100 - day(m.birth_date)) // 10000
        < p.age_close_at
)

select
    n.as_of,
    g.child_key,
    g.county,
    g.since,
    case
        when g.r_status = '注销' then '公安机关查明户口注销原因，告知县级教育部门；儿童仍在本地的，恢复户口并由教育部门安排入学；已到外地的，书面告知当地教育部门。'
        else '迁出地公安机关查明迁入地，县级教育部门书面告知迁入地教育部门安排入学，收到入学回函后存档；三十日内没有回函的，报上级教育部门协调。'
    end as action
from gone as g
cross join night as n
