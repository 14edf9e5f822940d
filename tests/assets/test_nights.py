"""Whole nights of the sample: Dagster and plain agree, twice is the same, replayed is the same as straight."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets.cli import BLOCKED, app
from assets.definitions import build_defs
from assets.partitions import on_the_day
from assets.progress import Silent
from assets.resources import NightResource
from quality import invariants
from tests.assets.published_tables import as_csv
from tests.conftest import Sample, without_files

Tables = dict[date, dict[str, bytes]]


@pytest.fixture(scope="module")
def environment(sample: Sample):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KONGCHUO_SECRET", sample.secret.decode())
        yield


def kongchuo(sample: Sample, home: Path, *arguments: str, status: int = 0) -> str:
    """Run the command; its output, both streams."""
    where = ["--landing", str(sample.landing), "--home", str(home), "--policy", str(sample.policy)]
    result = CliRunner().invoke(app, [arguments[0], *where, *arguments[1:]])
    assert result.exit_code == status, result.output
    return result.output


def dates_file(folder: Path, nights: tuple[date, ...]) -> str:
    file = folder / "dates.txt"
    file.write_text("\n".join(night.isoformat() for night in nights), encoding="utf-8")
    return str(file)


def tables_of(home: Path, nights: tuple[date, ...], work: Path) -> Tables:
    return {night: as_csv(home, night, work) for night in nights}


@pytest.fixture(scope="module")
def straight(sample: Sample, environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after the nights in order, by plain calls."""
    folder = tmp_path_factory.mktemp("straight")
    with without_files():
        kongchuo(sample, folder / "home", "replay", "--plain", "--dates", dates_file(folder, sample.nights))
    return folder / "home"


@pytest.fixture(scope="module")
def expected(sample: Sample, straight: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return tables_of(straight, sample.nights, tmp_path_factory.mktemp("csv"))


@pytest.fixture
def home(straight: Path, tmp_path: Path) -> Path:
    """A copy of the straight home, to go on with."""
    return Path(shutil.copytree(straight, tmp_path / "home", symlinks=True))


@pytest.mark.usefixtures("no_files")
def test_dagster_and_plain_publish_the_same(sample: Sample, expected: Tables, tmp_path: Path) -> None:
    kongchuo(sample, tmp_path / "home", "replay", "--dates", dates_file(tmp_path, sample.nights))
    assert tables_of(tmp_path / "home", sample.nights, tmp_path) == expected
    assert expected[sample.nights[0]]["published.zeroing"].count(b"\n") > 100


@pytest.mark.usefixtures("no_files")
def test_a_part_of_the_night_can_be_run_alone(sample: Sample, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LANDING": sample.landing, "HOME": home, "POLICY": sample.policy}.items():
        monkeypatch.setenv(f"KONGCHUO_{name}", str(value))
    monkeypatch.setenv("KONGCHUO_SECRET", sample.secret.decode())
    case = dg.AssetKey(["ledger", "case_state"])
    steps = [asset for asset in build_defs().assets if isinstance(asset, dg.AssetsDefinition)]
    step = next(asset for asset in steps if case in asset.keys)
    with dg.partition_loading_context(effective_dt=on_the_day(sample.nights[-1])):
        result = dg.materialize(
            [step],
            partition_key=sample.nights[-1].isoformat(),
            resources={"night": NightResource(), "watcher": Silent()},
        )
    cases = next(m for m in result.asset_materializations_for_node("ledger") if m.asset_key == case)
    assert result.success
    assert cases.metadata["dagster/row_count"].value > 1


@pytest.mark.usefixtures("no_files")
def test_a_night_run_twice_stays_the_same(sample: Sample, expected: Tables, home: Path, tmp_path: Path) -> None:
    last = sample.nights[-1]
    kongchuo(sample, home, "run", "--plain", "--as-of", last.isoformat())
    assert tables_of(home, sample.nights, tmp_path) == expected


@pytest.mark.usefixtures("no_files")
def test_replayed_from_an_older_night_is_the_same_as_straight(
    sample: Sample, expected: Tables, home: Path, tmp_path: Path
) -> None:
    kongchuo(sample, home, "replay", "--plain", "--dates", dates_file(tmp_path, sample.nights[1:]))
    assert tables_of(home, sample.nights, tmp_path) == expected


@pytest.mark.usefixtures("no_files")
def test_a_skipped_night_is_no_gap(sample: Sample, home: Path, tmp_path: Path) -> None:
    cases = as_csv(home, sample.nights[-1], tmp_path)["restricted.cases"]
    kongchuo(sample, home, "run", "--plain", "--as-of", "2025-09-03")
    later = as_csv(home, date(2025, 9, 3), tmp_path)["restricted.cases"]
    assert cases.count(b"\n") > 1
    assert {row.split(b",")[1] for row in cases.splitlines()} <= {row.split(b",")[1] for row in later.splitlines()}


@pytest.mark.parametrize("how", [(), ("--plain",)], ids=["dagster", "plain"])
def test_a_blocked_night_says_which_check_and_publishes_nothing(
    sample: Sample,
    expected: Tables,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: tuple[str, ...],
) -> None:
    broken = replace(invariants.INVARIANTS[0], offenders="select 'a-unit' as key")
    monkeypatch.setattr(invariants, "INVARIANTS", (broken, *invariants.INVARIANTS[1:]))
    said = kongchuo(sample, home, "run", *how, "--as-of", "2025-09-02", status=BLOCKED)
    assert f"invariant_{broken.name}" in said
    assert broken.bad in said
    assert (home / "published" / "current").readlink().name == sample.nights[-1].isoformat()
    assert not (home / "published" / "2025-09-02").exists()
    assert tables_of(home, sample.nights, tmp_path) == expected
    # The night after goes on from the last one that was published, as if nothing had been tried.
    monkeypatch.undo()
    monkeypatch.setenv("KONGCHUO_SECRET", sample.secret.decode())
    with without_files():
        kongchuo(sample, home, "run", "--plain", "--as-of", sample.nights[-1].isoformat())
    assert tables_of(home, sample.nights, tmp_path) == expected


def test_the_last_night_is_printed_by_county_with_its_places(sample: Sample, home: Path) -> None:
    said = kongchuo(sample, home, "run", "--plain", "--as-of", sample.nights[-1].isoformat())
    for word in ("云岭区", "清河县", "石门县", "示例市市直", "示例经济开发区", "示例省"):
        assert word in said
    for file in ("控辍保学情况月报表.xlsx", "index.html", "report.duckdb", "cases.duckdb"):
        assert file in said
    # Which night and which step, on a line that a log can hold.
    assert f"{sample.nights[-1]} (1 of 1) landing" in said


def test_status_says_night_sources_checks_and_places(straight: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--home", str(straight)])
    assert result.exit_code == 0
    assert "Last night published: 2025-09-01" in result.output
    row = next(line for line in result.output.splitlines() if "资助" in line)
    assert row.split()[1] == "5", "aid was never delivered: missing in all five units"
    assert "report.duckdb" in result.output
