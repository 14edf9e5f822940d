-- One row per child remembered after the night before (spec 3.3, memory), see ledger.memory_history.
-- key: child_id
-- materialized: view
select h.* exclude (from_night, to_night, from_run, to_run)
from ledger.memory_history as h
cross join core.night as n
where h.to_run is null and h.from_night <= n.previous_night and (h.to_night is null or h.to_night > n.previous_night)
