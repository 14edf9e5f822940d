"""Ticks of the sensors that look at the landing folder: what they ask for, what they report, when they wait."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData
from dagster._core.test_utils import create_run_for_test

from assets.definitions import build_defs
from assets.delivered import delivered_key
from assets.partitions import NIGHTLY
from assets.resources import NightResource
from assets.sensors import ASSET_BACKFILL
from pipelines.publish.folder import new_folder, show

TODAY = date(2025, 9, 3)


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_defs()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dataclass
class Place:
    """A landing folder and a home, and ticks upon them."""

    defs: dg.Definitions
    instance: dg.DagsterInstance
    landing: Path
    home: Path

    @property
    def night(self) -> NightResource:
        return NightResource(landing=str(self.landing), home=str(self.home))

    def deliver(self, name: str, text: str = "x") -> None:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def publish(self, as_of: date) -> None:
        show(self.home, as_of, new_folder(self.home, as_of))

    def tick(self, cursor: str | None = None, sensor: str = "new_deliveries") -> SensorExecutionData:
        given = {"instance": self.instance, "cursor": cursor, "definitions": self.defs, "sensor_name": sensor}
        with dg.build_sensor_context(**given, resources={"night": self.night}) as context:
            return self.defs.resolve_sensor_def(sensor).evaluate_tick(context)

    def take(self, as_of: date, status: dg.DagsterRunStatus, job: str = NIGHTLY) -> None:
        """A run of a night as a step would have tagged it."""
        create_run_for_test(self.instance, job, status=status, tags=self.night.tags([as_of]))


@pytest.fixture
def place(defs: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("assets.sensors.today", lambda: TODAY)
    place = Place(defs, instance, tmp_path / "landing", tmp_path / "home")
    place.landing.mkdir()
    return place


def test_a_first_delivery_asks_for_its_night(place: Place) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    place.deliver("2025-09-02/学籍_990101.csv")
    (request,) = place.tick().run_requests
    assert request.partition_key == "2025-09-02"


def test_an_older_delivery_asks_for_the_newest_published_night(place: Place) -> None:
    place.publish(date(2025, 9, 2))
    place.deliver("2025-09-01/户籍_990101.csv")
    assert place.tick().run_requests[0].partition_key == "2025-09-02"


def test_every_change_has_a_run_key_of_its_own(place: Place) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    first = place.tick().run_requests[0].run_key
    assert place.tick().run_requests[0].run_key == first
    place.deliver("2025-09-01/户籍_990101.csv", "corrected")
    second = place.tick().run_requests[0].run_key
    place.deliver("2025-09-01/户籍_990102.csv")
    assert len({first, second, place.tick().run_requests[0].run_key}) == 3


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
@pytest.mark.parametrize("job", [NIGHTLY, ASSET_BACKFILL])
def test_it_waits_while_a_night_is_queued_or_running(place: Place, status: dg.DagsterRunStatus, job: str) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    create_run_for_test(place.instance, job, status=status)
    tick = place.tick()
    assert not tick.run_requests
    assert "queued or running" in str(tick.skip_message)
    # What came is told all the same.
    assert tick.asset_events


def test_a_report_that_is_being_written_is_no_reason_to_wait(place: Place) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    create_run_for_test(place.instance, "report_day", status=dg.DagsterRunStatus.STARTED)
    assert place.tick().run_requests


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE])
def test_what_a_finished_run_has_taken_is_not_asked_for_again(place: Place, status: dg.DagsterRunStatus) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    place.take(date(2025, 9, 1), status, ASSET_BACKFILL)
    assert "has been run with these" in str(place.tick().skip_message)
    place.deliver("2025-09-01/学籍_990101.csv")
    assert place.tick().run_requests[0].partition_key == "2025-09-01"


def test_an_older_night_that_took_the_same_files_is_not_the_newest(place: Place) -> None:
    place.publish(date(2025, 9, 2))
    place.deliver("2025-08-25/户籍_990101.csv")
    place.take(date(2025, 8, 31), dg.DagsterRunStatus.SUCCESS)
    assert place.tick().run_requests[0].partition_key == "2025-09-02"


def test_files_of_the_future_are_told_and_not_run(place: Place) -> None:
    place.deliver("2025-09-30/户籍_990101.csv")
    tick = place.tick()
    assert not tick.run_requests
    assert "1 file(s) are dated after today, the first 2025-09-30" in str(tick.skip_message)
    place.deliver("2025-09-03/户籍_990101.csv")
    assert place.tick().run_requests[0].partition_key == "2025-09-03"


@pytest.mark.parametrize("name", ["户籍_990101.csv.part", ".户籍_990101.csv", "readme.txt"])
def test_unfinished_and_unknown_files_are_no_delivery(place: Place, name: str) -> None:
    place.deliver(f"2025-09-01/{name}")
    tick = place.tick()
    assert not tick.run_requests
    assert not tick.asset_events


def test_a_landing_folder_out_of_reach_leaves_the_cursor(place: Place) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    cursor = place.tick().cursor
    shutil.rmtree(place.landing)
    tick = place.tick(cursor)
    assert f"The landing folder {place.landing} cannot be read" in str(tick.skip_message)
    assert tick.cursor in (None, cursor)


def test_a_file_that_vanishes_while_it_looks_is_no_fault(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr("assets.sensors.manifest", gone)
    assert "Stale file handle" in str(place.tick().skip_message)


def test_reviewers_have_a_sensor_of_their_own(place: Place) -> None:
    place.deliver("2025-09-01/户籍_990101.csv")
    assert not place.tick(sensor="reviewers_decisions").run_requests
    place.take(date(2025, 9, 1), dg.DagsterRunStatus.SUCCESS)
    place.deliver("2025-09-02/匹配裁定_990101.csv")
    (request,) = place.tick(sensor="reviewers_decisions").run_requests
    assert request.partition_key == "2025-09-02"
    place.take(date(2025, 9, 2), dg.DagsterRunStatus.SUCCESS)
    assert not place.tick(sensor="reviewers_decisions").run_requests
    # That night took the deliveries too.
    assert not place.tick().run_requests


def test_freshness_counts_newer_deliveries_and_not_corrections(place: Place) -> None:
    place.deliver("2025-09-02/户籍_990101.csv")
    place.deliver("2025-06-01/学籍_990101.csv")
    tick = place.tick()
    first = {event.asset_key: event for event in tick.asset_events}
    # A first look at what has lain there since June makes nothing fresh.
    assert isinstance(first[delivered_key("registry")], dg.AssetMaterialization)
    assert isinstance(first[delivered_key("enrolment")], dg.AssetObservation)
    assert first[delivered_key("registry")].metadata["newest"].value == "2025-09-02"
    assert not place.tick(tick.cursor).asset_events
    place.deliver("2025-09-02/户籍_990101.csv", "corrected")
    place.deliver("2025-09-01/学籍_990101.csv")
    place.deliver("2025-09-01/学籍_990102.csv")
    second = {event.asset_key: event for event in place.tick(tick.cursor).asset_events}
    assert isinstance(second[delivered_key("registry")], dg.AssetObservation)
    enrolment = second[delivered_key("enrolment")]
    assert isinstance(enrolment, dg.AssetMaterialization)
    assert (enrolment.metadata["files"].value, enrolment.metadata["files_of_newest"].value) == (3, 2)


def test_what_is_reported_is_fresh_and_grows_stale(place: Place) -> None:
    place.deliver("2025-09-02/户籍_990101.csv")
    for event in place.tick().asset_events:
        place.instance.report_runless_asset_event(event)
    node = place.defs.resolve_asset_graph().get(delivered_key("registry"))
    assert node.freshness_policy.fail_window.to_timedelta().days == 100
    assert place.instance.get_latest_materialization_event(delivered_key("registry")) is not None


@pytest.mark.parametrize("automatic", ["", "1"])
def test_everything_is_on_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch, automatic: str) -> None:
    monkeypatch.setenv("KONGCHUO_AUTOMATIC", automatic)
    defs = build_defs()
    states = {sensor.default_status.value for sensor in defs.sensors or ()}
    states |= {schedule.default_status.value for schedule in defs.schedules or ()}
    assert states == {"RUNNING" if automatic else "STOPPED"}
