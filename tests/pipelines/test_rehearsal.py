"""What a replay would change, without changing it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.night import run_night
from pipelines.rehearsal import Change, compared, rehearse
from schemas.catalogue import CATALOGUE
from tests.support.deliveries import World, people

pytestmark = pytest.mark.usefixtures("databases_only")

SECRET = b"a-secret"
NIGHTS = (dt.date(2025, 9, 10), dt.date(2025, 9, 17))
TABLE = CATALOGUE["restricted.reporting_gaps"]


def gaps(*rows: tuple[str, str | None]) -> pl.DataFrame:
    columns = {"as_of": pl.Date, "school_code": pl.String, "last_reported": pl.String}
    return pl.DataFrame([(NIGHTS[0], *row) for row in rows], schema=columns, orient="row")


@pytest.mark.parametrize(
    ("after", "change"),
    [
        ([("a", "1"), ("b", None)], None),
        ([("b", None), ("a", "1")], None),
        ([("a", "2"), ("b", None)], (0, 0, 1, ("last_reported",))),
        ([("a", "1"), ("b", "1")], (0, 0, 1, ("last_reported",))),
        ([("a", "1")], (0, 1, 0, ())),
        ([("a", "1"), ("b", None), ("c", "1")], (1, 0, 0, ())),
        ([("c", None)], (1, 2, 0, ())),
    ],
    ids=["same", "order", "cell", "null", "gone", "added", "all"],
)
def test_rows_are_compared_by_key(after, change):
    found = compared(TABLE, NIGHTS[0], gaps(("a", "1"), ("b", None)), gaps(*after))
    assert found == (Change(NIGHTS[0], TABLE.full_name, *change) if change else None)


def test_a_table_that_was_not_published_before_counts_as_new_rows():
    assert compared(TABLE, NIGHTS[0], pl.DataFrame(), gaps(("a", "1"))) == Change(
        NIGHTS[0], TABLE.full_name, 1, 0, 0, ()
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, World]:
    """Two nights of two pupils, one of whom drops out in the second."""
    made = World(tmp_path_factory.mktemp("world"))
    made.references("2025-08-25")
    made.deliver("户籍", people("户籍", 2), day="2025-08-25")
    pupils = people("学籍", 2)
    made.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    made.deliver("学籍", pupils, day="2025-09-15")
    made.engine.close()
    home = tmp_path_factory.mktemp("home")
    for night in NIGHTS:
        run_night(night, made.landing, home, None, SECRET)
    return made.landing, home, made


def files(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_nothing_changes_and_nothing_would(world):
    landing, home, _ = world
    before = files(home)
    found = rehearse(home, NIGHTS, lambda copy: [run_night(night, landing, copy, None, SECRET) for night in NIGHTS])
    assert found == []
    assert files(home) == before


def test_a_late_correction_shows_the_nights_and_tables_that_it_changes(world):
    """The pupil had dropped out earlier: the case is opened in the first night already."""
    landing, home, made = world
    pupils = people("学籍", 2)
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-02"}
    made.deliver("学籍", pupils, day="2025-09-05")
    before = files(home)
    found = rehearse(home, NIGHTS, lambda copy: [run_night(night, landing, copy, None, SECRET) for night in NIGHTS])
    assert files(home) == before
    by_table = {(change.night, change.table): change for change in found}
    assert by_table[NIGHTS[0], "restricted.cases"].added == 1
    assert "status" in by_table[NIGHTS[0], "restricted.children"].columns
    assert "opened_on" in by_table[NIGHTS[1], "restricted.cases"].columns
    assert by_table[NIGHTS[0], "published.zeroing"].changed > 0
