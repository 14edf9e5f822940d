"""A listing as a sheet of an official form: head, rows with real numbers, signatures and footnotes, print set-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.publish.listing import NOT_SAID, Column, Listing, Value, text
from pipelines.publish.wording import AT_BOUND, NOT_AVAILABLE
from pipelines.publish.workbooks.book import NUMBER, Formats, is_risky
from pipelines.publish.workbooks.form import FIRST_ROW, Heading, edges, half_widths, set_print, write_foot, write_head

RATE = "0.00_ ;-0.00_ ;0.00_ ;@_ "
RATE_AT_BOUND = f'0.00"{AT_BOUND}";-0.00"{AT_BOUND}";0.00"{AT_BOUND}"'
ALERT = "#9C0006"
LINE = 14.0


def write_sheet(book: Any, formats: Formats, name: str, place: str, listing: Listing) -> int:
    """Write a listing as one sheet and return the sheet's first row of figures (0-based)."""
    sheet = book.add_worksheet(name)
    headings = [
        Heading(column.name, _number(listing, order), column.width) for order, column in enumerate(listing.columns)
    ]
    write_head(sheet, formats, listing.title, place, listing.measure, headings)
    row = write_rows(sheet, formats, FIRST_ROW, listing)
    last = write_foot(sheet, formats, row, headings, listing.notes) - 1
    set_print(sheet, last, len(headings))
    return FIRST_ROW


def write_rows(sheet: Any, formats: Formats, row: int, listing: Listing) -> int:
    """The rows of a listing from `row` on; the row after them. Without rows its sentence stands in their place."""
    columns = len(listing.columns)
    if not listing.values:
        blank = [formats.get(align="left", **edges(column, columns, bottom=True)) for column in range(columns)]
        sheet.write_string(row, 0, listing.empty or "无", blank[0])
        for order in range(1, columns):
            sheet.write_blank(row, order, None, blank[order])
        return row + 1
    depths = listing.rows["depth"].to_list() if "depth" in listing.rows.columns else [0] * len(listing.values)
    looks = listing.rows["look"].to_list() if "look" in listing.rows.columns else ["unit"] * len(listing.values)
    last = len(listing.values) - 1
    texts = [order for order, column in enumerate(listing.columns) if order and column.kind == "text"]

    def wrapped(values: Sequence[Value]) -> list[tuple[int, Value]]:
        return [(order, values[order]) for order in texts]

    for place, (values, depth, look) in enumerate(zip(listing.values, depths, looks, strict=True)):
        for order, (column, value) in enumerate(zip(listing.columns, values, strict=True)):
            style: dict[str, object] = {"bold": look == "total", **edges(order, columns, bottom=place == last)}
            if order == 0:
                style["indent"] = depth + 1
            _write(sheet, formats, row, order, column, value, style)
        lines = max((_lines(value, listing.columns[order].width) for order, value in wrapped(values)), default=1)
        if lines > 1:
            sheet.set_row(row, LINE * lines + 3)
        row += 1
    return row


def _write(
    sheet: Any, formats: Formats, row: int, order: int, column: Column, value: Value, style: dict[str, object]
) -> None:
    """One cell: a number is a number, a date a date, a word a word that no program can take for a formula."""
    shown, raw = text(column.kind, value), value.raw
    if column.alerts(value):
        # Whoever must act is found at a glance, on paper without colour too.
        style |= {"bold": True, "font_color": ALERT}
    if column.kind in ("text", "yes_no"):
        style |= {"align": "left" if column.kind == "text" else "center"}
        if column.kind == "text":
            style["text_wrap"] = order > 0
        if is_risky(shown):
            style["quote_prefix"] = True
        sheet.write_string(row, order, shown, formats.get(**style))
    elif column.kind == "date":
        cell = formats.get(**style, align="center", num_format="yyyy-mm-dd")
        if isinstance(raw, date):
            sheet.write_datetime(row, order, raw, cell)
        else:
            sheet.write_string(row, order, shown, cell) if shown else sheet.write_blank(row, order, None, cell)
    else:
        rates = column.kind in ("rate", "percent")
        number_format = RATE_AT_BOUND if shown.endswith(AT_BOUND) else RATE if rates else NUMBER
        if column.kind == "number" and "." in shown:
            number_format = RATE
        cell = formats.get(**style, align="right", num_format=number_format)
        if not shown:
            sheet.write_blank(row, order, None, cell)
        elif shown == NOT_AVAILABLE or value == NOT_SAID or isinstance(raw, str | bool | date | None):
            sheet.write_string(row, order, shown, cell)
        else:
            sheet.write_number(row, order, float(raw), cell)


def _lines(value: Value, width: float) -> int:
    """How many lines a text takes: left to themselves, some programs do not make a row higher for text that wraps."""
    return 1 if value.raw is None else max(1, math.ceil(half_widths(str(value.raw)) / (width - 1.5)))


def _number(listing: Listing, order: int) -> str:
    """The number under a heading: 甲, 乙, … for what names the row, 1, 2, … for its figures."""
    named = [column.figure is None for column in listing.columns]
    return "甲乙丙丁戊己庚辛壬癸"[sum(named[:order])] if named[order] else str(order + 1 - sum(named[:order]))
