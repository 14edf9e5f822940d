-- One row per place and term of the registry side of the count bridge (spec 5.7): active registry children of school age, and what
-- became of them.
-- key: place_code, step, reason
-- place_code: the county of the registry row, else its file's code. step total is counted from the registry's own rows, the terms
-- from the children of tonight: nobody can be lost on the way without a difference. Age here is that of the registry row.
with
night as (select age_on from core.night),
policy as (select age_from, age_to from core.policy),
registry as (
    select r.row_id, r.county_code as place_code
    from core.registry as r
    cross join night as n
    cross join policy as p
    where r.registry_status = '正常' and completed_years(r.birth_date, n.age_on) between p.age_from and p.age_to
),

-- Nearly every row is its person's only one, and nearly every person a child: rows are counted, the few others taken out or named.
beside as (select row_id from matching.registry_person where not is_primary),
outside as (
    select p.row_id, o.reason
    from indicators.outside_person as o
    inner join matching.registry_person as p on o.person = p.person
    where p.is_primary and o.reason is not null
),

listed as (
    select r.place_code, o.reason, count(*) as children
    from registry as r
    left join outside as o on r.row_id = o.row_id
    where r.row_id not in (select row_id from beside)
    group by r.place_code, o.reason
),

judged as (
    select r_county as place_code, status, category, sum(children) as children
    from indicators.child_count
    where compulsory_age
    group by r_county, status, category
)

select place_code, 'total' as step, cast(null as varchar) as reason, cast(sum(children) as bigint) as children
from listed
group by place_code
union all
select place_code, status, category, cast(children as bigint)
from judged
union all
select place_code, 'outside', reason, children
from listed
where reason is not null
