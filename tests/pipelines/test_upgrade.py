"""A warehouse of an older version is brought up to date and kept; one of a newer version is refused."""

from pathlib import Path

import pytest

from pipelines import ledger_store, upgrade
from pipelines.engine import DuckDBEngine
from pipelines.errors import KongchuoError
from pipelines.version import PROGRAM
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A warehouse as the program wrote it before it wrote down its version, with one run."""
    path = tmp_path / "warehouse.duckdb"
    engine = DuckDBEngine(path)
    engine.execute(create_table_sql(CATALOGUE["ledger.run"]))
    engine.execute("alter table ledger.run drop column program")
    engine.execute("insert into ledger.run values (1, '2025-09-01', null, '2025-09-01', true, true, 7, 'mark')")
    engine.close()
    return path


def columns(path: Path, table: str) -> list[str]:
    engine = DuckDBEngine(path)
    found = engine.read(f"describe {table}")["column_name"].to_list()
    engine.close()
    return found


def test_a_new_warehouse_is_of_the_newest_version(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse.duckdb")
    assert upgrade.version_of(engine) is None
    ledger_store.prepare(engine, tmp_path / "warehouse.duckdb")
    assert upgrade.version_of(engine) == upgrade.newest()
    engine.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["warehouse.duckdb"]


def test_an_old_warehouse_is_brought_up_to_date_with_its_rows_and_kept_as_it_was(old: Path) -> None:
    engine = DuckDBEngine(old)
    assert upgrade.version_of(engine) == 1
    ledger_store.prepare(engine, old)
    assert upgrade.version_of(engine) == upgrade.newest()
    assert engine.read("select run_id, policy, last_delivery, program from ledger.run").rows() == [(1, "mark", 7, None)]
    engine.close()
    kept = old.with_name("warehouse.v1.duckdb")
    assert kept.stat().st_mode & 0o077 == 0
    assert "program" not in columns(kept, "ledger.run")


def test_an_upgraded_warehouse_has_the_columns_of_a_new_one(old: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.duckdb"
    for path in (old, fresh):
        engine = DuckDBEngine(path)
        ledger_store.prepare(engine, path)
        engine.close()
    for table in ledger_store.TABLES:
        assert columns(old, table) == columns(fresh, table) == list(CATALOGUE[table].columns)


def test_twice_changes_nothing(old: Path) -> None:
    for done in (1, None):
        engine = DuckDBEngine(old)
        assert upgrade.upgrade(engine, old) == done
        engine.close()
    assert len(list(old.parent.glob("*.duckdb"))) == 2


def test_every_migration_may_be_done_twice(old: Path) -> None:
    engine = DuckDBEngine(old)
    ledger_store.prepare(engine)
    before = engine.read("select * from ledger.run").rows()
    upgrade.apply(engine)
    assert engine.read("select * from ledger.run").rows() == before


def test_a_migration_that_fails_leaves_the_warehouse_as_it_was(old: Path, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "002_fine.sql").write_text("alter table ledger.run add column if not exists program varchar")
    (folder / "003_broken.sql").write_text("alter table ledger.nothing add column x varchar")
    engine = DuckDBEngine(old)
    with pytest.raises(Exception, match="nothing"):
        upgrade.upgrade(engine, old, folder)
    assert upgrade.version_of(engine) == 1
    engine.close()
    assert "program" not in columns(old, "ledger.run")


def test_a_newer_warehouse_is_refused_and_left_alone(old: Path) -> None:
    engine = DuckDBEngine(old)
    ledger_store.prepare(engine)
    engine.execute("update ledger.warehouse_version set version = 99")
    with pytest.raises(KongchuoError, match=r"is of version 99, written by a newer version .* knows version"):
        ledger_store.prepare(engine, old)
    assert upgrade.version_of(engine) == 99


def test_migrations_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    assert [m.version for m in upgrade.migrations()] == list(range(2, upgrade.newest() + 1))
    (tmp_path / "003_late.sql").write_text("select 1")
    with pytest.raises(ValueError, match="not numbered"):
        upgrade.migrations(tmp_path)


def test_the_program_that_ran_is_written_down() -> None:
    assert PROGRAM[0].isdigit()
    assert "pipelines.version.PROGRAM" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
