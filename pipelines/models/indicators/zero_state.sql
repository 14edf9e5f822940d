-- One row per unit, line and group that stands at zero after the night (spec 4.3): what ledger.zero_history keeps.
-- key: unit_code, line, group
select unit_code, line, group_name as "group", zeroed_since
from indicators.zeroing
where zeroed
