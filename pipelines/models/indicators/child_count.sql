-- One row per home county, school, status and category at D, and whether of school age: how many children (spec 5.4, 5.7).
-- key: r_county, return_school, status, category, compulsory_age
-- r_county: of an active registry row, else null. compulsory_age: active, and of that age by the birth date of that row, which is the
-- child's but where the row has none or the child is remembered.
-- schooled_here: in school or suspected absent; schooled_elsewhere: in another province by look-up.
-- Children and their verdicts are brought together once for all who count them.
with
night as (select age_on from core.night),
policy as (select age_from, age_to from core.policy),
child as (select child_id, r_row_id, r_status, r_county, school_age from status.child),
verdict as (select child_id, status, category, return_school from status.verdict),
unborn as (select row_id from core.registry where birth_date is null),
remembered as (select child_id from matching.child where origin_rank is null),
-- Few rows may say another age than their child's.
row_age as (
    select c.child_id, completed_years(r.birth_date, n.age_on) as age
    from (
        select child_id, r_row_id from status.child where r_row_id in (select row_id from unborn)
        union
        select child_id, r_row_id from status.child where child_id in (select child_id from remembered)
    ) as c
    cross join night as n
    inner join core.registry as r on c.r_row_id = r.row_id
),

counted as (
    select
        case when c.r_status = '正常' then c.r_county end as r_county,
        v.return_school,
        v.status,
        v.category,
        coalesce(
            c.r_status = '正常' and case when a.child_id is null then c.school_age else a.age end between p.age_from and p.age_to, false
        ) as compulsory_age
    from child as c
    cross join policy as p
    inner join verdict as v on c.child_id = v.child_id
    left join row_age as a on c.child_id = a.child_id
)

select
    r_county,
    return_school,
    status,
    category,
    compulsory_age,
    count(*) as children,
    count(*) filter (where status in ('in_school', 'suspected_absent')) as schooled_here,
    count(*) filter (where status = 'enrolled_elsewhere') as schooled_elsewhere
from counted
group by r_county, return_school, status, category, compulsory_age
