"""Cells of long lists: those that the tables hold, and a table of children is read once for all lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.publish.forms.name_list import beside, of
from pipelines.publish.listing import Column, figure
from pipelines.publish.long_lists import LongLists

CHILDREN = pl.DataFrame(
    {"child_key": ["a", "b"], "name": ["王", "李"], "child_id": ["1", "2"], "guardian": ["王大", None]}
)
ROSTER = pl.DataFrame({"child_key": ["a", "b"], "case_id": ["C1", "C2"], "reason": ["厌学", None]})
NAME, NUMBER = (
    Column("姓名", "text", 12, of("identities", "name")),
    Column("号", "text", 21, of("identities", "child_id")),
)
GUARDIAN = Column("监护人", "text", 12, of("identities", "guardian"))


class Tables:
    """Answers with the columns that are asked for, and keeps the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        assert parameters == {"as_of": date(2025, 9, 22)}
        self.asked.append(sql)
        table = CHILDREN if "restricted.identities" in sql else ROSTER
        return table.select(name for name in table.columns if f'"{name}"' in sql)


def lists() -> tuple[Tables, LongLists]:
    tables = Tables()
    return tables, LongLists(tables, date(2025, 9, 22))


def test_cells_stand_in_the_order_of_the_rows() -> None:
    _, cells = lists()
    rows = pl.DataFrame(
        {"child_key": ["b", "c", "a", "b"], "case_id": ["C2", "C9", "C1", "C2"], "office": list("wxyz")}
    )
    columns = (
        NUMBER,
        Column("单位", "text", 9, label="office"),
        NAME,
        Column("原因", "text", 9, of("roster", "reason")),
    )
    found = cells.fill(columns, rows)
    assert found.rows() == [
        ("2", "w", "李", None), (None, "x", None, None), ("1", "y", "王", "厌学"), ("2", "z", "李", None)
    ]  # fmt: skip


def test_a_table_of_children_is_read_once_for_all_lists() -> None:
    tables, cells = lists()
    rows = pl.DataFrame({"child_key": ["a"]})
    assert cells.fill((NAME, NUMBER), rows).rows() == [("王", "1")]
    assert cells.fill((NUMBER,), rows).rows() == [("1",)]
    assert len(tables.asked) == 1
    # What the first list did not show is read again with it.
    assert cells.fill((GUARDIAN, NAME), rows).rows() == [("王大", "王")]
    assert len(tables.asked) == 2
    assert all("child_key in (select child_key from restricted.cases" in sql for sql in tables.asked)


def test_what_the_query_of_the_rows_read_is_not_read_again() -> None:
    tables, cells = lists()
    reason = Column("原因", "text", 9, of("roster", "reason"))
    assert beside("roster", "r", (NAME, reason, reason)) == ', r."reason" as "restricted_roster_reason"'
    rows = pl.DataFrame(
        {"child_key": ["b", "a"], "case_id": ["C2", "C1"], "restricted_roster_reason": ["贫困", "厌学"]}
    )
    assert cells.fill((reason, NAME), rows).rows() == [("贫困", "李"), ("厌学", "王")]
    assert ["restricted.identities" in sql for sql in tables.asked] == [True]


@pytest.mark.parametrize(
    "one",
    [
        figure("zeroing", "open_at_end", how="sum"),
        figure("zeroing", "open_at_end", line="household"),
        replace(of("identities", "name"), base="child_id"),
    ],
)
def test_what_does_not_name_one_cell_is_refused(one: object) -> None:
    _, cells = lists()
    column = replace(NAME, figure=one)
    with pytest.raises(ValueError, match="姓名 is no figure"):
        cells.fill((column,), pl.DataFrame({"child_key": ["a"]}))
