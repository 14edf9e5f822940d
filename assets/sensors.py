"""When deliveries come by day: the sensors that look at the landing folder and ask for a night.

They ask for at most one run at a time. While one is queued or running they wait; the next tick sees what has come
meanwhile as a whole. What a run has taken stands in its tags, whoever started it.
"""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a sensor's function.
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from assets.delivered import delivered_key
from assets.environment import HOME, LANDING, setting
from assets.manifest import DECISIONS, DELIVERIES, NIGHT, fingerprint, manifest
from assets.partitions import FIRST_NIGHT, NIGHTLY, TIMEZONE
from assets.resources import NightResource
from pipelines.errors import KongchuoError
from pipelines.landing.scan import LandedFile
from pipelines.publish.folder import nights
from schemas.sources import BY_LABEL, SOURCES

ASSET_BACKFILL = "__ASSET_JOB"
"""What Dagster calls the runs of a backfill of assets."""

UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def deliveries_sensor(status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """Every kind but the reviewers' decisions: a new file asks for a night, and each kind is told to be fresh."""

    @dg.sensor(
        name="new_deliveries",
        job_name=NIGHTLY,
        minimum_interval_seconds=300,
        default_status=status,
        description="New, changed or corrected files of the agencies: the newest night once more, with them.",
    )
    def new_deliveries(context: dg.SensorEvaluationContext, night: NightResource) -> dg.SensorResult | dg.SkipReason:
        return _tick(context, night, DELIVERIES)

    return new_deliveries


def decisions_sensor(status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """The reviewers' decisions: people who have just decided want to see it, so it looks more often."""

    @dg.sensor(
        name="reviewers_decisions",
        job_name=NIGHTLY,
        minimum_interval_seconds=60,
        default_status=status,
        description="New decisions of the reviewers (匹配裁定): the newest night once more, with them.",
    )
    def reviewers_decisions(
        context: dg.SensorEvaluationContext, night: NightResource
    ) -> dg.SensorResult | dg.SkipReason:
        return _tick(context, night, DECISIONS)

    return reviewers_decisions


def today() -> date:
    """The day in China."""
    return datetime.now(ZoneInfo(TIMEZONE)).date()


def _tick(context: dg.SensorEvaluationContext, night: NightResource, tag: str) -> dg.SensorResult | dg.SkipReason:
    """What one look at the landing folder leads to."""
    now = today()
    try:
        found = manifest(Path(setting(night.landing, LANDING)), now)
        published = [shown for shown in nights(Path(setting(night.home, HOME))) if shown <= now]
    except (KongchuoError, OSError) as error:
        # The cursor stays as it is: what comes meanwhile is news when the folder is back.
        text = str(error) if isinstance(error, KongchuoError) else f"The landing folder cannot be read ({error})."
        return dg.SkipReason(text)
    files = found.decided if tag == DECISIONS else found.files
    events, cursor = _news(files, _remembered(context.cursor), now)
    later = _of_later(found.later)
    if not files:
        return dg.SensorResult(skip_reason=f"Nothing is delivered here up to {now}.{later}", cursor=cursor)
    as_of = max([*published, *(file.delivered_on for file in (*found.files, *found.decided))])
    request = {NIGHT: as_of.isoformat(), tag: fingerprint(files)}
    reason = _why_not(context.instance, as_of, request)
    if reason:
        return dg.SensorResult(skip_reason=f"{reason}{later}", cursor=cursor, asset_events=events)
    if later:
        context.log.info(later.strip())
    run = dg.RunRequest(run_key=f"{as_of}/{request[tag]}", partition_key=as_of.isoformat())
    return dg.SensorResult(run_requests=[run], cursor=cursor, asset_events=events)


def _why_not(instance: dg.DagsterInstance, as_of: date, request: Mapping[str, str]) -> str:
    """Why no run is asked for; empty where one is."""
    if as_of < FIRST_NIGHT:
        return f"The newest delivery is dated {as_of}, before the first night that can be run ({FIRST_NIGHT})."
    if any(run.job_name in (NIGHTLY, ASSET_BACKFILL) for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))):
        return "A night is queued or running; the next look takes what has come until then."
    if instance.get_runs(dg.RunsFilter(tags=dict(request)), limit=1):
        return f"The night {as_of} has been run with these deliveries."
    return ""


def _news(
    files: Sequence[LandedFile], before: Mapping[str, Mapping[str, str]], now: date
) -> tuple[list[dg.AssetMaterialization | dg.AssetObservation], str]:
    """What is new of each kind, as events of `delivered/<kind>`, and the cursor that remembers it.

    Freshness counts from a materialization: that is a newer delivery. A correction of an older one is an observation.
    The first look at a landing folder that has been filled for long makes nothing fresh that is old.
    """
    events: list[dg.AssetMaterialization | dg.AssetObservation] = []
    state: dict[str, dict[str, str]] = {}
    for source in SOURCES:
        own = [file for file in files if BY_LABEL[file.kind] is source]
        if not own:
            continue
        newest = max(file.delivered_on for file in own)
        state[source.name] = {"newest": newest.isoformat(), "files": fingerprint(own)}
        known = before.get(source.name, {})
        if known == state[source.name]:
            continue
        metadata: dict[str, dg.MetadataValue[Any]] = {
            "newest": dg.MetadataValue.text(newest.isoformat()),
            "files": dg.MetadataValue.int(len(own)),
            "files_of_newest": dg.MetadataValue.int(sum(file.delivered_on == newest for file in own)),
        }
        is_newer = newest.isoformat() > known.get("newest", "") and (bool(known) or (now - newest).days <= 1)
        event = dg.AssetMaterialization if is_newer else dg.AssetObservation
        events.append(event(delivered_key(source.name), metadata=metadata))
    return events, json.dumps(state)


def _remembered(cursor: str | None) -> dict[str, dict[str, str]]:
    """The cursor; nothing where it is of another version."""
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _of_later(later: Sequence[LandedFile]) -> str:
    """Files that wait for their day, or whose folder has a wrong date."""
    if not later:
        return ""
    first = min(file.delivered_on for file in later)
    return f" {len(later)} file(s) are dated after today, the first {first}: they wait for that night."
