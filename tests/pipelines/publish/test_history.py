"""`history.duckdb`: what any night said can be read again, as known then and as known now (spec 6.1)."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.engine import DuckDBEngine
from pipelines.night import run_night
from pipelines.publish import history
from pipelines.publish.history import FILES, PUBLIC, RESTRICTED
from schemas.catalogue import CATALOGUE
from schemas.tables.history import TABLES
from tests.support.deliveries import World, people

pytestmark = pytest.mark.usefixtures("databases_only")

SECRET = b"a-secret"
FIRST, SECOND, THIRD = dt.date(2025, 9, 10), dt.date(2025, 9, 17), dt.date(2025, 9, 24)
Rows = list[tuple[object, ...]]


def rows(home: Path, night: dt.date, file: str, query: str) -> Rows:
    with duckdb.connect(str(home / "published" / night.isoformat() / file), read_only=True) as database:
        return database.execute(query).fetchall()


def of_night(home: Path, night: dt.date, table: str) -> Rows:
    columns = ", ".join(f'"{name}"' for name in CATALOGUE[f"published.{table}"].columns)
    return rows(home, night, "report.duckdb", f"select {columns} from published.{table} order by all")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[dt.date, int], dict[str, Rows]]]:
    """Three nights, then a corrected delivery and the first two again: the home, and what each run said at its time."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 6), day="2025-08-25")
    pupils = people("学籍", 6)
    world.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", pupils, day="2025-09-15")
    pupils[0] |= {"学籍状态": "在读", "状态日期": "2025-09-20"}
    world.deliver("学籍", pupils, day="2025-09-22")
    home = tmp_path_factory.mktemp("home")
    said: dict[tuple[dt.date, int], dict[str, Rows]] = {}

    def night(as_of: dt.date) -> None:
        run_night(as_of, world.landing, home, None, SECRET)
        said[as_of, len(said) + 1] = {table.name: of_night(home, as_of, table.name) for table in TABLES}

    for as_of in (FIRST, SECOND, THIRD):
        night(as_of)
    late = people("学籍", 6)
    late[1] |= {"学籍状态": "辍学", "状态日期": "2025-09-05"}
    world.deliver("学籍", late, day="2025-09-08")
    for as_of in (FIRST, SECOND):
        night(as_of)
    world.engine.close()
    return home, said


@pytest.fixture
def home(told: tuple[Path, object]) -> Path:
    return told[0]


@pytest.fixture
def connection(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(f"attach '{home / 'published' / 'current' / PUBLIC}' as whatever (read_only)")
        made.execute("use whatever")
        yield made


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_run_can_be_read_again(
    told: tuple[Path, dict[tuple[dt.date, int], dict[str, Rows]]], connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    columns = ", ".join(f'"{name}"' for name in CATALOGUE[f"published.{table}"].columns)
    newest = {as_of: tables for (as_of, _), tables in told[1].items()}
    for as_of, tables in newest.items():
        query = f"select {columns} from published.{table}_latest where as_of = $as_of order by all"
        assert connection.execute(query, {"as_of": as_of}).fetchall() == tables[table]
    known = dict(connection.execute("select run_id, known_on from published.run").fetchall())
    for (as_of, run_id), tables in told[1].items():
        query = f"select {columns} from published.{table}_history where as_of = $as_of and known_on = $on order by all"
        assert connection.execute(query, {"as_of": as_of, "on": known[run_id]}).fetchall() == tables[table]


def test_a_replay_adds_rows_with_a_later_known_on(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select as_of, known_on, open_at_end from published.zeroing_history "
        "where unit_level = 'county' and line = 'household' and \"group\" = 'all' order by 1, 2"
    ).fetchall()
    assert [(str(as_of), str(known), n) for as_of, known, n in found if n] == [
        ("2025-09-10", "2025-09-22", 1),
        ("2025-09-17", "2025-09-15", 1),
        ("2025-09-17", "2025-09-22", 2),
        ("2025-09-24", "2025-09-22", 1),
    ]


def test_only_the_newest_night_keeps_the_files(home: Path) -> None:
    kept = {
        night: [file for file in FILES if (home / "published" / str(night) / file).exists()]
        for night in (FIRST, SECOND, THIRD)
    }
    assert kept == {FIRST: [], SECOND: [], THIRD: list(FILES)}


def test_cases_are_told_by_key_alone_to_case_workers(home: Path) -> None:
    file = home / "published" / "current" / RESTRICTED
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = rows(home, THIRD, RESTRICTED, "describe restricted.case_history")
    assert "child_key" in {row[0] for row in said}
    assert not {"child_id", "case_uid", "name"} & {row[0] for row in said}
    states = rows(home, THIRD, RESTRICTED, "select as_of, state, category from restricted.case_latest order by all")
    assert [(str(as_of), *rest) for as_of, *rest in states] == [
        ("2025-09-10", "verified", "dropped_out"),
        ("2025-09-17", "verified", "dropped_out"),
        ("2025-09-17", "verified", "dropped_out"),
        ("2025-09-24", "verified", "dropped_out"),
    ]


def test_every_view_and_table_explains_itself(home: Path) -> None:
    for file in FILES:
        silent = rows(
            home,
            THIRD,
            file,
            "select table_name, column_name from duckdb_columns() where not internal and comment is null "
            "and table_name <> 'run' union all "
            "select view_name, '' from duckdb_views() where not internal and comment is null",
        )
        assert silent == []


def test_a_former_file_of_another_layout_is_not_written_on(
    told: tuple[Path, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are refreshed in a copy of the former file only while tables, views and comments are what they would be."""
    home = tmp_path / "home"
    shutil.copytree(told[0], home, symlinks=True)
    words = {PUBLIC: ["comment on table published.run is '另一说明'"], RESTRICTED: []}
    monkeypatch.setattr(history, "ready_sql", words.__getitem__)
    engine = DuckDBEngine(home / "warehouse.duckdb")
    history.place(history.write_history(engine, home, THIRD, home))
    engine.close()
    comment = "select comment from duckdb_tables() where table_name = 'run'"
    assert rows(home, THIRD, PUBLIC, comment) != [("另一说明",)]  # the night's own file was left alone
    with duckdb.connect(str(home / PUBLIC), read_only=True) as database:
        assert database.execute(comment).fetchall() == [("另一说明",)]
        count = database.execute("select count(*) from published.zeroing_latest").fetchone()
    assert count == rows(home, THIRD, PUBLIC, "select count(*) from published.zeroing_latest")[0]


def test_rows_that_are_what_they_were_are_taken_over_from_a_file_that_nobody_touched(
    told: tuple[Path, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(told[0], home, symlinks=True)
    asked: list[set[str]] = []
    fill = history._filled
    monkeypatch.setattr(
        history, "_filled", lambda engine, rows, folder: asked.append({*rows}) or fill(engine, rows, folder)
    )
    contents: list[dict[str, list[tuple[object, ...]]]] = []
    engine = DuckDBEngine(home / "warehouse.duckdb")
    shown = home / "published" / str(THIRD) / PUBLIC

    def written() -> set[str]:
        asked.clear()
        history.place(history.write_history(engine, home, THIRD, shown.parent.resolve()))
        names = rows(home, THIRD, PUBLIC, "select table_name from duckdb_tables() order by 1")
        contents.append({name: rows(home, THIRD, PUBLIC, f"from published.{name} order by all") for (name,) in names})
        return set.union(*asked)

    every = written()  # in a copied home nobody knows what the files hold
    assert {"out.published.run", "out.published.zeroing_span", "out.restricted.case_span"} <= every
    assert written() == set()
    engine.execute("update history.zeroing set open_at_end = open_at_end + 1 where from_run = 1")
    assert written() == {"out.published.zeroing_span"}
    engine.execute("update history.zeroing set open_at_end = open_at_end - 1 where from_run = 1")
    assert written() == {"out.published.zeroing_span"}
    assert contents[0] == contents[1] == contents[3] != contents[2]
    with duckdb.connect(str(shown)) as database:
        database.execute("delete from published.residence_span")
    assert written() == {one for one in every if one.startswith("out.published")}
    (home / "published" / ".nights" / f"{PUBLIC}.layout").write_text("{")
    assert written() == {one for one in every if one.startswith("out.published")}
    assert contents[4] == contents[5] == contents[0]
    engine.close()


def test_what_a_replay_says_otherwise_is_told_with_its_cause(told: tuple[Path, object]) -> None:
    """The corrected delivery of 8 September made the first night have a case, and the second one more."""
    query = (
        "select night, table_name, key, column_name, old_value, new_value, cause, files from published.restatements "
        "where unit_level = 'county' and table_name = 'published.zeroing' and key = 'household/all' "
        "and column_name = 'open_at_end' order by all"
    )
    file = ("late file", "学籍_990121 2025-09-08")
    first = (FIRST, "published.zeroing", "household/all", "open_at_end", "0", "1", *file)
    second = (SECOND, "published.zeroing", "household/all", "open_at_end", "1", "2", *file)
    assert rows(told[0], FIRST, "report.duckdb", query) == [first]
    # The second night tells of the first one too; the third was not run again and knows of neither.
    assert rows(told[0], SECOND, "report.duckdb", query) == [first, second]
    assert rows(told[0], THIRD, "report.duckdb", query) == []


def test_a_restated_night_names_no_village_and_no_school(told: tuple[Path, object]) -> None:
    levels = rows(told[0], SECOND, "report.duckdb", "select distinct unit_level from published.restatements order by 1")
    assert levels == [("county",), ("prefecture",), ("province",), ("township",)]


def test_what_changed_since_the_last_night(told: tuple[Path, object]) -> None:
    query = (
        "select span, then_on, value_then, value_now, change from published.change where unit_level = 'county' "
        "and line = 'household' and \"group\" = 'all' and measure = 'open_at_end' and unit_code = '990121000000' "
        "order by 1"
    )
    assert rows(told[0], FIRST, "report.duckdb", query) == []
    assert rows(told[0], SECOND, "report.duckdb", query) == [
        ("last_night", FIRST, 1, 2, 1),
        ("week", FIRST, 1, 2, 1),
    ]


def test_the_trend_tells_of_every_night_what_is_known_now(told: tuple[Path, object]) -> None:
    query = (
        "select night, open_at_end, zeroed from published.trend "
        "where unit_level = 'county' and unit_code = '990121000000' order by 1"
    )
    # The second night was run again after the corrected delivery, and looks no further than itself.
    assert [row[:2] for row in rows(told[0], SECOND, "report.duckdb", query)] == [(FIRST, 1), (SECOND, 2)]
    assert [row[:2] for row in rows(told[0], THIRD, "report.duckdb", query)] == [(FIRST, 0), (SECOND, 1), (THIRD, 1)]
