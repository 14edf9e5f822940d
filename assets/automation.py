"""When: the job `nightly` and its schedule."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a schedule's function.
from datetime import timedelta

import dagster as dg

from assets.partitions import TIMEZONE

NIGHTLY = "nightly"


def automation() -> dg.Definitions:
    """The job, which is the whole night, and its schedule.

    In one process: two steps cannot hold one DuckDB file. At two in the morning, for the day that has just ended: its
    deliveries are complete, so the night needs no second run.
    """
    job = dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="One night: deliveries in, published tables out.",
    )

    @dg.schedule(name=NIGHTLY, job=job, cron_schedule="0 2 * * *", execution_timezone=TIMEZONE)
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
        return dg.RunRequest(run_key=night, partition_key=night)

    return dg.Definitions(jobs=[job], schedules=[nightly])
