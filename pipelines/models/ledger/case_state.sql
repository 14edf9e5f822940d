-- One row per case after the night, closed ones too (spec 4.1): what ledger.case_history keeps.
-- key: case_uid
select
    case_uid, child_id, child_key, case_id, episode, state, sub_state, category, evidence_on, opened_on, dropped_on, verified_on, closed_on, close_reason,
    relapse, return_seen_on, household_division, place_division, school_code, stage, poor, assisted, disabled, left_behind, migrant, sex,
    ethnicity
from ledger.decided_case
union all
select
    case_uid, child_id, child_key, case_id, episode, state, null, category, evidence_on, opened_on, dropped_on, verified_on, null, null,
    relapse, null, household_division, place_division, school_code, stage, poor, assisted, disabled, left_behind, migrant, sex,
    ethnicity
from ledger.new_case
