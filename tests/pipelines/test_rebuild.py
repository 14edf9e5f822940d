"""A lost warehouse comes back from the journal of events (spec 4): equal to what was lost, or not at all."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import journal, ledger_store
from pipelines.engine import DuckDBEngine
from pipelines.errors import KongchuoError
from pipelines.histories import state_after
from pipelines.night import WAREHOUSE, run_night
from pipelines.rebuild import rebuild
from tests.support.deliveries import World, people

pytestmark = pytest.mark.usefixtures("databases_only")

SECRET = b"a-secret"
FIRST, SECOND, THIRD = dt.date(2025, 9, 10), dt.date(2025, 9, 17), dt.date(2025, 9, 24)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pupils: one drops out and comes back, one is gone; a night is run again."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 3), day="2025-08-25")
    pupils = people("学籍", 3)
    world.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", pupils[:2], day="2025-09-15")
    pupils[0] |= {"学籍状态": "在读", "状态日期": "2025-09-20"}
    world.deliver("学籍", pupils[:2], day="2025-09-22")
    world.engine.close()
    return world.landing


@pytest.fixture(scope="module")
def home(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home")
    for night in (FIRST, SECOND, THIRD, FIRST, SECOND):
        run_night(night, landing, made, None, SECRET)
    return made


@pytest.fixture
def lost(home: Path, tmp_path: Path) -> Path:
    """The home without its warehouse."""
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    (copy / WAREHOUSE).unlink()
    return copy


def lasting(home: Path) -> dict[str, pl.DataFrame]:
    """Every row of every table that outlives a night."""
    engine = DuckDBEngine(home / WAREHOUSE)
    found = {table: engine.read(f"select * from {table} order by all") for table in ledger_store.TABLES}
    engine.close()
    return found


def published(home: Path, night: dt.date) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(home / "published" / night.isoformat() / "cases.duckdb"), read_only=True) as database:
        names = database.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        return {table: database.execute(f'from "{s}"."{table}" order by all').fetchall() for s, table in names}


def test_the_rebuilt_ledger_is_the_lost_one(home: Path, lost: Path) -> None:
    made = rebuild(lost)
    before, after = lasting(home), lasting(lost)
    assert {table: after[table].equals(rows) for table, rows in before.items()} == dict.fromkeys(before, True)
    assert (made.runs, made.last_night, made.events) == (5, SECOND, before["ledger.event_log"].height)
    assert made.events > 0


def test_the_next_night_goes_on_as_if_nothing_had_been_lost(home: Path, lost: Path, landing: Path) -> None:
    rebuild(lost)
    other = lost.parent / "undisturbed"
    shutil.copytree(home, other, symlinks=True)
    for each in (lost, other):
        run_night(THIRD, landing, each, None, SECRET)
    assert published(lost, THIRD) == published(other, THIRD)
    assert lasting(lost)["ledger.case_history"].equals(lasting(other)["ledger.case_history"])


def test_the_journal_is_for_its_owner_alone(home: Path) -> None:
    root = journal.journal_root(home)
    assert [path.stat().st_mode & 0o077 for path in (root, *root.iterdir())] == [0] * 6


def test_a_warehouse_that_is_there_is_never_written_over(home: Path) -> None:
    before = (home / WAREHOUSE).read_bytes()
    with pytest.raises(KongchuoError, match="already"):
        rebuild(home)
    assert (home / WAREHOUSE).read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda root: shutil.rmtree(root), "no journal"),
        (lambda root: shutil.rmtree(root / "000002"), "lacks run 2"),
        (lambda root: (root / "000003" / "ledger.case_history.begun.parquet").write_bytes(b"PAR1"), "damaged"),
        (lambda root: (root / "000003" / journal.EVENTS).unlink(), "lacks events.parquet"),
        (lambda root: (root / "000001" / journal.LIST).unlink(), "lacks files.txt"),
        (lambda root: shutil.copytree(root / "000001", root / "000005", dirs_exist_ok=True), "another run"),
    ],
    ids=["none", "missing", "damaged", "half", "unlisted", "swapped"],
)
def test_a_journal_that_is_not_whole_is_said_and_makes_nothing(lost: Path, damage: object, said: str) -> None:
    damage(journal.journal_root(lost))  # type: ignore[operator]
    with pytest.raises(KongchuoError, match=said):
        rebuild(lost)
    assert not list(lost.glob(f"{WAREHOUSE}*"))


def test_a_run_that_came_to_nothing_is_replaced_by_the_next(home: Path, tmp_path: Path, landing: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    stray = journal.run_folder(copy, 6)
    shutil.copytree(journal.run_folder(copy, 5), stray)
    (stray / journal.PUBLISHED).unlink()
    run_night(THIRD, landing, copy, None, SECRET)
    before = lasting(copy)
    (copy / WAREHOUSE).unlink()
    rebuild(copy)
    assert all(lasting(copy)[table].equals(rows) for table, rows in before.items())


def test_a_past_night_can_be_read_as_known_then_and_now(home: Path) -> None:
    engine = DuckDBEngine(home / WAREHOUSE)
    then = state_after(engine, "ledger.case_history", THIRD, 3)
    assert sorted(zip(then["category"], then["state"], strict=True)) == [
        ("dropped_out", "verified"),
        ("vanished", "suspected"),
    ]
    engine.close()
