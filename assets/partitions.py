"""One partition is one night: the business date `D` of the specification, a day in China."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import dagster as dg

NIGHTLY = "nightly"
"""The job that is the whole night, and its schedule."""

TIMEZONE = "Asia/Shanghai"

FIRST_NIGHT = date(2015, 1, 1)
"""Before any delivery that a province still holds."""

NIGHTS = dg.DailyPartitionsDefinition(FIRST_NIGHT.isoformat(), timezone=TIMEZONE, end_offset=1)
"""`end_offset=1` makes the day that is not over yet a night too, so that an operator can run it before midnight."""


def on_the_day(as_of: date) -> datetime:
    """A moment at which a night is the newest partition: who is told the night need not ask the clock for it."""
    return datetime.combine(as_of, time(12), ZoneInfo(TIMEZONE)).astimezone(UTC)
