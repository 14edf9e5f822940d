"""Files that anyone may read are written by a process that was told nothing else (6.1, 6.3)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.engine import apart
from pipelines.engine.apart import write_apart
from pipelines.engine.duckdb_engine import DuckDBEngine


def test_statements_make_a_file_from_other_files(tmp_path: Path) -> None:
    rows = tmp_path / "it's 行.parquet"
    duckdb.sql("select * from (values (1, '县'), (2, null)) as t (a, b)").write_parquet(str(rows))
    literal = str(rows).replace("'", "''")
    made = tmp_path / "made's.duckdb"
    write_apart({made: ["create schema out.s", f"create table out.s.t as from read_parquet('{literal}')"]}, alias="out")
    with duckdb.connect(str(made), read_only=True) as file:
        assert file.execute("select * from s.t").fetchall() == [(1, "县"), (2, None)]
    assert {path.name for path in tmp_path.iterdir()} == {rows.name, made.name}


def test_an_error_there_is_raised_here_and_keeps_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made.duckdb"
    write_apart({made: ["create table out.t as select 1 as a"]}, alias="out")
    with pytest.raises(duckdb.CatalogException, match="missing"):
        write_apart({made: ["insert into out.t values (2)", "insert into out.missing values (2)"]}, alias="out")
    with duckdb.connect(str(made), read_only=True) as file:
        assert file.execute("select a from t").fetchall() == [(1,)]


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "__file__", str(tmp_path / "not there.py"))
    with pytest.raises(duckdb.Error, match=r"made\.duckdb: their process ended with 2"):
        write_apart({tmp_path / "made.duckdb": []}, alias="out")


def test_the_process_sees_no_table_of_the_night(tmp_path: Path) -> None:
    engine = DuckDBEngine(":memory:")
    engine.execute("create table published.t as select 1 as a")
    with pytest.raises(duckdb.CatalogException, match="does not exist"):
        write_apart({tmp_path / "made.duckdb": ["create table out.t as from published.t"]}, alias="out")


def test_queries_are_copied_in_their_order(tmp_path: Path) -> None:
    engine = DuckDBEngine(":memory:")
    engine.execute("create table published.t as select range as a from range(5)")
    query = "select a from published.t order by a desc"
    engine.copy_out({tmp_path / "t.parquet": query, tmp_path / "t.csv": query})
    assert duckdb.read_parquet(str(tmp_path / "t.parquet")).fetchall() == [(4,), (3,), (2,), (1,), (0,)]
    assert (tmp_path / "t.csv").read_text(encoding="ascii") == "a\n4\n3\n2\n1\n0\n"
