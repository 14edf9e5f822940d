"""The command: what can be mended is said in one sentence, with a status that is not 0, and nothing is changed."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from pipelines.publish.folder import new_folder, show
from tests.conftest import ROOT, Sample, without_files
from tests.support.deliveries import World, people

HOW = pytest.mark.parametrize("how", [(), ("--plain",)], ids=["dagster", "plain"])


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, sample: Sample) -> None:
    monkeypatch.setenv("KONGCHUO_SECRET", sample.secret.decode())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(sample: Sample, home: Path, *how: str, landing: Path | None = None, as_of: str = "2025-09-01") -> Result:
    where = ["--landing", str(landing or sample.landing), "--home", str(home)]
    return CliRunner().invoke(app, ["run", "--as-of", as_of, *where, *how])


def refused(result: Result, *words: str) -> None:
    """Status 2, and after the line of progress one sentence that begins with the name of the command."""
    assert result.exit_code == REFUSED, result.output
    said = [line for line in result.stderr.splitlines() if line.startswith("kongchuo: ")]
    assert len(said) == 1
    assert said[0] == result.stderr.splitlines()[-1], "the sentence comes last"
    for word in words:
        assert word in said[0]
    assert "Traceback" not in result.output


@HOW
def test_a_missing_secret(sample: Sample, home: Path, how: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KONGCHUO_SECRET")
    refused(run(sample, home, *how), "KONGCHUO_SECRET", "openssl rand -hex 32")
    assert not home.exists()


@HOW
def test_a_missing_landing_folder(sample: Sample, home: Path, how: tuple[str, ...], tmp_path: Path) -> None:
    refused(run(sample, home, *how, landing=tmp_path / "nowhere"), str(tmp_path / "nowhere"), "landing")
    assert not home.exists()


@HOW
def test_a_landing_folder_that_is_a_file(sample: Sample, home: Path, how: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    refused(run(sample, home, *how, landing=file), str(file))
    assert not home.exists()


@HOW
def test_a_night_before_the_first_delivery(sample: Sample, home: Path, how: tuple[str, ...]) -> None:
    refused(run(sample, home, *how, as_of="2025-08-24"), "2025-08-24", "first delivery")
    assert not home.exists()


@HOW
def test_an_unknown_key_of_the_policy(sample: Sample, home: Path, how: tuple[str, ...], tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[deadline]\nverify_day = 7\n", encoding="utf-8")
    refused(run(sample, home, *how, "--policy", str(policy)), "deadline.verify_day", str(policy))
    assert not home.exists()


@HOW
def test_a_policy_that_is_not_there(sample: Sample, home: Path, how: tuple[str, ...], tmp_path: Path) -> None:
    refused(run(sample, home, *how, "--policy", str(tmp_path / "none.toml")), "none.toml")
    assert not home.exists()


@HOW
def test_a_home_that_is_a_file(sample: Sample, home: Path, how: tuple[str, ...]) -> None:
    home.write_text("mine", encoding="utf-8")
    refused(run(sample, home, *how), str(home))
    assert home.read_text(encoding="utf-8") == "mine"


@HOW
def test_a_home_that_cannot_be_made(sample: Sample, tmp_path: Path, how: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.touch()
    refused(run(sample, file / "home", *how), str(file / "home"))
    assert file.read_bytes() == b""


@HOW
def test_a_warehouse_that_is_none(sample: Sample, home: Path, how: tuple[str, ...]) -> None:
    home.mkdir()
    warehouse = home / "warehouse.duckdb"
    warehouse.write_bytes(b"not a database" * 1000)
    refused(run(sample, home, *how), str(warehouse))
    assert warehouse.read_bytes() == b"not a database" * 1000
    assert sorted(path.name for path in home.iterdir()) == [".holder", "warehouse.duckdb"]


@HOW
def test_a_home_that_this_user_may_not_use(
    sample: Sample, home: Path, how: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    # Permissions do not hold against root, as whom tests may run: the answer of the system is given here.
    monkeypatch.setattr("assets.running.os.access", lambda path, mode: Path(path) != home)
    refused(run(sample, home, *how), str(home))
    assert not list(home.iterdir())


def test_a_policy_that_a_later_night_would_refuse_stops_the_first(sample: Sample, home: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[override]]\nvalid_from = "2025-09-01"\n[override.age]\nfom = 6\n', encoding="utf-8")
    where = ["--landing", str(sample.landing), "--home", str(home), "--policy", str(policy)]
    refused(CliRunner().invoke(app, ["replay", "--from", "2025-08-31", "--to", "2025-09-01", *where]), "fom")
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "--dates"),
        (["--from", "2025-09-01"], "--to"),
        (["--from", "2025-09-02", "--to", "2025-09-01"], "after"),
        (["--dates", "nowhere.txt"], "nowhere.txt"),
        (["--dates", "x", "--from", "2025-09-01", "--to", "2025-09-02"], "either"),
    ],
)
def test_nights_that_are_not_said(sample: Sample, home: Path, arguments: list[str], word: str) -> None:
    where = ["--landing", str(sample.landing), "--home", str(home)]
    refused(CliRunner().invoke(app, ["replay", *where, *arguments]), word)
    assert not home.exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2025-09-01\nyesterday\n", "line 2"),
        ("# nothing\n\n", "names no night"),
        ("2025-09-02\n2025-09-01\n", "in order"),
        ("2025-09-01\n2025-09-01\n", "each once"),
    ],
)
def test_a_file_of_nights_that_cannot_be_followed(
    sample: Sample, home: Path, tmp_path: Path, text: str, word: str
) -> None:
    file = tmp_path / "dates.txt"
    file.write_text(text, encoding="utf-8")
    where = ["--landing", str(sample.landing), "--home", str(home)]
    refused(CliRunner().invoke(app, ["replay", *where, "--dates", str(file)]), word)
    assert not home.exists()


def test_the_status_of_a_home_without_a_night(home: Path) -> None:
    refused(CliRunner().invoke(app, ["status", "--home", str(home)]), str(home))
    assert not home.exists()


def test_the_installed_command_answers_at_once() -> None:
    command = Path(sys.executable).parent / "kongchuo"
    subprocess.run([command, "--help"], check=True, capture_output=True, cwd=ROOT)
    begun = time.perf_counter()
    result = subprocess.run([command, "--help"], check=True, capture_output=True, text=True, cwd=ROOT)
    assert {"run", "replay", "status", "returns"} <= set(result.stdout.split())
    # Half a second on an idle machine; the bound here leaves room for one that is busy with tests.
    assert time.perf_counter() - begun < 2


def test_the_sample_has_nights_that_exist(sample: Sample) -> None:
    nights = sample.run_dates.read_text(encoding="utf-8").split()
    assert len(nights) >= 12
    assert nights == sorted(set(nights))
    assert {path.name for path in sample.landing.iterdir()} >= {nights[0], nights[-1]}


def test_an_older_night_run_again_says_which_nights_want_a_replay(tmp_path):
    from datetime import date

    from assets.cli import later_nights_note
    from pipelines.publish.folder import new_folder, show

    for day in (date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)):
        show(tmp_path, day, new_folder(tmp_path, day))
    assert later_nights_note(tmp_path, date(2025, 9, 3)) == ""
    note = later_nights_note(tmp_path, date(2025, 9, 1))
    assert "2 later night(s), 2025-09-02 to 2025-09-03" in note
    assert "kongchuo replay" in note


def test_a_dry_run_says_what_would_change_and_changes_nothing(sample: Sample, home: Path, tmp_path: Path) -> None:
    world = World(tmp_path)
    world.references("2025-08-25")
    for kind in ("户籍", "学籍"):
        world.deliver(kind, people(kind, 2), day="2025-08-25")
    world.engine.close()
    arguments = ["replay", "--landing", str(world.landing), "--home", str(home), "--dates"]
    dates = tmp_path / "dates"
    dates.write_text("2025-08-25\n", encoding="utf-8")
    refused(CliRunner().invoke(app, [*arguments, str(dates), "--dry-run"]), "No night has been run")
    assert not home.exists()
    assert run(sample, home, "--plain", landing=world.landing, as_of="2025-08-25").exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    with without_files():
        result = CliRunner().invoke(app, [*arguments, str(dates), "--dry-run"])
    assert result.exit_code == 0
    assert "Nothing that is published would change." in result.output
    policy = tmp_path / "policy.toml"
    policy.write_text("[targets]\nnine_year_retention_min = 12.5\n", encoding="utf-8")
    with without_files():
        result = CliRunner().invoke(app, [*arguments, str(dates), "--dry-run", "--policy", str(policy)])
    assert result.exit_code == 0
    assert "published.retention" in result.output
    assert "target" in result.output
    after = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert after == before


def test_tidy_takes_old_nights_away(home: Path, tmp_path: Path) -> None:
    refused(CliRunner().invoke(app, ["tidy", "--home", str(home)]), "Nothing has been published")
    for day in ("2025-09-28", "2025-09-29"):
        night = date.fromisoformat(day)
        show(home, night, new_folder(home, night))
    policy = tmp_path / "policy.toml"
    policy.write_text("[delivery]\nkeep_nights = 1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["tidy", "--home", str(home), "--policy", str(policy)])
    assert (result.exit_code, result.output) == (0, "no longer published: 2025-09-28\n")
