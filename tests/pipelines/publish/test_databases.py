"""Both databases of a night (spec 6) and the step that shows them: contracts, comments, all or nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines import ledger_store, restatements
from pipelines.publish import databases, step
from pipelines.publish.databases import FILES, write_databases
from pipelines.publish.folder import nights, published_root
from pipelines.publish.step import publish_night
from pipelines.settings import load_policy
from quality.record import outcome_rows
from schemas.catalogue import CATALOGUE, tables_of
from schemas.columns import COLUMNS
from schemas.ddl import create_table_sql
from schemas.definitions import definition_rows
from schemas.dictionary import dictionary_rows
from tests.conftest import without_files
from tests.pipelines.models.support import (
    ALL,
    Province,
    action_row,
    day,
    enrolment_row,
    person,
    registry_row,
    report_row,
)

NIGHT = day("2025-09-10")
LATER = day("2025-09-17")
POLICY = load_policy(None, NIGHT)


def ready(made: Province, night: dt.date) -> Province:
    """A night's tables up to the door of publication."""
    made.run(night, ALL)
    made.engine.load("published.dictionary", dictionary_rows(night))
    made.engine.load("published.indicator", definition_rows(night, POLICY["rates"]))
    restatements.find_and_publish(made.engine, night)
    made.engine.load("quality.checks", outcome_rows([], night))
    return made


def told() -> Province:
    """A small province at the door of publication."""
    made = Province()
    for serial in range(1, 5):
        made.add("registry", registry_row(person(serial), guardian_name="王父"), on="2025-08-25")
    out = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
    made.add("enrolment", enrolment_row(person(1), **out), enrolment_row(person(2)), on="2025-08-25")
    made.add("case_action", action_row(person(1), "访1"), on="2025-09-10")
    made.add("daily_report", report_row(), on="2025-09-08")
    return ready(made, NIGHT)


@pytest.fixture
def province() -> Province:
    return told()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("night")
    write_databases(told().engine, made)
    return made


@pytest.fixture(scope="module")
def files(folder: Path) -> dict[str, duckdb.DuckDBPyConnection]:
    return {name: duckdb.connect(str(folder / name), read_only=True) for name in FILES}


def test_each_file_holds_its_layers_as_the_contract_says(files: dict[str, duckdb.DuckDBPyConnection]) -> None:
    for name, layers in FILES.items():
        found: dict[str, list[str]] = {}
        columns = "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        tables = "table_name in (select table_name from duckdb_tables())"
        sql = f"{columns} and {tables} order by table_oid, column_index"
        for schema, table, column in files[name].execute(sql).fetchall():
            found.setdefault(f"{schema}.{table}", []).append(column)
        assert found == {t.full_name: list(t.columns) for t in tables_of(*layers)}


def test_no_child_is_in_the_public_file(files: dict[str, duckdb.DuckDBPyConnection], folder: Path) -> None:
    columns = {
        c
        for (c,) in files["report.duckdb"]
        .execute("select column_name from duckdb_columns() where not internal")
        .fetchall()
    }
    assert {c for c in columns if COLUMNS[c].privacy != "public"} == set()
    content = (folder / "report.duckdb").read_bytes()
    who = person(1)
    assert str(who["name"]).encode() not in content
    assert str(who["citizen_number"]).encode() not in content
    assert files["cases.duckdb"].execute("select count(*) from restricted.identities").fetchone() == (4,)


def test_who_may_read_the_files(folder: Path) -> None:
    modes = {name: (folder / name).stat().st_mode & 0o777 for name in FILES}
    assert modes == {"report.duckdb": 0o644, "cases.duckdb": 0o600}


def test_rows_stand_in_the_order_of_their_key(files: dict[str, duckdb.DuckDBPyConnection]) -> None:
    sql = 'select unit_code, line, "group" from published.zeroing'
    rows = files["report.duckdb"].execute(sql).fetchall()
    assert rows == sorted(rows)
    assert len(rows) > 20


def test_a_table_that_lost_a_column_stops_here(province: Province, tmp_path: Path) -> None:
    province.engine.execute("alter table published.zeroing drop column zeroed")
    with pytest.raises(duckdb.Error, match="zeroed"):
        write_databases(province.engine, tmp_path)


def test_publishing_shows_the_night_and_goes_on_from_it(province: Province, tmp_path: Path) -> None:
    shown = publish_night(province.engine, tmp_path, NIGHT, POLICY)
    both = {"history.duckdb", "case_history.duckdb"}
    assert {p.name for p in shown.iterdir()} == {"report.duckdb", "cases.duckdb", "data", "reports", *both}
    run = province.one("ledger.run")
    assert (run["night"], run["stands"], run["published"]) == (NIGHT, True, True)
    publish_night(ready(province, LATER).engine, tmp_path, LATER, POLICY)
    assert province.rows("core.previous_case")[0]["opened_on"] == NIGHT
    assert nights(tmp_path) == [NIGHT, LATER]


@pytest.mark.parametrize("broken", ["write_databases", "write_twins", "write_officials", "commit"])
def test_a_step_that_breaks_shows_and_keeps_nothing(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    with without_files():
        publish_night(province.engine, tmp_path, NIGHT, POLICY)
    ready(province, LATER)

    def breaks(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(ledger_store if broken == "commit" else step, broken, breaks)
    with pytest.raises(OSError, match="no space"):
        publish_night(province.engine, tmp_path, LATER, POLICY)
    root = published_root(tmp_path)
    assert nights(tmp_path) == [NIGHT]
    assert (root / "current").readlink().name == NIGHT.isoformat()
    assert [p.name for p in (root / ".nights").iterdir() if p.is_dir()] == [f"{NIGHT}.1"]
    assert [r["night"] for r in province.rows("ledger.run")] == [NIGHT]


def test_many_children_are_sorted_in_pieces_that_leave_none_out(province: Province, tmp_path: Path) -> None:
    for folder, children in (("whole", 0), ("pieces", 7_000_001)):
        (tmp_path / folder).mkdir()
        write_databases(province.engine, tmp_path / folder, "cases.duckdb", children=children)
    found = []
    for folder in ("whole", "pieces"):
        with duckdb.connect(str(tmp_path / folder / "cases.duckdb"), read_only=True) as file:
            tables = ("restricted.children", "restricted.identities")
            found.append([file.execute(f"select * from {table}").fetchall() for table in tables])
    assert found[0] == found[1]
    assert len(found[0][0]) == 4
    keys = [row[1] for row in found[1][0]]
    assert keys == sorted(keys)


def test_rows_of_the_children_moved_are_replaced_in_the_file() -> None:
    """Several rows a child, one child gone, one come, one who says something else, one who is left alone."""
    table = CATALOGUE["restricted.evidence"]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as cases; create schema restricted; create schema cases.restricted")
        connection.execute("create table moved (child_key varchar)")
        connection.executemany("insert into moved values (?)", [["gone"], ["come"], ["other"]])
        for target, night, rows in (
            ("cases.restricted.evidence", dt.date(2025, 9, 10), [("gone", 1), ("other", 1), ("other", 2), ("same", 1)]),
            ("restricted.evidence", dt.date(2025, 9, 11), [("come", 1), ("other", 2), ("other", 3), ("same", 1)]),
        ):
            connection.execute(create_table_sql(table, target=target))
            connection.executemany(
                f"insert into {target} (as_of, child_key, kind, said, used_for, row_number) "
                "values (?, ?, '学籍', '在读', '状态', ?)",
                [(night, *row) for row in rows],
            )
        for statement in databases._replaced_rows(table, "cases.restricted.evidence", "moved"):
            connection.execute(statement)
        columns = "as_of, child_key, row_number"
        told, kept = (
            connection.execute(f"select {columns} from {where} order by all").fetchall()
            for where in ("restricted.evidence", "cases.restricted.evidence")
        )
    assert told == kept


def test_tables_stay_in_the_file_whose_rows_are_found_by_keys() -> None:
    stay = {table.name for table in tables_of("restricted") if databases._can_stay(table, "moved")}
    assert {"children", "identities", "evidence", "figure_children"} <= stay
    assert "accountability_list" not in stay  # nothing in it names a child
    for name in stay - {"identities"}:
        assert "child_id" not in CATALOGUE[f"restricted.{name}"].columns
    assert all(databases._can_stay(table, None) for table in tables_of("restricted"))
