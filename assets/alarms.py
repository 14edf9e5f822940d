"""Who watches while everybody sleeps: sensors that make an alert of a failed run, a failed check, a missing night."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a sensor's function.
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from assets.alerts import Alert, FailedCheck, Kind, send
from assets.environment import HOME, optional_setting
from assets.failing import KIND
from assets.faults import ProgramFault
from assets.partitions import NIGHTLY, TIMEZONE
from assets.resources import NightResource
from assets.sensors import ASSET_BACKFILL
from pipelines.publish.folder import nights

MORNING = 6
"""The hour in China by which last night is published."""


def alarm_sensors(status: dg.DefaultSensorStatus) -> list[dg.SensorDefinition]:
    """After a failed run, after a run with failed checks, and in the morning."""

    @dg.run_failure_sensor(
        name="alert_failed_run",
        minimum_interval_seconds=60,
        default_status=status,
        description="A run failed or was blocked: one message, unless Dagster runs it again by itself.",
    )
    def alert_failed_run(context: dg.RunFailureSensorContext, night: NightResource) -> None:
        run = context.dagster_run
        if run.tags.get("dagster/will_retry") == "true":
            return
        reason, known = _reason(context)
        shown = tuple(check for check in failed_checks(context.instance, run.run_id) if check.blocking)
        kind: Kind = "blocked" if shown or known == "NightBlocked" else "failed"
        # What blocked a night of a range in a step that was not asked for is told by the sentence.
        _send(context, night, _alert(kind, run, "" if shown else reason, shown))

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="alert_failed_checks",
        minimum_interval_seconds=60,
        default_status=status,
        description="A night is published, and some of its checks did not pass: one message for the same ones a night.",
    )
    def alert_failed_checks(context: dg.RunStatusSensorContext, night: NightResource) -> None:
        run = context.dagster_run
        checks = failed_checks(context.instance, run.run_id)
        if checks:
            _send(context, night, _alert("checks", run, "", checks))

    @dg.sensor(
        name="alert_missing_night",
        minimum_interval_seconds=900,
        default_status=status,
        description="Last night is not published at six in the morning: one message a day.",
    )
    def alert_missing_night(
        context: dg.SensorEvaluationContext, night: NightResource
    ) -> dg.SensorResult | dg.SkipReason:
        home = optional_setting(night.home, HOME)
        if not home:
            return dg.SkipReason(f"{HOME} is not set.")
        due = night_due(datetime.now(ZoneInfo(TIMEZONE)))
        try:
            newest = max(nights(Path(home)), default=None)
        except OSError as error:
            return dg.SkipReason(f"The home folder cannot be read ({error.strerror}).")
        if due is None or (newest is not None and newest.isoformat() >= due):
            return dg.SkipReason(f"The newest published night is {newest}.")
        # The cursor remembers it too: a home that cannot be written must not ring every quarter of an hour.
        troubles = send(Alert("missed", due), Path(home)) if context.cursor != due else []
        reason = f"The night {due} is not published. {'; '.join(troubles)}".strip()
        return dg.SensorResult(skip_reason=reason, cursor=due)

    return [alert_failed_run, alert_failed_checks, alert_missing_night]


def night_due(now: datetime) -> str | None:
    """The night that must be published at this moment; None in the hours in which it may still be running."""
    return (now - timedelta(days=1)).date().isoformat() if now.hour >= MORNING else None


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> tuple[FailedCheck, ...]:
    """The checks of a run that did not pass, blocking ones first.

    Not those that only note work to be done (somebody would be woken by it every night), nor what an office accepts.
    """
    found = []
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation is None or evaluation.passed:
            continue
        values = {name: value.value for name, value in evaluation.metadata.items()}
        if values.get("severity") == "note" or "waiver" in values:
            continue
        count, action = values.get("count"), values.get("action")
        blocking = evaluation.severity == dg.AssetCheckSeverity.ERROR and bool(evaluation.blocking)
        table = ".".join(evaluation.asset_key.path)
        offending = count if isinstance(count, int) else 0
        found.append(FailedCheck(evaluation.check_name, table, offending, str(action or ""), blocking))
    return tuple(sorted(found, key=lambda check: (not check.blocking, check.table, check.check)))


def _reason(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """Why a run failed, in a sentence of ours or by the class of the error; and the class where it is ours."""
    for event in context.get_step_failure_events():
        data = event.step_failure_data
        own = data.user_failure_data
        if own is not None and KIND in own.metadata:
            return own.description or "", str(own.metadata[KIND].value)
        error = data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            # A masked fault names the class of what it stands for first.
            kind = error.message.split(": ")[1] if error.cls_name == ProgramFault.__name__ else error.cls_name
            return f"程序错误 {kind}，详见运行页面。", ""
    return "运行进程中断或超时，详见运行页面。", ""


def _alert(kind: Kind, run: dg.DagsterRun, reason: str, checks: tuple[FailedCheck, ...]) -> Alert:
    tags = run.tags
    night = tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_end") or ""
    job = NIGHTLY if run.job_name == ASSET_BACKFILL else run.job_name
    return Alert(kind, night, job, run.run_id, reason, checks)


def _send(context: dg.RunStatusSensorContext, night: NightResource, alert: Alert) -> None:
    """Send, and log what could not be sent: a sensor that fails would be asked again for ever."""
    home = optional_setting(night.home, HOME)
    troubles = send(alert, Path(home) if home else None)
    for trouble in troubles:
        context.log.warning("not sent by %s", trouble)
    if not home:
        context.log.warning("%s is not set: the alert is in no file", HOME)
