-- One row per child out of school whose latest national look-up is missing or too old, with its route (spec 3.5).
-- key: child_key
-- patched: child (child_id)
with
night as (select as_of from core.night),
child as (select * from status.child),
verdict as (select child_id, status from status.verdict),
lookup as (select person, found_elsewhere from status.latest_lookup),
day_fact as (select child_id from status.day_fact where lookup_holds)

select
    n.as_of,
    c.child_key,
    case
        when c.e_grade is not null or c.remembered then 'in_province'
        when l.found_elsewhere then 'other_province'
        else 'no_record'
    end as route,
    c.lookup_date as last_lookup_on
from child as c
cross join night as n
inner join verdict as v on c.child_id = v.child_id
left join lookup as l on c.person = l.person
left join day_fact as d on c.child_id = d.child_id
where v.status = 'out_of_school' and d.child_id is null
