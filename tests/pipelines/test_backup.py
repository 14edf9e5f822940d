"""A home in one file, and back: nothing is lost on the way, and a byte that is lost is seen."""

from __future__ import annotations

import datetime as dt
import os
import tarfile
from pathlib import Path

import pytest

from pipelines import histories, journal, ledger_store
from pipelines.backup import back_up, restore
from pipelines.engine import DuckDBEngine
from pipelines.errors import HomeHeldError, KongchuoError
from pipelines.holding import holding
from pipelines.night import WAREHOUSE
from pipelines.publish import export_log
from pipelines.publish.export_log import Occasion

OCCASION = Occasion(dt.datetime(2025, 9, 2, 3, 0, tzinfo=dt.UTC), "kongchuo", "backup")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a warehouse, a journal, a published night behind links, and what a run leaves lying."""
    home = tmp_path / "home"
    store = home / "published" / ".nights" / "2025-09-01.1"
    (store / "reports" / "restricted").mkdir(parents=True)
    (store / "reports" / "restricted").chmod(0o700)
    (store / "report.duckdb").write_text("numbers")
    (home / "published" / "2025-09-01").symlink_to(".nights/2025-09-01.1")
    (home / "published" / "current").symlink_to("2025-09-01")
    (journal.run_folder(home, 1)).mkdir(parents=True)
    journal.mark_published(home, 1)
    (home / "waivers.toml").write_text("")
    (home / ".holder").write_text("")
    (home / "warehouse.duckdb.tmp").mkdir()
    engine = DuckDBEngine(home / WAREHOUSE)
    ledger_store.prepare(engine)
    assert histories.begin_run(engine, dt.date(2025, 9, 1)).run_id == 1
    engine.execute(
        "insert into ledger.run values (1, '2025-09-01', null, '2025-09-01', true, true, 7, 'mark', '0.1.0')"
    )
    engine.close()
    # What a killed night left: names and numbers that no back-up needs.
    (home / "warehouse.duckdb.work").write_text("working tables")
    (home / "kongchuo-spark-0a1b" / "night").mkdir(parents=True)
    return home


def everything(home: Path) -> dict[str, tuple[int, str]]:
    """Path → mode and content or target, but for what belongs to a run."""
    found = {}
    for path in home.rglob("*"):
        name = path.relative_to(home).as_posix()
        if name in (".holder", "warehouse.duckdb", "exports.jsonl") or name.startswith(
            ("warehouse.duckdb.tmp", "warehouse.duckdb.work", "kongchuo-spark-")
        ):
            continue
        content = str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else ""
        found[name] = (path.lstat().st_mode, content)
    return found


@pytest.mark.parametrize("name", ["save.tar", "save.tar.gz"])
def test_what_is_saved_comes_back_as_it_was(home: Path, tmp_path: Path, name: str) -> None:
    before = everything(home)
    saved = back_up(home, tmp_path / name, OCCASION)
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
    again = tmp_path / "again"
    assert restore(tmp_path / name, again) == saved
    assert everything(again) == before
    assert not [path.name for path in again.iterdir() if path.name.endswith((".work", "0a1b"))]
    assert (again / "published" / "current" / "report.duckdb").read_text() == "numbers"
    engine = DuckDBEngine(again / WAREHOUSE)
    assert ledger_store.previous_night(engine, dt.date(2025, 9, 2)) == dt.date(2025, 9, 1)
    engine.close()


def test_published_nights_can_be_left_out(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "save.tar", OCCASION, published=False)
    restore(tmp_path / "save.tar", tmp_path / "again")
    assert not (tmp_path / "again" / "published").exists()
    assert (tmp_path / "again" / "events").is_dir()


def test_a_back_up_is_logged(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "save.tar", OCCASION)
    (entry,) = export_log.read(home)
    assert (entry["what"], entry["file"], entry["as_of"], entry["user"]) == (
        "backup",
        "save.tar",
        "2025-09-01",
        "kongchuo",
    )


def test_no_back_up_while_a_night_runs(home: Path, tmp_path: Path) -> None:
    with holding(home, "the night 2025-09-02"), pytest.raises(HomeHeldError, match="the night 2025-09-02"):
        back_up(home, tmp_path / "save.tar", OCCASION)
    assert not (tmp_path / "save.tar").exists()


@pytest.mark.parametrize("at", [0.3, 0.5, 0.9])
def test_a_damaged_back_up_is_seen_and_leaves_nothing(home: Path, tmp_path: Path, at: float) -> None:
    file = tmp_path / "save.tar"
    back_up(home, file, OCCASION)
    data = bytearray(file.read_bytes())
    where = data.index(b"numbers") if at == 0.5 else int(len(data) * at)
    data[where : where + 7] = b"unheard"
    file.write_bytes(data if at != 0.9 else data[:where])
    with pytest.raises(KongchuoError, match="damaged"):
        restore(file, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".again*"))


def test_a_home_that_is_not_empty_is_never_written_over(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "save.tar", OCCASION)
    before = everything(home)
    with pytest.raises(KongchuoError, match="is not empty"):
        restore(tmp_path / "save.tar", home)
    assert everything(home) == before


def test_a_file_that_is_no_back_up_is_named(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(__file__, "other.py")
    with pytest.raises(KongchuoError, match="is no back-up of"):
        restore(tmp_path / "other.tar", tmp_path / "again")
    (tmp_path / "text.tar").write_text("no tar")
    with pytest.raises(KongchuoError, match="no back-up, or damaged"):
        restore(tmp_path / "text.tar", tmp_path / "again")
    with pytest.raises(KongchuoError, match=os.strerror(2)):
        restore(tmp_path / "nowhere.tar", tmp_path / "again")


def test_a_back_up_is_never_written_over_or_into_the_home(home: Path, tmp_path: Path) -> None:
    (tmp_path / "save.tar").write_text("older")
    with pytest.raises(KongchuoError, match="is there already"):
        back_up(home, tmp_path / "save.tar", OCCASION)
    with pytest.raises(KongchuoError, match="lies in the home itself"):
        back_up(home, home / "save.tar", OCCASION)
    with pytest.raises(KongchuoError, match="There is no warehouse"):
        back_up(tmp_path, tmp_path / "other.tar", OCCASION)
