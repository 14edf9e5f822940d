"""When: the jobs `nightly` and `tidy` and their schedules."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a schedule's function.
from datetime import timedelta

import dagster as dg

from assets.partitions import TIMEZONE
from assets.resources import NightResource

NIGHTLY = "nightly"
TIDY = "tidy"


def automation() -> dg.Definitions:
    """The job that is the whole night, the one that takes old published nights away, and their schedules.

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

    @dg.op(description="Published nights beyond delivery.keep_nights; the last of each month stays.")
    def take_old_nights_away(context: dg.OpExecutionContext, night: NightResource) -> None:
        gone = night.tidy()
        context.log.info("%d published nights taken away", len(gone))
        context.add_output_metadata({"nights": [str(day) for day in gone]})

    @dg.job(name=TIDY, executor_def=dg.in_process_executor, description="What keep_nights no longer keeps goes.")
    def tidy() -> None:
        take_old_nights_away()

    # Never within a night's run: whoever replays a year wants to look at every night of it first.
    weekly = dg.ScheduleDefinition(name=TIDY, job=tidy, cron_schedule="0 6 * * 0", execution_timezone=TIMEZONE)
    return dg.Definitions(jobs=[job, tidy], schedules=[nightly, weekly])
