-- The cases that were open at the end of a date (spec 4.1, 4.2), as the ledger knows tonight: opened by then, not closed by then.
-- key: as_of, child_key, case_id
with
asked as (select cast(on_date as date) as night)

select
    a.night as as_of, c.child_key, c.case_id, c.episode, case when c.verified_on <= a.night then 'verified' else 'suspected' end as state,
    c.category, c.opened_on, c.verified_on, c.closed_on, c.close_reason, c.household_division, c.school_code, c.stage, c.poor
from restricted.cases as c
inner join asked as a on c.opened_on <= a.night and coalesce(c.closed_on > a.night, true)
