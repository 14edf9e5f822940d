"""Rows of forms as XML: what stands in a cell, how it looks, and how high its row is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pytest

from pipelines.publish.listing import NOT_SAID, Column, Listing, Value
from pipelines.publish.workbooks.book import Formats, new_book
from pipelines.publish.workbooks.cells import ALERT, RATE_AT_BOUND, Cells
from pipelines.publish.workbooks.mould import Cast, Mould, leave_room, note
from pipelines.publish.zipped import write_zip

NIGHT = date(2025, 9, 20)
COLUMNS = (
    Column("单位", "text", 20),
    Column("说明", "text", 12),
    Column("人数", "count", 9, alert="positive"),
    Column("率", "rate", 9),
    Column("清零", "yes_no", 9, alert="false"),
    Column("日期", "date", 12),
    Column("数值", "number", 9),
)


def listing(*values: tuple[Any, ...], depth: int = 0, look: str = "unit") -> Listing:
    made = tuple(tuple(one if isinstance(one, Value) else Value(one) for one in row) for row in values)
    rows = pl.DataFrame({"depth": [depth] * len(made), "look": [look] * len(made)})
    return Listing("表", "人", COLUMNS, rows, made, empty="没有。")


def sheet(tmp_path: Path, one: Listing, height: float | None = None) -> Any:
    """The listing in a sheet under one head row, as a reader opens it."""
    made = BytesIO()
    book = new_book(made, "表", "示例省", NIGHT)
    formats = Formats(book)
    place = book.add_worksheet("表")
    place.write_string(0, 0, "单位", formats.get())
    leave_room(place, formats, "单位")
    body = Cells(formats, COLUMNS, height).rows(one, 2)
    book.close()
    path = tmp_path / "表.xlsx"
    write_zip(path, Mould(made).cast("示例省", [Cast(2, len(one.values), [body])]))
    return openpyxl.load_workbook(path)["表"]


FULL = ("示例县", "说明", 3, Value(Decimal("1.50"), 200, False), True, date(2025, 9, 1), Decimal("2.50"))


def test_numbers_dates_and_words_are_what_they_are(tmp_path: Path) -> None:
    row = sheet(tmp_path, listing(FULL))[2]
    assert [cell.value for cell in row[:5]] == ["示例县", "说明", 3, 1.5, "是"]
    assert (row[5].value.date(), row[6].value) == (date(2025, 9, 1), 2.5)
    assert [cell.data_type for cell in row] == ["s", "s", "n", "n", "s", "d", "n"]
    assert (row[3].number_format, row[6].number_format) == ("0.00_ ;-0.00_ ;0.00_ ;@_ ",) * 2


def test_what_is_not_there_is_blank_or_said(tmp_path: Path) -> None:
    row = sheet(tmp_path, listing(("示例县", NOT_SAID, None, Value(None, 0), None, None, None)))[2]
    assert [cell.value or "" for cell in row] == ["示例县", "—", "—", "", "—", "", "—"]
    assert row[3].border.left.style == "thin"


@pytest.mark.parametrize("risky", ["=1+1", "+86", "@x", "-3"])
def test_a_word_like_a_formula_is_marked_as_text(tmp_path: Path, risky: str) -> None:
    first, second = sheet(tmp_path, listing((risky, risky, *FULL[2:])))[2][:2]
    assert (first.value, first.data_type, first.quotePrefix) == (risky, "s", True)
    assert (second.value, second.data_type, second.quotePrefix) == (risky, "s", True)


def test_signs_of_xml_and_spaces_are_kept(tmp_path: Path) -> None:
    row = sheet(tmp_path, listing(("<b>河口&镇", " 甲\n乙 ", *FULL[2:])))[2]
    assert [cell.value for cell in row[:2]] == ["<b>河口&镇", " 甲\n乙 "]


def test_what_must_be_found_and_what_rounding_hides(tmp_path: Path) -> None:
    other = ("示例乡", "说明", 0, Value(Decimal("100.00"), 9000, True), False, None, 2)
    found = sheet(tmp_path, listing(FULL, other))
    assert [found.cell(row, 3).font.bold for row in (2, 3)] == [True, False]
    assert found["C2"].font.color.rgb == f"FF{ALERT[1:]}"
    assert [found.cell(row, 5).font.bold for row in (2, 3)] == [False, True]
    assert found["D3"].number_format == RATE_AT_BOUND
    assert found["G3"].number_format == found["C3"].number_format == "0_ ;-0_ ;0_ ;@_ "


def test_depth_weight_and_the_last_line(tmp_path: Path) -> None:
    found = sheet(tmp_path, listing(FULL, FULL, depth=2, look="total"))
    assert [cell.alignment.indent for cell in found[2][:2]] == [3, 0]
    assert all(cell.font.bold for cell in found[2])
    assert [found.cell(row, 2).border.bottom.style for row in (2, 3)] == ["thin", "medium"]


def test_rows_are_as_high_as_what_wraps_in_them(tmp_path: Path) -> None:
    found = sheet(tmp_path, listing(FULL, ("示例县", "一二三四五六七八九十一二三四五六", *FULL[2:])))
    assert (found.row_dimensions[2].height, found.row_dimensions[3].height) == (None, 59.25)
    high = sheet(tmp_path, listing(FULL), 20.0)
    assert high.row_dimensions[2].height == 20.25


def test_no_rows_are_a_sentence(tmp_path: Path) -> None:
    row = sheet(tmp_path, listing())[2]
    assert [cell.value for cell in row] == ["没有。", *[None] * 6]
    assert {cell.border.bottom.style for cell in row} == {"medium"}


def test_one_value_has_the_same_looks_in_every_workbook() -> None:
    book = new_book(BytesIO(), "表", "示例省", NIGHT)
    cells = Cells(Formats(book), COLUMNS)
    book.add_worksheet("表")
    first, again = (ElementTree.fromstring(cells.rows(listing(FULL), row)) for row in (2, 40))
    book.close()
    assert [cell.get("r") for cell in again] == [f"{letter}40" for letter in "ABCDEFG"]
    assert [cell.get("s") for cell in again] == [cell.get("s") for cell in first]


def test_a_mould_has_signs_for_so_many_footnotes_only() -> None:
    signs = {note(sheet, order) for sheet in range(12) for order in range(27)}
    assert len(signs) == 12 * 27
    with pytest.raises(ValueError, match="footnotes"):
        note(0, 27)
