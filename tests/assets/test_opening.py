"""`kongchuo open`: what it prints opens the file, while and after other nights are published (spec 6)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from pipelines.publish.folder import new_folder, show
from pipelines.publish.step import publish_night
from tests.pipelines.publish.test_databases import LATER, NIGHT, POLICY, ready, told

pytestmark = pytest.mark.usefixtures("databases_only")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights in a folder whose name wants quotes."""
    made = tmp_path_factory.mktemp("the province's")
    province = told()
    publish_night(province.engine, made, NIGHT, POLICY)
    publish_night(ready(province, LATER).engine, made, LATER, POLICY)
    return made


def said(home: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["open", "--home", str(home), *arguments])
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.parametrize(
    ("arguments", "night", "query"),
    [
        ((), LATER, "select distinct as_of from published.zeroing"),
        (("--as-of", NIGHT.isoformat()), NIGHT, "select distinct as_of from published.zeroing"),
        (("--file", "cases"), LATER, "select distinct as_of from restricted.children"),
        (("--file", "history"), LATER, "select distinct as_of from published.open_at('2026-01-01')"),
        (("--file", "case_history"), LATER, "select max(as_of) from restricted.case_latest"),
    ],
)
def test_what_is_printed_opens_the_file(home: Path, arguments: tuple[str, ...], night: dt.date, query: str) -> None:
    shell, python, sql = said(home, *arguments).splitlines()
    assert shell.startswith("duckdb -readonly ")
    assert "current" not in shell + python + sql
    with eval(python, {"duckdb": duckdb}) as connection:
        assert connection.execute(query).fetchall() == [(night,)]
    with duckdb.connect() as connection:
        connection.execute(sql)
        assert connection.execute(query).fetchall() == [(night,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("create table made (a int)")


def test_what_cannot_be_opened_is_said_in_a_sentence(home: Path, tmp_path: Path) -> None:
    assert "No night has been published" in said(tmp_path, status=REFUSED)
    assert "only the newest night keeps" in said(
        home, "--file", "history", "--as-of", NIGHT.isoformat(), status=REFUSED
    )
    assert "no file warehouse; take one of report, cases" in said(home, "--file", "warehouse", status=REFUSED)
    assert "has not been published" in said(home, "--as-of", "2020-01-01", status=REFUSED)


def test_the_newest_follows_current(home: Path, tmp_path: Path) -> None:
    for day in ("2025-09-28", "2025-09-29"):
        folder = new_folder(tmp_path, dt.date.fromisoformat(day))
        (folder / "report.duckdb").touch()
        show(tmp_path, dt.date.fromisoformat(day), folder)
        assert f"/published/{day}/report.duckdb" in said(tmp_path)
