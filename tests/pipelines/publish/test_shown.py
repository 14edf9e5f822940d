"""What stands in the published files is what the contracts say, each part with words in both languages (spec 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.publish.ready import FOLDER
from pipelines.publish.step import publish_night
from schemas.shown import CASE_HISTORY, CASES, HISTORY, REPORT, SHOWN, Shown, shown_in
from schemas.tables.ready import PARAMETERS, READY
from tests.pipelines.publish.test_databases import NIGHT, POLICY, told

pytestmark = pytest.mark.usefixtures("databases_only")

FILES = (REPORT, CASES, HISTORY, CASE_HISTORY)
MACROS = [shown for shown in SHOWN if shown.object_type == "macro"]
BOTH = re.compile(r"[^/]*[\u4e00-\u9fff][^/]* / .*[A-Za-z]{2}", re.DOTALL)
CALLS = {
    "published.rate": "published.rate('primary_dropout', '990121')",
    "published.open_at": "published.open_at('2025-09-10', known := '2025-09-10')",
    "restricted.open_at": "restricted.open_at('2025-09-10')",
}
COLUMNS = (
    "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal "
    "order by schema_name, table_name, column_index"
)
VIEWS = "select schema_name || '.' || view_name from duckdb_views() where not internal"
OUR_MACROS = "from duckdb_functions() where function_type like '%macro' and not internal"
Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_night(told().engine, tmp_path_factory.mktemp("home"), NIGHT, POLICY)


@pytest.fixture
def opened(folder: Path) -> Iterator[dict[str, Connection]]:
    made = {file: duckdb.connect(str(folder / file), read_only=True) for file in FILES}
    yield made
    for connection in made.values():
        connection.close()


def described(connection: Connection, query: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {query}").fetchall()]


def contract(shown: Shown) -> list[tuple[str, str]]:
    return [(name, shown.table.type_of(name)) for name in shown.table.columns]


@pytest.mark.parametrize("file", FILES)
def test_a_file_holds_what_its_contracts_say_and_nothing_else(opened: dict[str, Connection], file: str) -> None:
    found: dict[str, list[tuple[str, str]]] = {}
    for schema, name, column, kind in opened[file].execute(COLUMNS).fetchall():
        found.setdefault(f"{schema}.{name}", []).append((column, kind))
    assert found == {shown.table.full_name: contract(shown) for shown in shown_in(file, "table", "view")}
    views = {name for (name,) in opened[file].execute(VIEWS).fetchall()}
    assert views == {shown.table.full_name for shown in shown_in(file, "view")}
    macros = opened[file].execute(f"select schema_name || '.' || function_name, parameters {OUR_MACROS}")
    assert dict(macros.fetchall()) == {
        shown.table.full_name: [part.split(":=")[0].strip() for part in shown.parameters.split(",")]
        for shown in shown_in(file, "macro")
    }


@pytest.mark.parametrize("file", FILES)
def test_everything_has_a_comment_in_both_languages(opened: dict[str, Connection], file: str) -> None:
    comments = (
        "select table_name, comment from duckdb_tables() where not internal "
        "union all select view_name, comment from duckdb_views() where not internal "
        "union all select table_name || '.' || column_name, comment from duckdb_columns() where not internal "
        f"union all select function_name, comment {OUR_MACROS}"
    )
    rows = opened[file].execute(comments).fetchall()
    assert len(rows) > 50
    assert [name for name, comment in rows if not BOTH.match(comment or "")] == []
    counted = "select comment from duckdb_columns() where column_name in ('open_at_end', 'visits') and not internal"
    assert all("单位/unit: " in comment for (comment,) in opened[file].execute(counted).fetchall())


def test_the_dictionary_lists_every_column_of_every_file(opened: dict[str, Connection]) -> None:
    query = "select file, object_type, table_name, column_name, type from published.dictionary"
    listed = opened[REPORT].execute(query).fetchall()
    found = set()
    for file, connection in opened.items():
        views = {name for (name,) in connection.execute(VIEWS).fetchall()}
        for schema, table, column, kind in connection.execute(COLUMNS).fetchall():
            name = f"{schema}.{table}"
            found.add((file, "view" if name in views else "table", name, column, kind))
    for shown in MACROS:
        for column, kind in described(opened[shown.file], f"select * from {CALLS[shown.table.full_name]}"):
            found.add((shown.file, "macro", shown.table.full_name, column, kind))
    assert set(listed) == found
    assert len(listed) == len(found)


def test_every_file_of_sql_has_a_contract_and_the_other_way_round() -> None:
    contracts = {table.full_name for tables in READY.values() for table in tables}
    assert {path.stem for path in FOLDER.glob("*.sql")} == contracts
    assert set(PARAMETERS) <= contracts


@pytest.mark.parametrize("file", FILES)
def test_views_and_macros_answer_under_any_name(folder: Path, file: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / file}' as \"某 夜\" (read_only)")
        for shown in shown_in(file, "view"):
            view = f'"某 夜".{shown.table.full_name}'
            assert [name for name, _ in described(connection, f"select * from {view}")] == [*shown.table.columns]
            connection.execute(f"select * from {view}").fetchall()
        connection.execute('use "某 夜"')
        for shown in shown_in(file, "macro"):
            call = CALLS[shown.table.full_name]
            assert described(connection, f"select * from {call}") == contract(shown)
            assert connection.execute(f"select count(*) from {call}").fetchall() != [(0,)]
