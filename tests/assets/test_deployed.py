"""An installation as docs/deploy.md makes it: code server, daemon and page on PostgreSQL, and a night by itself.

Long, and only where PostgreSQL and the extra `postgres` are installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipelines.night import STEPS
from tests.conftest import ROOT, Sample
from tests.support.postgres import Server, free_port, postgres, programs

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(programs() is None, reason="PostgreSQL (initdb) is not installed"),
    pytest.mark.skipif(
        importlib.util.find_spec("dagster_postgres") is None, reason="dagster-postgres (extra `postgres`) is missing"
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

PATIENCE = 600  # seconds: daemons look every half minute, on machines that do other things too


@dataclass
class Deployed:
    """The three services, the folders, and questions to the page."""

    folder: Path
    landing: Path
    home: Path
    policy: Path
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def ask(self, query: str, **variables: object) -> Any:
        ended = [process.args for process in self.processes if process.poll() is not None]
        if ended:
            raise RuntimeError(f"no longer running: {ended}")
        body = json.dumps({"query": query, "variables": variables}).encode()
        address = f"http://127.0.0.1:{self.port}/graphql"
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)
        assert "errors" not in said, said
        return said["data"]

    def runs(self) -> list[dict[str, Any]]:
        """Runs, the newest first."""
        query = "{ runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"
        found: list[dict[str, Any]] = self.ask(query)["runsOrError"]["results"]
        return found

    def launch(self, night: str) -> str:
        """A night asked for on the page."""
        query = """mutation ($selector: JobOrPipelineSelector!, $tags: [ExecutionTag!]) {
          launchRun(executionParams: {selector: $selector, runConfigData: {}, mode: "default",
                                      executionMetadata: {tags: $tags}}) {
            __typename ... on LaunchRunSuccess { run { runId } } } }"""
        tags = [{"key": "dagster/partition", "value": night}]
        found = self.ask(query, selector={**REPOSITORY, "pipelineName": "nightly"}, tags=tags)["launchRun"]
        assert found["__typename"] == "LaunchRunSuccess", found
        return str(found["run"]["runId"])

    def alerts(self) -> list[dict[str, Any]]:
        file = self.home / "alerts.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


REPOSITORY = {"repositoryLocationName": "kongchuo", "repositoryName": "__repository__"}


def wait_for(what: str, answer: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first answer that is something; what is not there yet may fail."""
    end, last = time.monotonic() + patience, ""
    while time.monotonic() < end:
        try:
            found = answer()
            if found:
                return found
        except (OSError, AssertionError, KeyError) as error:
            last = repr(error)[:500]
        time.sleep(1)
    raise AssertionError(f"waited {patience} s for {what}; {last}")


@pytest.fixture(scope="module")
def deployed(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    with postgres(folder / "postgres") as server:
        deployed = Deployed(folder, folder / "landing", folder / "home", folder / "policy.toml", free_port())
        shutil.copytree(sample.landing / "2025-08-25", deployed.landing / "2025-08-25")
        shutil.copy(sample.policy, deployed.policy)
        try:
            start(deployed, server, sample)
            yield deployed
        finally:
            for process in reversed(deployed.processes):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
            for process in deployed.processes:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


def start(deployed: Deployed, server: Server, sample: Sample) -> None:
    """The steps of docs/deploy.md, in folders of the test."""
    folder, programs = deployed.folder, Path(sys.executable).parent
    dagster_home = folder / "dagster"
    dagster_home.mkdir()
    # As it is, but for retention of ticks: nothing is left out.
    instance = [(ROOT / name).read_text(encoding="utf-8") for name in ("assets/dagster.yaml", "deploy/postgres.yaml")]
    (dagster_home / "dagster.yaml").write_text("\n".join(instance), encoding="utf-8")
    socket = folder / "code.sock"
    workspace = (ROOT / "deploy/workspace.yaml").read_text(encoding="utf-8")
    (folder / "workspace.yaml").write_text(workspace.replace("/run/kongchuo/code.sock", str(socket)), encoding="utf-8")
    shared = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("KONGCHUO_", "DAGSTER_"))},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DAGSTER_HOME": str(dagster_home),
        "KONGCHUO_DB_HOST": server.host,
        "KONGCHUO_DB_PORT": str(server.port),
        "KONGCHUO_DB_NAME": server.database,
        "KONGCHUO_DB_USER": server.user,
        "KONGCHUO_DB_PASSWORD": server.password,
    }
    nights = {
        "KONGCHUO_LANDING": str(deployed.landing),
        "KONGCHUO_HOME": str(deployed.home),
        "KONGCHUO_POLICY": str(deployed.policy),
        "KONGCHUO_SECRET": sample.secret.decode(),
        "KONGCHUO_AUTOMATIC": "1",
    }
    where = ["--workspace", str(folder / "workspace.yaml")]
    code = ["code-server", "start", "--module-name", "assets.definitions", "--socket", str(socket)]
    for name, command, environment in (
        ("code", ["dagster", *code, "--location-name", "kongchuo"], {**shared, **nights}),
        ("page", ["dagster-webserver", *where, "--host", "127.0.0.1", "--port", str(deployed.port)], shared),
        ("daemon", ["dagster-daemon", "run", *where], shared),
    ):
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [programs / command[0], *command[1:]],
                env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        deployed.processes.append(process)
        if name == "code":
            wait_for("the code server", socket.exists)


def test_the_page_knows_the_definitions_and_everything_is_on(deployed: Deployed) -> None:
    query = """query ($selector: RepositorySelector!) { repositoryOrError(repositorySelector: $selector) {
      ... on Repository { schedules { name scheduleState { status } } sensors { name sensorState { status } } } } }"""
    found = wait_for("the page", lambda: deployed.ask(query, selector=REPOSITORY)["repositoryOrError"])
    assert {"nightly", "tidy", "report_day"} <= {schedule["name"] for schedule in found["schedules"]}
    assert {s["name"] for s in found["sensors"]} >= {"new_deliveries", "alert_failed_run", "alert_missing_night"}
    assert {s["scheduleState"]["status"] for s in found["schedules"]} == {"RUNNING"}
    assert {s["sensorState"]["status"] for s in found["sensors"]} == {"RUNNING"}


def test_a_new_delivery_is_run_without_anybody(deployed: Deployed) -> None:
    done = wait_for(
        "a run of the sensor", lambda: [r for r in deployed.runs() if r["status"] in ("SUCCESS", "FAILURE")]
    )
    tags = {tag["key"]: tag["value"] for tag in done[0]["tags"]}
    assert done[0]["status"] == "SUCCESS"
    assert (tags["dagster/partition"], tags["dagster/sensor_name"]) == ("2025-08-25", "new_deliveries")
    assert tags["kongchuo/deliveries"]
    assert (deployed.home / "published" / "current").readlink().name == "2025-08-25"


def test_the_page_shows_checks_and_freshness(deployed: Deployed) -> None:
    checks = deployed.ask(
        """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
             assetChecksOrError { ... on AssetChecks { checks { name
               executionForLatestMaterialization { status evaluation { success } } } } } } } }""",
        key={"path": ["published", "zeroing"]},
    )["assetNodeOrError"]["assetChecksOrError"]["checks"]
    latest = {check["name"]: check["executionForLatestMaterialization"] for check in checks}
    assert latest["contract"]["evaluation"]["success"] is True
    query = """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) {
      ... on AssetNode { freshnessStatusInfo { freshnessStatus } } } }"""

    def freshness(*path: str) -> str:
        node = deployed.ask(query, key={"path": list(path)})["assetNodeOrError"]
        return str((node["freshnessStatusInfo"] or {}).get("freshnessStatus"))

    assert wait_for("freshness", lambda: freshness("published", "zeroing") in ("HEALTHY", "DEGRADED"))
    # Delivered in 2025, first seen today: it would be wrong to call it fresh.
    assert freshness("delivered", "registry") == "UNKNOWN"


def test_the_schedule_asks_for_the_day_that_has_ended(deployed: Deployed) -> None:
    query = """mutation ($selector: ScheduleSelector!, $timestamp: Float) {
      scheduleDryRun(selectorData: $selector, timestamp: $timestamp) { ... on DryRunInstigationTick {
        evaluationResult { runRequests { runKey tags { key value } } error { message } } } } }"""
    selector = {**REPOSITORY, "scheduleName": "nightly"}
    at = 1756749600.0  # 2025-09-02 02:00 in China
    tick = deployed.ask(query, selector=selector, timestamp=at)["scheduleDryRun"]
    (request,) = tick["evaluationResult"]["runRequests"]
    assert {"key": "dagster/partition", "value": "2025-09-01"} in request["tags"]


def test_a_run_whose_process_dies_is_run_again(deployed: Deployed) -> None:
    run = deployed.launch("2025-08-26")
    process = wait_for("the process of the run", lambda: _process_of(deployed, run))
    os.kill(process, signal.SIGKILL)
    again = wait_for("its retry", lambda: [r for r in deployed.runs() if _tag(r, "dagster/parent_run_id") == run])
    wait_for("its end", lambda: [r for r in deployed.runs() if r["runId"] == again[0]["runId"] and _done(r)], 600)
    assert (deployed.home / "published" / "current").readlink().name == "2025-08-26"
    assert not [alert for alert in deployed.alerts() if alert["run_id"] == run]


def test_a_range_of_nights_is_one_run_of_the_queue(deployed: Deployed) -> None:
    query = """mutation ($assets: [AssetKeyInput!], $nights: [String!]) {
      launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $nights}) {
        __typename ... on LaunchBackfillSuccess { backfillId } } }"""
    assets = [{"path": table.split(".")} for step in STEPS for table in step.tables()]
    nights = ["2025-08-27", "2025-08-28"]
    found = deployed.ask(query, assets=assets, nights=nights)["launchPartitionBackfill"]
    backfill = found["backfillId"]
    runs = wait_for("its run", lambda: [r for r in deployed.runs() if _tag(r, "dagster/backfill") == backfill])
    (run,) = wait_for(
        "its end", lambda: [r for r in deployed.runs() if r["runId"] == runs[0]["runId"] and _done(r)], 600
    )
    assert _tag(run, "dagster/asset_partition_range_start") == nights[0]
    assert len([r for r in deployed.runs() if _tag(r, "dagster/backfill") == backfill]) == 1
    assert sorted(path.name for path in (deployed.home / "published").glob("2025-*"))[-2:] == nights


def test_a_failed_night_alerts_and_is_not_run_again(deployed: Deployed) -> None:
    deployed.policy.write_text(deployed.policy.read_text(encoding="utf-8") + "\n[nonsense]\na = 1\n", encoding="utf-8")
    run = deployed.launch("2025-08-29")
    (alert,) = wait_for("the alert", lambda: [a for a in deployed.alerts() if a["run_id"] == run])
    assert (alert["kind"], alert["night"]) == ("failed", "2025-08-29")
    assert "nonsense" in alert["text"]
    assert not [r for r in deployed.runs() if _tag(r, "dagster/parent_run_id") == run]
    assert (deployed.home / "published" / "current").readlink().name == "2025-08-28"


def test_dagster_keeps_its_records_in_postgresql(deployed: Deployed) -> None:
    left = [path for path in (deployed.folder / "dagster").rglob("*") if path.suffix in (".db", ".out", ".err")]
    assert left == []


def test_the_missing_night_was_told(deployed: Deployed) -> None:
    """The sample ends in 2025: last night of the real calendar cannot be there."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    if datetime.now(ZoneInfo("Asia/Shanghai")).hour >= 6:
        assert len(wait_for("the watchdog", lambda: [a for a in deployed.alerts() if a["kind"] == "missed"])) == 1


def _done(run: dict[str, Any]) -> bool:
    assert run["status"] not in ("FAILURE", "CANCELED"), run
    return bool(run["status"] == "SUCCESS")


def _tag(run: dict[str, Any], key: str) -> str | None:
    return next((tag["value"] for tag in run["tags"] if tag["key"] == key), None)


def _process_of(deployed: Deployed, run: str) -> int | None:
    """The process of a run that has begun its steps: it has the warehouse open."""
    warehouse = str(deployed.home / "warehouse.duckdb")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if any(str(link.readlink()) == warehouse for link in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue
    return None
