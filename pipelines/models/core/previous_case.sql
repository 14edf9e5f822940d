-- One row per case as it stood after the night before (spec 4), see ledger.case_history.
-- key: case_id
-- materialized: view
select h.* exclude (from_night, to_night, from_run, to_run)
from ledger.case_history as h
cross join core.night as n
where h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
