"""Nothing that watches a night tells of a person: logs, Dagster's events, alerts, results of expectations (spec 6.3).

Every name, number, telephone and household of the sample is looked for in everything that two nights leave behind, one
that goes well and one whose fault quotes a child, and in what is printed meanwhile.
"""

from __future__ import annotations

import gc
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets import alarms, cli
from assets.alerts import Alert, of_error, send
from assets.automation import NIGHTLY
from assets.definitions import build_defs
from assets.resources import NightResource
from pipelines import night as nights
from tests.support.disclosure import Leak, World, leaks, world_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
GOOD, BROKEN = "2025-09-01", "2025-09-02"
pytestmark = pytest.mark.full


@dataclass(frozen=True)
class Watched:
    """The home after both nights, what Dagster kept of them, and everything that was printed."""

    home: Path
    dagster: Path
    printed: str


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Both nights as Dagster runs them on an instance that keeps everything, and once more by the command."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("dagster")
    shutil.copy(ROOT / "assets" / "dagster.yaml", folder / "dagster.yaml")
    given = ["--landing", str(SAMPLE / "landing"), "--home", str(home), "--policy", str(SAMPLE / "policy.toml")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KONGCHUO_SECRET", "secret-of-a-fictional-province")
        patch.setenv("KONGCHUO_HOME", str(home))
        runner = CliRunner()
        printed = [
            runner.invoke(cli.app, ["run", "--as-of", GOOD, *given, "--plain", "--suites", "--log", "json"]).output,
            runner.invoke(cli.app, ["run", "--as-of", GOOD, *given, "--log", "text"]).output,
        ]
        with dg.DagsterInstance.from_config(str(folder)) as instance:
            defs = build_defs(
                night=NightResource(landing=str(SAMPLE / "landing"), home=str(home), policy=str(SAMPLE / "policy.toml"))
            )
            job = defs.resolve_job_def(NIGHTLY)
            assert job.execute_in_process(partition_key=GOOD, instance=instance).success
            world = world_of(home, GOOD)
            patch.setattr(nights, "STEPS", quoting(world))
            failed = job.execute_in_process(partition_key=BROKEN, instance=instance, raise_on_error=False)
            assert not failed.success
            checks = alarms.failed_checks(instance, failed.run_id)
            printed.append(json.dumps([check.text for check in checks], ensure_ascii=False))
            broken = runner.invoke(cli.app, ["run", "--as-of", BROKEN, *given, "--plain", "--log", "json"])
            printed.append(broken.stderr)
            assert broken.exception is not None
            assert send(of_error(ValueError(min(world.names - world.shared)), date.fromisoformat(BROKEN)), home) == []
            assert send(Alert("checks", GOOD, checks=checks), home) == []
            printed.append(runner.invoke(cli.app, ["status", "--home", str(home)]).output)
        yield Watched(home, folder, "\n".join(printed))


def quoting(world: World) -> tuple[nights.Step, ...]:
    """The steps of a night, one of which fails as a library does: it quotes the row that it could not read."""
    name, number = min(world.names - world.shared), min(world.numbers)

    def failing(night: nights.Night) -> object:
        raise ValueError(f"could not parse row ('{name}', '{number}', '13900000000')")

    return tuple(replace(step, run=failing) if step.name == "status" else step for step in nights.STEPS)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(watched: Watched) -> World:
    """Everything personal of the sample but the keys of children, which checks may show."""
    return world_of(watched.home, GOOD).without_keys()


def kept(folder: Path) -> dict[str, str]:
    """Every text cell of Dagster's databases, its escapes read."""
    found = {}
    for path in sorted(folder.rglob("*.db")):
        # Closed here and not whenever it is collected: closing takes the log beside the file away.
        with closing(sqlite3.connect(path)) as database:
            for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
                rows = database.execute(f'select * from "{table}"').fetchall()
                cells = "\n".join(cell for row in rows for cell in row if isinstance(cell, str))
                found[f"{path.name}: {table}"] = unescaped(cells)
    return found


def unescaped(text: str) -> str:
    """Characters for what JSON wrote as `\\uXXXX`, once or inside another JSON."""
    read = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def found_in(world: World, folder: Path) -> list[Leak]:
    return [leak for place, text in kept(folder).items() for leak in world.search_text(place, text)]


def test_dagster_keeps_nothing_of_a_person(watched: Watched, world: World) -> None:
    texts = kept(watched.dagster)
    assert sum("could not parse row ('…', '#'" in text for text in texts.values()), "the fault is told, masked"
    assert any("published/zeroing" in text or "zeroing" in text for text in texts.values())
    assert found_in(world, watched.dagster) == []
    gc.collect()  # so are the connections that Dagster let go: none closes, and takes its log away, while it is read
    files = [path for path in watched.dagster.rglob("*") if path.is_file()]
    assert [leak for path in files for leak in leaks(world, path)] == []


def test_what_is_printed_tells_nothing_of_a_person(watched: Watched, world: World) -> None:
    assert '"event": "step"' in watched.printed
    assert '"error": "ValueError"' in watched.printed
    assert list(world.search_text("printed", watched.printed)) == []


def test_expectations_and_alerts_tell_nothing_of_a_person(watched: Watched, world: World) -> None:
    report = watched.home / "published" / GOOD / "expectations"
    files = [*report.rglob("*.html"), report / "results.json", watched.home / "alerts.jsonl"]
    assert len(files) > 20
    assert [leak for path in files for leak in leaks(world, path)] == []


def test_the_search_finds_what_is_there(watched: Watched, world: World, tmp_path: Path) -> None:
    copy = shutil.copytree(watched.dagster, tmp_path / "dagster")
    name = min(world.names - world.shared)
    with dg.DagsterInstance.from_config(str(copy)) as instance:
        run = instance.get_runs(limit=1)[0]
        instance.report_engine_event(f"row of {name}", run)
    assert {leak.sort for leak in found_in(world, copy)} == {"name"}
    assert {leak.sort for leak in world.search_text("printed", f"{watched.printed} {min(world.numbers)}")} == {"number"}
