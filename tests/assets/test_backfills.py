"""Backfills as Dagster's daemon runs them: a range of nights is one run, in order, and leaves what `replay` leaves."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import create_test_daemon_workspace_context, instance_for_test
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster_graphql.implementation.utils import assert_valid_asset_partition_backfill

from assets.alerts import FILE
from assets.definitions import build_defs
from assets.metadata import asset_key
from assets.partitions import NIGHTLY
from assets.resources import NightResource
from pipelines.night import STEPS, run_night
from pipelines.publish.folder import nights
from quality import invariants
from quality.outcome import Outcome
from tests.assets.published_tables import as_csv
from tests.conftest import Sample

pytestmark = [pytest.mark.full, pytest.mark.usefixtures("databases_only")]

RANGE = (date(2025, 8, 31), date(2025, 9, 1), date(2025, 9, 2))
KEYS = [night.isoformat() for night in RANGE]
TABLES = [asset_key(table) for step in STEPS for table in step.tables()]
SOME = [asset_key("published.zeroing"), asset_key("ledger.run")]


@pytest.fixture(scope="module")
def expected(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> dict[date, dict[str, bytes]]:
    home, work = tmp_path_factory.mktemp("straight"), tmp_path_factory.mktemp("csv")
    for night in RANGE:
        run_night(night, sample.landing, home, sample.policy, sample.secret)
    return {night: as_csv(home, night, work) for night in RANGE}


@pytest.fixture
def home(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"LANDING": sample.landing, "HOME": tmp_path / "home", "POLICY": sample.policy}.items():
        monkeypatch.setenv(f"KONGCHUO_{name}", str(value))
    monkeypatch.setenv("KONGCHUO_SECRET", sample.secret.decode())
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def held_against_suites(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The nights that were held against their suites, which take their time and are tested elsewhere."""
    found: list[date] = []

    def expect(_: Path, as_of: date, *__: Path | None) -> list[Outcome]:
        found.append(as_of)
        return []

    monkeypatch.setattr("pipelines.publish.expectations.step.expect_night", expect)
    return found


@contextmanager
def daemon() -> Iterator[WorkspaceProcessContext]:
    """An instance whose runs are run at once, in this process, and the workspace that the backfill daemon is given."""
    module = "dagster._core.launcher.sync_in_memory_run_launcher"
    launcher = {"run_launcher": {"module": module, "class": "SyncInMemoryRunLauncher"}}
    queue = {"run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"}}
    origin = LoadableTargetOrigin(module_name="assets.definitions", attribute="defs")
    target = InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(origin, location_name="kongchuo"))
    with (
        instance_for_test(overrides={**launcher, **queue}) as instance,
        create_test_daemon_workspace_context(target, instance) as workspace,
    ):
        yield workspace


def of_assets(workspace: WorkspaceProcessContext, assets: list[dg.AssetKey]) -> PartitionBackfill:
    """What the page asks for when somebody picks assets and a range of partitions."""
    context = workspace.create_request_context()
    backfill = PartitionBackfill.from_asset_partitions(
        backfill_id="assets",
        asset_graph=context.asset_graph,
        partition_names=KEYS,
        asset_selection=assets,
        backfill_timestamp=time.time(),
        tags={},
        dynamic_partitions_store=workspace.instance,
        all_partitions=False,
        title=None,
        description=None,
        run_config=None,
    )
    # The page asks this before it launches anything.
    assert_valid_asset_partition_backfill(SimpleNamespace(context=context), backfill, datetime.now(UTC))
    return backfill


def of_job(workspace: WorkspaceProcessContext) -> PartitionBackfill:
    """What it asks for on the page of the job."""
    location = workspace.create_request_context().get_code_location("kongchuo")
    repository = next(iter(location.get_repositories().values()))
    partition_set = repository.get_partition_set(f"{NIGHTLY}_partition_set")
    return PartitionBackfill(
        backfill_id="job",
        partition_set_origin=partition_set.get_remote_origin(),
        status=BulkActionStatus.REQUESTED,
        partition_names=KEYS,
        from_failure=False,
        reexecution_steps=None,
        tags={},
        backfill_timestamp=time.time(),
    )


def run_backfill(workspace: WorkspaceProcessContext, backfill: PartitionBackfill) -> list[dg.DagsterRun]:
    """Iterations of the daemon until the backfill has ended; its runs in the order in which they were made."""
    instance = workspace.instance
    instance.add_backfill(backfill)
    for _ in range(20):
        assert not [error for error in execute_backfill_iteration(workspace, logging.getLogger("backfill")) if error]
        if instance.get_backfill(backfill.backfill_id).status not in (BulkActionStatus.REQUESTED,):
            break
    return list(reversed(instance.get_runs()))


@pytest.mark.parametrize("which", ["all assets", "a part of the assets", "job"])
def test_a_range_is_one_run_of_nights_in_order(
    home: Path,
    tmp_path: Path,
    expected: dict[date, dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    held_against_suites: list[date],
    which: str,
) -> None:
    order: list[date] = []
    monkeypatch.setattr("assets.resources.open_night", _noting(order))
    with daemon() as workspace:
        assets = TABLES if which == "all assets" else SOME
        backfill = of_job(workspace) if which == "job" else of_assets(workspace, assets)
        (run,) = run_backfill(workspace, backfill)
        instance = workspace.instance
        assert run.status == dg.DagsterRunStatus.SUCCESS
        ended = instance.get_backfill(backfill.backfill_id)
        assert ended.status == BulkActionStatus.COMPLETED_SUCCESS
        assert (run.tags["kongchuo/night"], run.tags["dagster/max_runtime"]) == (KEYS[-1], str(3 * 3 * 3600))
        made = instance.get_materialized_partitions(asset_key("published.zeroing"))
        rows = _rows(instance, "published.zeroing")
    assert made == set(KEYS)
    assert order == list(RANGE)
    assert held_against_suites == [RANGE[-1]]  # as with `kongchuo replay --suites`
    assert {night: as_csv(home, night, tmp_path) for night in RANGE} == expected
    # Each night has its own number of rows.
    assert {night: rows[night] for night in KEYS} == {
        night.isoformat(): tables["published.zeroing"].count(b"\n") - 1 for night, tables in expected.items()
    }


@pytest.mark.parametrize("stands", [1, 2], ids=["in the middle", "at the end"])
def test_a_range_ends_with_the_first_night_that_is_blocked(
    home: Path, monkeypatch: pytest.MonkeyPatch, stands: int
) -> None:
    day = KEYS[stands]
    offenders = f"select 'a-unit' as key from (select max(as_of) as day from published.zeroing) where day = '{day}'"
    broken = replace(invariants.INVARIANTS[0], offenders=offenders)
    monkeypatch.setattr(invariants, "INVARIANTS", (broken, *invariants.INVARIANTS[1:]))
    with daemon() as workspace:
        (run,) = run_backfill(workspace, of_assets(workspace, TABLES))
        assert run.status == dg.DagsterRunStatus.FAILURE
        instance = workspace.instance
        assert instance.get_backfill("assets").status == BulkActionStatus.COMPLETED_FAILED
        # What was published before is told, what was not is not.
        for table in ("published.zeroing", "ledger.run"):
            assert instance.get_materialized_partitions(asset_key(table)) == set(KEYS[:stands])
        alert(instance, run)
    assert nights(home) == list(RANGE[:stands])
    (line,) = (home / FILE).read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert said["kind"] == "blocked"
    for word in (f"invariant_{broken.name}", broken.action, day):
        assert word in said["text"]
    assert "a-unit" not in line


def alert(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """One look of the sensor at a run that has failed."""
    (entry,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    resources = {"night": NightResource()}
    name = "alert_failed_run"
    context = dg.build_run_status_sensor_context(name, entry.dagster_event, instance, run, resources=resources)
    with context.for_run_failure() as failed:
        build_defs().resolve_sensor_def(name)(failed)


def _noting(order: list[date]):
    from pipelines.night import open_night

    def noting(as_of: date, *arguments: object, **named: object):
        order.append(as_of)
        return open_night(as_of, *arguments, **named)

    return noting


def _rows(instance: dg.DagsterInstance, table: str) -> dict[str, int]:
    """Partition → number of rows that its newest materialization tells."""
    records = instance.fetch_materializations(asset_key(table), limit=100).records
    found = {r.partition_key: r.asset_materialization.metadata["dagster/row_count"].value for r in reversed(records)}
    return {str(key): rows for key, rows in found.items()}
