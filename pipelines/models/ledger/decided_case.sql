-- One row per carried case after the nightly step (spec 4.2): the first rule that applies; the close wins over the verify.
-- key: case_uid
with
night as (select as_of from core.night),
policy as (select age_close_at from core.policy),
carried as (select * from ledger.carried_case),
judged as (
    select
        k.*,
        n.as_of,
        v.status,
        v.category as tonight,
        v.evidence_row_id,
        r.seen_on,
        f.latest_row_id,
        f.substantiated_row_id,
        case
            when k.state = 'closed' then null
            when k.merged then 'merged'
            when v.status in (
                'deceased', 'emigrated', 'graduated', 'enrolled_elsewhere', 'placed', 'deferred', 'suspended', 'aged_out', 'moved_away'
            ) then v.status
            when v.status = 'suspected_absent' and completed_years(c.birth_date, n.as_of) >= p.age_close_at then 'aged_out'
            when v.status = 'in_school' and k.state = 'suspected' then 'found_enrolled'
            when v.status = 'in_school' and r.confirmed then 'returned'
            when v.status = 'not_due' then 'not_due'
            when v.status in ('out_of_school', 'suspected_absent') and not f.latest_substantiated then 'not_substantiated'
        end as closing,
        case
            when k.state <> 'suspected' or v.status not in ('out_of_school', 'suspected_absent') then null
            when f.first_substantiated_on is not null then greatest(f.first_substantiated_on, k.opened_on)
            when v.status = 'out_of_school' and v.category = 'dropped_out' then n.as_of
        end as verifying_on,
        case when f.first_substantiated_on is not null then 'verification' else 'dropped_out' end as verify_reason
    from carried as k
    cross join night as n
    cross join policy as p
    left join status.child as c on k.child_id = c.child_id
    left join status.verdict as v on k.child_id = v.child_id
    left join ledger.confirmed_return as r on k.case_uid = r.case_uid
    left join ledger.case_verification as f on k.case_uid = f.case_uid
)

select
    case_uid,
    child_id,
    child_key,
    case_id,
    episode,
    rekeyed,
    closing,
    case when closing is null then verifying_on end as verifying_on,
    verify_reason,
    case when closing is not null then 'closed' when verifying_on is not null then 'verified' else state end as state,
    case
        when state = 'closed' or closing is not null then null
        when status is null then 'unseen'
        when status = 'in_school' then 'return_pending'
    end as sub_state,
    category,
    evidence_on,
    opened_on,
    dropped_on,
    case when closing is null and verifying_on is not null then verifying_on else verified_on end as verified_on,
    case when closing is not null then as_of else closed_on end as closed_on,
    coalesce(closing, close_reason) as close_reason,
    relapse,
    case when state <> 'closed' and closing is null then seen_on else return_seen_on end as return_seen_on,
    evidence_row_id,
    latest_row_id,
    substantiated_row_id,
    household_division,
    place_division,
    school_code,
    stage,
    poor,
    assisted,
    disabled,
    left_behind,
    migrant,
    sex,
    ethnicity
from judged
