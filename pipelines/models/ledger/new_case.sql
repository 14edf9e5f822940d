-- One row per case opened tonight (spec 4.2, no open case); the school's own 辍学 opens as verified.
-- key: case_uid
-- Place, stage and groups are fixed here (spec 4.1): registry division of an active row, else the school's township or county, else
-- the division of the extract that named the child: of its enrolment row the county of the file, of a listing the full code, of
-- a roll the school's place.
with
night as (select as_of from core.night),
policy as (select age_close_at, stages_primary_last from core.policy),
carried as (select child_id, state, close_reason from ledger.carried_case),
history as (
    select
        child_id,
        count(*) as episodes,
        bool_or(state <> 'closed') as has_open,
        bool_or(coalesce(close_reason in ('returned', 'placed'), false)) as came_back
    from carried
    group by child_id
),

enrolment as (select row_id, county_code from core.enrolment),
school as (select school_code, coalesce(township_code, county_code) as place_division from core.school),
-- Few children are out of school: of these alone it is asked who they are.
verdict as (
    select child_id, category, evidence_on, dropped_on, evidence_row_id
    from status.verdict
    where status in ('out_of_school', 'suspected_absent')
),

child as (select * from status.child where child_id in (select child_id from verdict)),
opening as (
    select c.*, v.category, v.evidence_on, v.dropped_on as exit_on, v.evidence_row_id, coalesce(h.episodes, 0) + 1 as episode, coalesce(h.came_back, false) as relapse
    from child as c
    cross join policy as p
    cross join night as n
    inner join verdict as v on c.child_id = v.child_id
    left join history as h on c.child_id = h.child_id
    left join ledger.standing_negative as s on c.child_id = s.child_id
    where completed_years(c.birth_date, n.as_of) < p.age_close_at
        and s.child_id is null
        and not coalesce(h.has_open, false)
)

select
    o.child_key || '-' || cast(o.episode as varchar) || '@' || cast(n.as_of as varchar) as case_uid,
    o.child_id,
    o.child_key,
    o.child_key || '-' || cast(o.episode as varchar) as case_id,
    o.episode,
    case when o.category = 'dropped_out' then 'verified' else 'suspected' end as state,
    o.category,
    o.evidence_on,
    n.as_of as opened_on,
    coalesce(o.exit_on, n.as_of) as dropped_on,
    case when o.category = 'dropped_out' then n.as_of end as verified_on,
    o.relapse,
    o.evidence_row_id,
    o.household_division,
    case
        when o.r_status = '正常' then o.household_division
        when o.school_code is not null and s.place_division is not null then s.place_division
        else coalesce(e.county_code, o.listing_division, l.place_division, o.listing_county, o.household_division)
    end as place_division,
    o.school_code,
    case when o.grade is null then 'none' when o.grade <= p.stages_primary_last then 'primary' else 'junior' end as stage,
    o.poor,
    o.assisted,
    o.disabled,
    o.left_behind,
    o.migrant,
    o.sex,
    o.ethnicity
from opening as o
cross join night as n
cross join policy as p
left join school as s on o.school_code = s.school_code
left join school as l on o.roll_school = l.school_code
left join enrolment as e on o.e_row_id = e.row_id
