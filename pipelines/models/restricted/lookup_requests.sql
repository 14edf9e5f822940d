-- One row per child out of school whose latest national look-up is missing or too old, with its route (spec 3.5).
-- key: child_key
with
night as (select as_of from core.night),
policy as (select lookup_valid_days from core.policy),
child as (select * from status.child),
verdict as (select child_id, status from status.verdict),
lookup as (select person, found_elsewhere from status.latest_lookup)

select
    n.as_of,
    c.child_key,
    case
        when c.e_row_id is not null or c.remembered then 'in_province'
        when l.found_elsewhere then 'other_province'
        else 'no_record'
    end as route,
    c.lookup_date as last_lookup_on
from child as c
cross join night as n
cross join policy as p
inner join verdict as v on c.child_id = v.child_id
left join lookup as l on c.person = l.person
where v.status = 'out_of_school' and (c.lookup_date is null or n.as_of - c.lookup_date > p.lookup_valid_days)
