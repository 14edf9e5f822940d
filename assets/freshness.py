"""How old is too old, as Dagster's page shows it: of deliveries by the policy, of the published night by the clock.

By county and without a clock the check `source_<kind>` says the same of every night; this is for whoever looks today.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from assets.environment import POLICY, optional_setting
from assets.partitions import TIMEZONE
from pipelines.errors import KongchuoError
from pipelines.settings import load_policy

DEADLINE = "0 6 * * *"
"""By then last night is published."""

BEGINS = timedelta(hours=4)
"""From the schedule to the deadline: what was published before is not last night's."""

SHOWN = "published.zeroing"
"""The table that stands for the whole published night."""


def published_policy() -> dg.FreshnessPolicy:
    """Every morning by the deadline something was published since the schedule began."""
    return dg.FreshnessPolicy.cron(deadline_cron=DEADLINE, lower_bound_delta=BEGINS, timezone=TIMEZONE)


def delivery_policies() -> tuple[dict[str, dg.FreshnessPolicy], str]:
    """Kind → after how many days without a newer delivery it is stale, and what is wrong with the policy file.

    Asked when definitions are built. A file that cannot be used must not take the whole page away, which is where one
    would look for the reason: the defaults hold then, the log and every delivered asset say why. The night refuses it.
    """
    path = optional_setting("", POLICY)
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    complaint = ""
    try:
        policy = load_policy(Path(path) if path else None, today)
    except KongchuoError as error:
        complaint = f"{error} Freshness is judged by the default policy until then."
        logging.getLogger("kongchuo").warning("%s", complaint)
        policy = load_policy(None, today)
    windows = {kind: timedelta(days=days) for kind, days in policy["freshness"].items() if days > 0}
    return {kind: dg.FreshnessPolicy.time_window(fail_window=window) for kind, window in windows.items()}, complaint
