"""When: the jobs `nightly` and `tidy`, the reports of the cycles, their schedules, and the sensors that ask for nights.

Schedules and sensors are off until someone switches them on in the page, or all on where KONGCHUO_AUTOMATIC says so
when the definitions are built: on the machine that runs the nights, not on the desk of whoever looks at the sample.
"""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a schedule's function.
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.alarms import alarm_sensors
from assets.environment import automatic
from assets.failing import failing
from assets.layer import MAX_RUNTIME, MAX_SECONDS
from assets.partitions import NIGHTLY, TIMEZONE
from assets.resources import NightResource
from assets.sensors import decisions_sensor, deliveries_sensor

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


RETRY = {"dagster/retry_strategy": "ALL_STEPS"}
"""A run whose process died is run again whole: what its steps had worked out died with it."""

FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

KEEP_RUNS = 180
"""Days after which Dagster forgets a run and its log; what was published says more, and longer."""


def automation() -> dg.Definitions:
    """The job that is the whole night, the one that takes old published nights away, and what starts them.

    In one process: two steps cannot hold one DuckDB file. At two in the morning, for the day that has just ended: its
    deliveries are complete, so the night needs no second run.
    """
    on = automatic()
    schedules = dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED
    sensors = dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED
    job = dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        run_tags={MAX_RUNTIME: str(MAX_SECONDS), **RETRY},
        description="One night: deliveries in, published tables out. A range of nights: one after the other.",
    )

    @dg.schedule(
        name=NIGHTLY, job=job, cron_schedule="0 2 * * *", execution_timezone=TIMEZONE, default_status=schedules
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
        return dg.RunRequest(run_key=night, partition_key=night)

    @dg.op(description="Published nights beyond delivery.keep_nights; the last of each month stays.")
    def take_old_nights_away(context: dg.OpExecutionContext, night: NightResource) -> None:
        with failing(context, night):
            gone = night.tidy()
        context.log.info("%d published nights taken away", len(gone))
        context.add_output_metadata({"nights": [str(day) for day in gone]})

    @dg.op(description=f"Finished runs older than {KEEP_RUNS} days leave Dagster's own storage.")
    def forget_old_runs(context: dg.OpExecutionContext) -> None:
        before = datetime.now(UTC) - timedelta(days=KEEP_RUNS)
        finished = dg.RunsFilter(statuses=FINISHED, created_before=before)
        gone = [run.run_id for run in context.instance.get_runs(finished)]
        for run_id in gone:
            context.instance.delete_run(run_id)
        context.log.info("%d runs forgotten", len(gone))

    @dg.job(name=TIDY, executor_def=dg.in_process_executor, description="What keep_nights no longer keeps goes.")
    def tidy() -> None:
        take_old_nights_away()
        forget_old_runs()

    # Never within a night's run: whoever replays a year wants to look at every night of it first.
    weekly = dg.ScheduleDefinition(
        name=TIDY, job=tidy, cron_schedule="0 6 * * 0", execution_timezone=TIMEZONE, default_status=schedules
    )
    looking = [deliveries_sensor(sensors), decisions_sensor(sensors), *alarm_sensors(sensors)]
    nights = dg.Definitions(jobs=[job, tidy], schedules=[nightly, weekly], sensors=looking)
    return dg.Definitions.merge(nights, *(_reporting(cycle, cron, schedules) for cycle, cron in REPORTING.items()))


def _reporting(cycle: str, cron: str, status: dg.DefaultScheduleStatus) -> dg.Definitions:
    """The job that writes the reports of a cycle from the newest published night, and its schedule.

    Run again it writes the same files anew. In the morning, when the night that began at two has long been published.
    """
    name = report_job(cycle)

    @dg.op(name=f"write_{name}", description=f"The reports of the {cycle} for every unit that makes one.")
    def write(context: dg.OpExecutionContext, night: NightResource) -> None:
        with failing(context, night):
            written = night.report(cycle)
        context.log.info("%d reports of the %s written", len(written), cycle)
        folders = sorted({str(path.parent) for path in written})
        context.add_output_metadata({"reports": len(written), "folders": folders})

    @dg.job(name=name, executor_def=dg.in_process_executor, description=f"Reports of the {cycle} (spec 1.1).")
    def reports() -> None:
        write()

    @dg.schedule(name=name, job=reports, cron_schedule=cron, execution_timezone=TIMEZONE, default_status=status)
    def when(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"{cycle}-{context.scheduled_execution_time.date().isoformat()}")

    return dg.Definitions(jobs=[reports], schedules=[when])


def report_job(cycle: str) -> str:
    """The name of the job and schedule of a cycle."""
    return f"report_{cycle.replace('-', '_')}"
