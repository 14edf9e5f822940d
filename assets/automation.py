"""When: the jobs `nightly` and `tidy`, the reports of the cycles, and their schedules."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a schedule's function.
from datetime import timedelta

import dagster as dg

from assets.partitions import TIMEZONE
from assets.resources import NightResource

NIGHTLY = "nightly"
TIDY = "tidy"

REPORTING = {
    "day": "0 7 * * *",
    "week": "0 7 * * 1",
    "month": "0 7 1 * *",
    "quarter": "0 7 1 1,4,7,10 *",
    # Both terms are over by then, and the next has not begun: the newest night still lies in the term that ended.
    "term": "0 7 1 2,8 *",
    "year": "0 7 1 9 *",
    # When a term begins is each county's own; the job writes what has fallen due, on most days nothing.
    "term-start": "30 7 * * *",
}
"""When the reports of each cycle are written: on the morning after its period, of the night that was the last of it."""


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
    nights = dg.Definitions(jobs=[job, tidy], schedules=[nightly, weekly])
    return dg.Definitions.merge(nights, *(_reporting(cycle, cron) for cycle, cron in REPORTING.items()))


def _reporting(cycle: str, cron: str) -> dg.Definitions:
    """The job that writes the reports of a cycle from the newest published night, and its schedule.

    Run again it writes the same files anew. In the morning, when the night that began at two has long been published.
    """
    name = report_job(cycle)

    @dg.op(name=f"write_{name}", description=f"The reports of the {cycle} for every unit that makes one.")
    def write(context: dg.OpExecutionContext, night: NightResource) -> None:
        written = night.report(cycle)
        context.log.info("%d reports of the %s written", len(written), cycle)
        folders = sorted({str(path.parent) for path in written})
        context.add_output_metadata({"reports": len(written), "folders": folders})

    @dg.job(name=name, executor_def=dg.in_process_executor, description=f"Reports of the {cycle} (spec 1.1).")
    def reports() -> None:
        write()

    @dg.schedule(name=name, job=reports, cron_schedule=cron, execution_timezone=TIMEZONE)
    def when(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"{cycle}-{context.scheduled_execution_time.date().isoformat()}")

    return dg.Definitions(jobs=[reports], schedules=[when])


def report_job(cycle: str) -> str:
    """The name of the job and schedule of a cycle."""
    return f"report_{cycle.replace('-', '_')}"
