"""A listing as a sheet of an official form: head, rows with real numbers, signatures and footnotes, print set-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.publish.listing import Column, Kind, Listing, Value, text
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

    styles = _Styles(formats, listing.columns)
    for place, (values, depth, look) in enumerate(zip(listing.values, depths, looks, strict=True)):
        bold = look == "total"
        for order, (column, value) in enumerate(zip(listing.columns, values, strict=True)):
            shown = text(column.kind, value)
            style = styles.get(order, depth, bold, place == last, column.alerts(value), _special(column.kind, shown))
            _write(sheet, row, order, column.kind, value, shown, style)
        lines = max((_lines(value, listing.columns[order].width) for order, value in wrapped(values)), default=1)
        if lines > 1:
            sheet.set_row(row, LINE * lines + 3)
        row += 1
    return row


def _write(sheet: Any, row: int, order: int, kind: Kind, value: Value, shown: str, style: Any) -> None:
    """One cell: a number is a number, a date a date, a word a word that no program can take for a formula."""
    raw = value.raw
    if kind in ("text", "yes_no"):
        sheet.write_string(row, order, shown, style)
    elif not shown:
        sheet.write_blank(row, order, None, style)
    elif kind == "date" and isinstance(raw, date):
        sheet.write_datetime(row, order, raw, style)
    elif shown == NOT_AVAILABLE or isinstance(raw, str | date | None):
        sheet.write_string(row, order, shown, style)
    else:
        sheet.write_number(row, order, float(raw), style)


def _special(kind: Kind, shown: str) -> str:
    """What sets the format of a cell apart from the others of its column."""
    if kind == "text":
        return "risky" if is_risky(shown) else ""
    if kind == "number":
        return "fraction" if "." in shown else ""
    return "bound" if shown.endswith(AT_BOUND) else ""


class _Styles:
    """The formats of one table: made once for all cells that look alike."""

    def __init__(self, formats: Formats, columns: Sequence[Column]) -> None:
        self._formats = formats
        self._columns = columns
        self._made: dict[tuple[int, int, bool, bool, bool, str], Any] = {}

    def get(self, order: int, depth: int, bold: bool, last: bool, alert: bool, special: str) -> Any:
        """The format of a cell: its column, the depth and weight of its row, and what sets it apart."""
        key = (order, depth if order == 0 else 0, bold, last, alert, special)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, order: int, depth: int, bold: bool, last: bool, alert: bool, special: str) -> Any:
        kind = self._columns[order].kind
        style: dict[str, object] = {"bold": bold, **edges(order, len(self._columns), bottom=last)}
        if order == 0:
            style["indent"] = depth + 1
        if alert:
            # Whoever must act is found at a glance, on paper without colour too.
            style |= {"bold": True, "font_color": ALERT}
        if kind == "text":
            style |= {"align": "left", "text_wrap": order > 0, **({"quote_prefix": True} if special else {})}
        elif kind == "yes_no":
            style["align"] = "center"
        elif kind == "date":
            style |= {"align": "center", "num_format": "yyyy-mm-dd"}
        else:
            rates = kind in ("rate", "percent") or special == "fraction"
            number_format = RATE_AT_BOUND if special == "bound" else RATE if rates else NUMBER
            style |= {"align": "right", "num_format": number_format}
        return self._formats.get(**style)


def _lines(value: Value, width: float) -> int:
    """How many lines a text takes: left to themselves, some programs do not make a row higher for text that wraps."""
    return 1 if value.raw is None else max(1, math.ceil(half_widths(str(value.raw)) / (width - 1.5)))


def _number(listing: Listing, order: int) -> str:
    """The number under a heading: 甲, 乙, … for what names the row, 1, 2, … for its figures."""
    named = [column.figure is None for column in listing.columns]
    return "甲乙丙丁戊己庚辛壬癸"[sum(named[:order])] if named[order] else str(order + 1 - sum(named[:order]))
