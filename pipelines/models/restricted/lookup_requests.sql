-- One row per child out of school whose latest national look-up is missing or too old, with its route (spec 3.5).
-- key: child_key
with
night as (select as_of from core.night),
policy as (select lookup_valid_days from core.policy),
child as (select * from status.child),
verdict as (select child_id, status from status.verdict),
found_elsewhere as (
    select a.person, max(l.lookup_date) as lookup_date
    from core.lookup as l
    inner join matching.attached as a on l.row_id = a.row_id
    where a.source = 'N' and l.lookup_result = '在读'
    group by a.person
)

select
    n.as_of,
    c.child_key,
    case
        when c.e_row_id is not null or c.remembered then 'in_province'
        when f.person is not null then 'other_province'
        else 'no_record'
    end as route,
    c.lookup_date as last_lookup_on
from child as c
cross join night as n
cross join policy as p
inner join verdict as v on c.child_id = v.child_id
left join found_elsewhere as f on c.person = f.person
where v.status = 'out_of_school' and (c.lookup_date is null or n.as_of - c.lookup_date > p.lookup_valid_days)
