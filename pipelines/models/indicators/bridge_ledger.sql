-- One row per place and term of the ledger side of the count bridge (spec 5.7): children out of school or suspected absent tonight, and
-- which case, or which rule without one, answers for each.
-- key: place_code, step, reason
-- place_code: of a child with an open case or one closed tonight the case's county, which is fixed at opening; of another child the
-- county where its case would count. total is counted from the verdicts, open and kept from the cases. A child without an
-- open case stands in the first of closed, over_age, held that holds. kept is taken off.
with
night as (select as_of from core.night),
policy as (select age_close_at from core.policy),
school as (select school_code, county_code from core.school),
verdict as (select child_id, status from status.verdict),
placed as (
    select
        k.case_uid, k.child_id, k.state, k.close_reason, k.closed_on,
        coalesce(p.county_code, p.prefecture_code, p.province_code, k.place_division, '') as place_code
    from ledger.case_state as k
    inner join ledger.case_place as p on k.case_uid = p.case_uid
),

open_case as (select * from placed where state <> 'closed'),
open_child as (select child_id, min(place_code) as place_code from open_case group by child_id),
closed_child as (
    select k.child_id, max_by(k.place_code, k.case_uid) as place_code, max_by(k.close_reason, k.case_uid) as close_reason
    from placed as k
    inner join night as n on k.closed_on = n.as_of
    where k.state = 'closed' and k.child_id not in (select child_id from open_child)
    group by k.child_id
),

-- Of the large tables only what the children out of school need.
wanted_verdict as (select child_id from verdict where status in ('out_of_school', 'suspected_absent')),
wanted_child as (
    select child_id, birth_date, r_status, r_county, school_code, roll_school, e_row_id, listing_division, listing_county
    from status.child
    where child_id in (select child_id from wanted_verdict)
),

wanted_row as (
    select row_id, county_code from core.enrolment where row_id in (select e_row_id from wanted_child where e_row_id is not null)
),

wanted as (
    select
        c.child_id, completed_years(c.birth_date, n.as_of) >= p.age_close_at as over_age, o.child_id is not null as has_open, l.close_reason,
        coalesce(
            o.place_code, l.place_code, case when c.r_status = '正常' then c.r_county end, s.county_code, e.county_code, c.listing_division, t.county_code,
            c.listing_county, c.r_county, ''
        ) as place_code
    from wanted_child as c
    cross join policy as p
    cross join night as n
    left join open_child as o on c.child_id = o.child_id
    left join closed_child as l on c.child_id = l.child_id
    left join school as s on c.school_code = s.school_code
    left join school as t on c.roll_school = t.school_code
    left join wanted_row as e on c.e_row_id = e.row_id
),

without as (
    select
        w.place_code,
        case when w.close_reason is not null then 'closed' when w.over_age then 'over_age' else 'held' end as step,
        w.close_reason as reason
    from wanted as w
    left join ledger.standing_negative as s on w.child_id = s.child_id
    where not w.has_open and (w.close_reason is not null or w.over_age or s.child_id is not null)
),

kept as (
    select
        k.place_code,
        case v.status when 'in_school' then 'return_pending' when 'transfer_pending' then 'transfer_pending' when 'undetermined' then 'undetermined' end as reason
    from open_case as k
    inner join verdict as v on k.child_id = v.child_id
    where v.status in ('in_school', 'transfer_pending', 'undetermined')
    union all
    select k.place_code, 'unseen'
    from open_case as k
    left join verdict as v on k.child_id = v.child_id
    where v.child_id is null
)

select place_code, 'total' as step, cast(null as varchar) as reason, count(*) as children
from wanted
group by place_code
union all
select place_code, 'open', state, count(*)
from open_case
group by place_code, state
union all
select place_code, 'kept', reason, count(*)
from kept
group by place_code, reason
union all
select place_code, step, reason, count(*)
from without
group by place_code, step, reason
