-- One row per county and fact that is held against its own past: the day from which that past is known (spec 5.8).
-- key: county_code, fact
-- The earliest date that the county's rows of the kind speak of, or the day they were first delivered, or the first night of the
-- ledger. Who began to report last month has no mean to be measured by.
with
county as (select county_code, prefecture_code, province_code from core.county),
school as (select school_code, county_code from core.school),
first_night as (
    select coalesce(min(r.night), min(n.as_of)) as known_from
    from core.night as n
    left join ledger.run as r on r.stands and r.night < n.as_of
),

delivered as (
    select u.county_code, d.kind, min(d.delivered_on) as known_from
    from county as u
    inner join core.delivery as d on d.unit_code in (u.county_code, u.prefecture_code, u.province_code)
    where d.kind in ('户籍', '学籍', '学籍异动', '缺课')
    group by u.county_code, d.kind
),

dated as (
    select s.county_code, '缺课' as kind, min(a.known_from) as known_from
    from (select school_code, min(absence_date) as known_from from core.absence group by school_code) as a
    inner join school as s on a.school_code = s.school_code
    group by s.county_code
    union all
    select s.county_code, '学籍异动', min(c.change_date)
    from core.enrolment_change as c
    inner join school as s on c.school_code = s.school_code
    group by s.county_code
    union all
    select county_code, '户籍', min(status_date)
    from core.registry
    where registry_status = '注销'
    group by county_code
),

known as (
    select county_code, kind, min(known_from) as known_from
    from (select * from delivered union all select * from dated)
    where county_code is not null and known_from is not null
    group by county_code, kind
)

select
    county_code,
    case kind when '缺课' then 'sick_leave' when '学籍异动' then 'out_of_province' when '学籍' then 'home_teaching' else 'cancelled' end as fact,
    known_from
from known
union all
select u.county_code, 'not_substantiated', f.known_from
from county as u
cross join first_night as f
