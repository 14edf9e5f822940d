-- One row per county-level unit at zero tonight (spec 4.3), household line, all children; a suspected case within its time is no loss of zero.
-- key: as_of, unit_code
select as_of, unit_code, unit_level, unit_name, parent_code, zeroed_since, days_since_zero, suspected_open
from published.county_state
where zeroed
