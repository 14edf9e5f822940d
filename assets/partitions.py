"""One partition is one night: the business date `D` of the specification, a day in China."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg

TIMEZONE = "Asia/Shanghai"
FIRST_NIGHT = date(2015, 1, 1)
"""Before any delivery that a province still holds; earlier partitions would only be noise in the page."""


def nights(last: date | None = None) -> dg.DailyPartitionsDefinition:
    """Every night from FIRST_NIGHT to today, or to `last` where the caller knows better than the clock.

    `end_offset=1` makes the day that is not over yet a night too, so that an operator can run it before midnight.
    """
    if last is None:
        return dg.DailyPartitionsDefinition(FIRST_NIGHT.isoformat(), timezone=TIMEZONE, end_offset=1)
    end = (last + timedelta(days=1)).isoformat()
    return dg.DailyPartitionsDefinition(FIRST_NIGHT.isoformat(), end_date=end, timezone=TIMEZONE)


NIGHT_BEFORE = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
"""What the ledger of a night stands on. A night that was never run is no gap: the ledger goes on from its last one."""
