"""Every question of docs/cookbook.md is asked, read only, of the file it names; what comes out stands below it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from schemas.shown import CASE_HISTORY, CASES, HISTORY, REPORT
from schemas.tables.ready import READY
from tests.support.cookbook import DOCUMENT, Question, answer, make_home, questions, table, written_again

pytestmark = pytest.mark.usefixtures("databases_only")

QUESTIONS = questions(DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("cookbook"))


@pytest.mark.full
@pytest.mark.parametrize("question", QUESTIONS, ids=[question.title[3:40] for question in QUESTIONS])
def test_what_comes_out_stands_below_the_question(home: Path, question: Question) -> None:
    headings, rows = answer(home, question)
    assert table(headings, rows) == question.shown, "the document is behind: make cookbook"
    values = {value for row in rows for value in row}
    assert len(rows) > 1
    assert len(values - {None, 0, ""}) > 1


@pytest.mark.full
def test_a_question_needs_no_name_of_its_file(home: Path) -> None:
    for question in QUESTIONS:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{home / 'published' / 'current' / question.file}' as anything (read_only)")
            connection.execute("use anything")
            assert connection.execute(question.sql).fetchall() == answer(home, question)[1]


def test_every_file_and_everything_ready_is_asked() -> None:
    assert {question.file for question in QUESTIONS} == {REPORT, CASES, HISTORY, CASE_HISTORY}
    ready = {table.full_name for tables in READY.values() for table in tables}
    asked = " ".join(question.sql for question in QUESTIONS)
    assert {name for name in ready if not re.search(rf"\b{re.escape(name)}\b", asked)} == {"published.headline"}


def test_nobody_is_named_and_no_child_is_shown() -> None:
    columns = {"child_key", "case_id", "name", "child_id", "phone", "guardian"}
    assert [q.title for q in QUESTIONS if columns & set(re.findall(r"\w+", q.shown.split("\n")[0]))] == []


@pytest.mark.full
def test_a_result_that_has_changed_is_seen_and_written_again(home: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    first = QUESTIONS[0].shown
    stale = text.replace(first, table(["unit_name"], [("无",)]), 1)
    assert questions(stale)[0].shown != first
    assert written_again(stale, home) == text


def test_what_stands_ready_agrees_with_the_tables_beside_it(home: Path) -> None:
    with duckdb.connect() as connection:
        for file in (REPORT, CASES, HISTORY):
            alias = file.removesuffix(".duckdb")
            connection.execute(f"attach '{home / 'published' / 'current' / file}' as {alias} (read_only)")

        def rows(file: str, query: str) -> list[tuple[object, ...]]:
            return connection.execute(f"use {file.removesuffix('.duckdb')}; {query}").fetchall()

        headline = (
            "select unit_code, indicator, rate, target, met from published.headline semi join published.assessment"
        )
        assessed = rows(REPORT, "select unit_code, indicator, value, line, met from published.assessment order by all")
        assert rows(REPORT, f"{headline} using (unit_code, indicator) order by all") == assessed
        assert len(assessed) == 30
        assert rows(REPORT, "from published.rate('primary_dropout', '2199000001')") != []
        assert rows(REPORT, "from published.rate('primary_dropout', '98')") == []

        province = "where unit_level = 'province' and line = 'household' and \"group\" = 'all'"
        open_at_end = f"select open_at_end from published.open_at($night) {province}"
        for night in ("'2025-09-15'", "'2025-09-28'", "'2025-10-12'"):
            said = rows(HISTORY, open_at_end.replace("$night", night))
            assert rows(CASES, f"select count(*) from restricted.open_at({night})") == said
        states = "select count(*) filter (where state = 'verified'), count(*) filter (where state = 'suspected')"
        tonight = rows(REPORT, f"select verified_open, suspected_open from published.zeroing {province}")
        assert rows(CASES, f"{states} from restricted.open_cases") == tonight
        assert rows(CASES, f"{states} from restricted.open_at('2025-10-12')") == tonight
        last_before = rows(HISTORY, "select distinct as_of, known_on from published.open_at('2025-10-01')")
        assert [str(day) for day in last_before[0]] == ["2025-09-28", "2025-10-12"]
        assert rows(HISTORY, "from published.open_at('2025-08-30')") == []
