"""Rows of forms as the XML of a sheet: what a value looks like is worked out once, however many forms show it.

A form has few rows and many looks, and its values are in words already; long lists go by whole columns (`rows`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipelines.publish.listing import Column, Listing, Value, text
from pipelines.publish.wording import AT_BOUND, NOT_AVAILABLE
from pipelines.publish.workbooks.book import NUMBER, Formats, format_number, is_risky
from pipelines.publish.workbooks.form import edges, half_widths
from pipelines.publish.workbooks.rows import day_number, height_xml, letters, sentence_xml, text_cell

RATE = "0.00_ ;-0.00_ ;0.00_ ;@_ "
RATE_AT_BOUND = f'0.00"{AT_BOUND}";-0.00"{AT_BOUND}";0.00"{AT_BOUND}"'
ALERT = "#9C0006"
LINE = 14.0

_NUMBERS = (int, float, Decimal)
Apart = tuple[bool, str]
"""What sets the format of a cell apart from the others of its column: whether it must be found at a glance, and what
else is special about its value."""


class _Cell(NamedTuple):
    """A value in a cell: what stands after the number of the format, and how many lines it takes."""

    apart: Apart
    rest: str
    lines: int


class Cells:
    """The rows of one table of a form, in all workbooks that share its formats.

    `height` is that of a row of one line, in points, where it is not the height of an empty sheet's rows.
    """

    def __init__(self, formats: Formats, columns: Sequence[Column], height: float | None = None) -> None:
        self._formats = formats
        self._columns = columns
        self._height = "" if height is None else height_xml(height)
        self._begin = [f'<c r="{letters(order)}' for order in range(len(columns))]
        self._known: list[dict[Value, _Cell]] = [{} for _ in columns]
        self._styles: dict[tuple[int, bool, bool], list[_Styles]] = {}

    def rows(self, listing: Listing, first: int) -> bytes:
        """The rows of a listing with these columns, the first of them under the number `first`.

        Without rows its sentence stands in their place.
        """
        if not listing.values:
            return self._sentence(listing.empty or "无", first).encode()
        rows, height = listing.rows, len(listing.values)
        depths = rows["depth"].to_list() if "depth" in rows.columns else [0] * height
        looks = rows["look"].to_list() if "look" in rows.columns else ["unit"] * height
        last, made = height - 1, []
        for place, (values, depth, look) in enumerate(zip(listing.values, depths, looks, strict=True)):
            number, lines = str(first + place), 1
            row = [self._height]
            styles = self._style(depth, look == "total", place == last)
            for order, (value, known, style) in enumerate(zip(values, self._known, styles, strict=True)):
                cell = known.get(value) or self._cell(order, value)
                row.append(f'{self._begin[order]}{number}" s="{style[cell.apart]}{cell.rest}')
                if cell.lines > lines:
                    lines = cell.lines
            if lines > 1:
                row[0] = height_xml(LINE * lines + 3)
            made.append(f'<row r="{number}"{row[0]}>{"".join(row[1:])}</row>')
        return "".join(made).encode()

    def _sentence(self, shown: str, row: int) -> str:
        count = len(self._columns)
        looks = [
            format_number(self._formats.get(align="left", **edges(order, count, bottom=True))) for order in range(count)
        ]
        return sentence_xml(shown, row, looks, self._height)

    def _style(self, depth: int, bold: bool, last: bool) -> list[_Styles]:
        """The formats of the cells of a row, a column each."""
        key = (depth, bold, last)
        if key not in self._styles:
            orders = range(len(self._columns))
            self._styles[key] = [_Styles(self._formats, self._columns, order, *key) for order in orders]
        return self._styles[key]

    def _cell(self, order: int, value: Value) -> _Cell:
        column = self._columns[order]
        kind, raw, shown = column.kind, value.raw, text(column.kind, value)
        special, lines = "", 1
        if kind == "text":
            special = "risky" if is_risky(shown) else ""
            # Left to themselves, some programs do not make a row higher for text that wraps.
            lines = math.ceil(half_widths(str(raw)) / (column.width - 1.5)) if order and raw is not None else 1
        elif kind == "number":
            special = "fraction" if "." in shown else ""
        elif shown.endswith(AT_BOUND):
            special = "bound"
        cell = _Cell((column.alerts(value), special), _rest(column, value, shown), lines)
        self._known[order][value] = cell
        return cell


def _rest(column: Column, value: Value, shown: str) -> str:
    """A number is a number, a date a date, a word a word that no program can take for a formula."""
    raw = value.raw
    if column.kind in ("text", "yes_no"):
        return text_cell(shown)
    if not shown:
        return '"/>'
    if column.kind == "date" and isinstance(raw, date):
        return f'"><v>{day_number(raw)}</v></c>'
    if (number := as_number(value, shown)) is None:
        return text_cell(shown)
    return f'"><v>{number:.16G}</v></c>'


def as_number(value: Value, shown: str) -> float | None:
    """The number that a cell holds; null where a word or nothing stands in it."""
    raw = value.raw
    if shown in ("", NOT_AVAILABLE) or not isinstance(raw, _NUMBERS):
        return None
    return float(raw)


class _Styles(dict[Apart, int]):
    """The numbers of the formats of a column in rows of one depth and weight, each made when a cell first needs it."""

    def __init__(
        self, formats: Formats, columns: Sequence[Column], order: int, depth: int, bold: bool, last: bool
    ) -> None:
        super().__init__()
        self._formats, self._kind = formats, columns[order].kind
        self._common: dict[str, object] = {"bold": bold, **edges(order, len(columns), bottom=last)}
        self._first = order == 0
        if self._first:
            self._common["indent"] = depth + 1

    def __missing__(self, apart: Apart) -> int:
        alert, special = apart
        style = dict(self._common)
        if alert:
            # Whoever must act is found at a glance, on paper without colour too.
            style |= {"bold": True, "font_color": ALERT}
        if self._kind == "text":
            style |= {"align": "left", "text_wrap": not self._first, **({"quote_prefix": True} if special else {})}
        elif self._kind == "yes_no":
            style["align"] = "center"
        elif self._kind == "date":
            style |= {"align": "center", "num_format": "yyyy-mm-dd"}
        else:
            rates = self._kind in ("rate", "percent") or special == "fraction"
            number_format = RATE_AT_BOUND if special == "bound" else RATE if rates else NUMBER
            style |= {"align": "right", "num_format": number_format}
        self[apart] = format_number(self._formats.get(**style))
        return self[apart]
