"""A large night's tables stand in a file beside the warehouse: its own, unread by others, gone afterwards."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipelines.engine import DuckDBEngine, Machine


def test_a_small_nights_tables_need_no_file(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "w.duckdb")
    engine.execute("create table work.core.roll as select 1 as row_id")
    assert not (tmp_path / "w.duckdb.work").exists()
    engine.close()


def test_a_large_nights_tables_stand_in_a_file_that_is_gone_afterwards(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "w.duckdb", large=True)
    work = tmp_path / "w.duckdb.work"
    empty = work.stat().st_size
    engine.execute("create table work.core.roll as select range as row_id, md5(range::varchar) as t from range(300000)")
    assert engine.count("core.roll") == 300_000
    assert work.stat().st_size > empty + 4_000_000
    assert stat.S_IMODE(work.stat().st_mode) == 0o600
    engine.close()
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


def test_what_a_killed_night_left_is_not_read(tmp_path: Path) -> None:
    work = tmp_path / "w.duckdb.work"
    for left in (b"half a page", b""):
        work.write_bytes(left)
        engine = DuckDBEngine(tmp_path / "w.duckdb", large=True)
        assert not engine.exists("core.roll")
        engine.close()
    work.write_bytes(b"x")
    DuckDBEngine(tmp_path / "w.duckdb").close()
    assert not work.exists()


def test_the_file_stands_in_the_spill_folder_where_one_is_named(tmp_path: Path) -> None:
    spill = tmp_path / "room" / "spill"
    engine = DuckDBEngine(tmp_path / "w.duckdb", machine=Machine(spill=spill), large=True)
    assert (spill / "w.duckdb.work").exists()
    engine.close()
    assert not (spill / "w.duckdb.work").exists()


@pytest.mark.parametrize(("given", "most"), [(None, 5 * 2**30), ("64MiB", 64 * 2**20)])
def test_memory_is_bounded_where_nobody_says_otherwise(tmp_path: Path, given: str | None, most: int) -> None:
    engine = DuckDBEngine(tmp_path / "w.duckdb", machine=Machine(given))
    number, unit = str(engine.scalar("select current_setting('memory_limit')")).split()
    assert 0 < float(number) * {"MiB": 2**20, "GiB": 2**30}[unit] <= most * 1.01
    engine.close()
