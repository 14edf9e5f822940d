"""Figures bound to published cells: filled by joins, looked up cell by cell, written in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipelines.publish.listing import NOT_SAID, Column, Kind, Value, figure, fill, text
from pipelines.publish.readback import as_shown
from pipelines.publish.wording import AT_BOUND


def column(one: Any, kind: Kind = "count", **more: Any) -> Column:
    return Column("栏", kind, 10, one, **more)


def raws(values: tuple[tuple[Value, ...], ...]) -> list[list[Any]]:
    return [[value.raw for value in row] for row in values]


def test_each_row_gets_the_cell_of_its_keys(reader: Any, as_of: date) -> None:
    rows = pl.DataFrame(
        {"unit_code": ["990000000000", "990190000000", "990000000000"], "group": ["all", "all", "poor"]}
    )
    columns = [
        column(figure("zeroing", "suspected_open", line="household")),
        column(figure("zeroing", "verified_open", line="household", group_="poor")),
        column(figure("dropout_rate", "denominator", how="sum", variant="event", only={"group": "all"})),
    ]
    assert raws(fill(reader, as_of, columns, rows)) == [[5, 2, 1500], [0, 0, 0], [1, 2, "—"]]


def test_a_null_key_stands_for_all_its_values(reader: Any, as_of: date) -> None:
    rows = pl.DataFrame({"unit_code": ["990000000000"] * 2, "deadline": [None, "verify_due"]})
    assert raws(fill(reader, as_of, [column(figure("deadlines", "due", how="sum"))], rows)) == [[5], [5]]
    counted = column(figure("deadlines", "due", how="rows"))
    assert raws(fill(reader, as_of, [counted], rows)) == [[6], [1]]


def test_a_rate_keeps_what_it_is_a_rate_of(reader: Any, as_of: date) -> None:
    rows = pl.DataFrame({"unit_code": ["990101000000", "990190000000"], "school_year": ["2025-2026"] * 2})
    one = figure("dropout_rate", "rate", base="denominator", bound="at_bound", stage="primary", variant="event")
    values = fill(reader, as_of, [column(one, "rate")], rows)
    assert values == ((Value(Decimal("0.70"), 1000, False),), (Value(None, 0, None),))


def test_what_a_sparse_table_leaves_out_is_zero_and_elsewhere_unknown(reader: Any, as_of: date) -> None:
    rows = pl.DataFrame({"unit_code": ["990999000000"], "deadline": ["verify_due"]})
    columns = [column(figure("deadlines", "due", sparse=True)), column(figure("deadlines", "due"))]
    assert raws(fill(reader, as_of, columns, rows)) == [[0, None]]


def test_a_binding_that_names_no_single_cell_is_a_fault_of_the_form(reader: Any, as_of: date) -> None:
    rows = pl.DataFrame({"unit_code": ["990000000000"]})
    with pytest.raises(ValueError, match=r"published\.zeroing\.opened needs line, group to be one cell"):
        fill(reader, as_of, [column(figure("zeroing", "opened"))], rows)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("count", Value(0), "0"),
        ("count", Value(None), "—"),
        ("count", NOT_SAID, "—"),
        ("rate", Value(Decimal("97.5"), 40), "97.50"),
        ("rate", Value(Decimal("100.00"), 30001, True), f"100.00{AT_BOUND}"),
        ("rate", Value(None, 0), ""),
        ("rate", Value(None, None), "—"),
        ("percent", Value(Decimal("95.00")), "95.00"),
        ("percent", Value(None), "—"),
        ("yes_no", Value(True), "是"),
        ("yes_no", Value(None), "—"),
        ("date", Value(date(2025, 9, 1)), "2025-09-01"),
        ("date", Value(None), ""),
        ("number", Value(Decimal("12.00")), "12"),
        ("number", Value(Decimal("1.80")), "1.8"),
        ("text", Value(None), ""),
    ],
)
def test_words(kind: Kind, value: Value, shown: str) -> None:
    assert text(kind, value) == shown


@pytest.mark.parametrize(
    ("kind", "cell", "shown"),
    [
        ("count", 5.0, "5"),
        ("count", 5.5, "5.5"),
        ("count", 0.0, "0"),
        ("count", 1200.0, "1200"),
        ("rate", 97.5, "97.50"),
        ("rate", "100.00※", "100.00"),
        ("rate", None, ""),
        ("date", datetime(2025, 9, 1, tzinfo=UTC), "2025-09-01"),
        ("number", 1.8, "1.8"),
        ("yes_no", "是", "是"),
    ],
)
def test_a_cell_of_a_file_in_the_same_words(kind: Kind, cell: object, shown: str) -> None:
    assert as_shown(kind, cell) == shown


def test_what_must_be_found_at_a_glance() -> None:
    over = column(None, "yes_no", alert="true")
    gap = column(None, "count", alert="positive")
    assert [over.alerts(Value(raw)) for raw in (True, False, None)] == [True, False, False]
    assert [gap.alerts(Value(raw)) for raw in (3, 0, None, "—")] == [True, False, False, False]
