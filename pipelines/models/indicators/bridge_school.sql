-- One row per place and term of the school side of the count bridge (spec 5.7): enrolment rows 在读 in grades 1-9, and whose they are.
-- key: place_code, step, reason
-- place_code: the county of the school, else the file's code. step total is counted from the enrolment rows themselves; matched and
-- no_registry from the children of tonight, by their primary row; duplicates and rows of persons outside the universe by row.
with
enrolment as (select row_id, county_code as place_code from core.enrolment where enrolment_status = '在读' and grade <= 9),
child as (select e_row_id, match_tier from status.child where e_row_id is not null),
linked as (select row_id, person, is_primary from matching.enrolment_person),
outside as (select person, reason from indicators.outside_person),
beside as (
    select e.place_code, o.person is null as inside, o.reason, count(*) as children
    from enrolment as e
    inner join linked as l on e.row_id = l.row_id
    left join outside as o on l.person = o.person
    where o.person is not null or not l.is_primary
    group by e.place_code, o.person is null, o.reason
)

select place_code, 'total' as step, cast(null as varchar) as reason, count(*) as children
from enrolment
group by place_code
union all
select e.place_code, case when c.match_tier is null then 'no_registry' else 'matched' end, c.match_tier, count(*)
from enrolment as e
inner join child as c on e.row_id = c.e_row_id
group by e.place_code, c.match_tier
union all
select place_code, case when inside then 'duplicate' else 'outside' end, reason, children
from beside
where inside or reason is not null
