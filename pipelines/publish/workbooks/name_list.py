"""Restricted workbooks: lists of children, a sheet each, for their owner alone (spec 6.2, items 2 and 8; 6.3).

They hold what the public files must not: every file is made with mode 0600 before anything is written into it, in a
folder of mode 0700.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.publish.folder import RESTRICTED
from pipelines.publish.forms.four_lists import FOUR_LISTS
from pipelines.publish.forms.name_list import COPIES, COPY_WORDS, Copy, NameFile
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.roster import ROSTER
from pipelines.publish.listing import Column, Listing, Value, text
from pipelines.publish.readback import Block
from pipelines.publish.wording import NOT_AVAILABLE
from pipelines.publish.workbooks.book import FONT_HEAD, FONT_TITLE, NUMBER, Formats, is_risky, new_book
from pipelines.publish.workbooks.form import Heading, edges, half_widths, merge, set_print, write_foot
from pipelines.publish.workbooks.sheet import ALERT

NAME_FILES: tuple[NameFile, ...] = (ROSTER, FOUR_LISTS)

_TITLE, _UNIT, _HEAD, _FIRST = range(4)
_PAGE_WIDTH = 200.0  # half-width characters that still can be read on one page of A4 across
_LINE = 15.5
_MEASURE = "0.##_ ;-0.##_ ;0_ ;@_ "
_SHORT = 9  # columns of words and marks: in the middle


def write_name_files(night: ReportNight, folder: Path) -> list[Block]:
    """Every restricted workbook of every county, in full and for meetings, under `folder` (the folder of reports).

    Cases whose county nobody knows stand in workbooks of the province, which are written only where there are any.
    Returns where each of their figures stands.
    """
    blocks = []
    for scope in night.scopes:
        county = scope.unit_code if scope.folder else None
        if county is None and not any(None in file.counties(night) for file in NAME_FILES):
            continue
        place = folder / scope.folder / RESTRICTED
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        place.chmod(0o700)
        for file in NAME_FILES:
            for copy in COPIES:
                path = place / file.name(copy)
                blocks += _write(file, copy, night, scope, county, path, path.relative_to(folder).as_posix())
    return blocks


def private_file(path: Path) -> None:
    """Make an empty file that only its owner may open; raises FileExistsError where it is there already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _write(
    file: NameFile, copy: Copy, night: ReportNight, scope: Scope, county: str | None, path: Path, name: str
) -> list[Block]:
    private_file(path)
    book = new_book(path, f"{scope.name}{night.day}{file.file}{COPY_WORDS[copy]}", scope.name, night.as_of)
    formats = Formats(book)
    blocks = []
    for part in file.lists:
        listing = file.listing(part, night, scope, county, copy)
        _write_sheet(book, formats, part.sheet, scope.name, listing, part.kept)
        blocks.append(Block(name, part.sheet, _FIRST, 0, listing))
    book.close()
    return blocks


def _write_sheet(book: Any, formats: Formats, name: str, place: str, listing: Listing, kept: int) -> None:
    """Title and unit over the first page, headings that stay and are repeated, rows, signatures and footnotes."""
    sheet = book.add_worksheet(name)
    columns = listing.columns
    pages = math.ceil(sum(column.width for column in columns) / _PAGE_WIDTH)
    # The columns that are repeated on every page across stay free: a text over them would be repeated in pieces.
    start = kept if pages > 1 else 0
    stop = _first_page([column.width for column in columns], pages)
    title = formats.get(font_name=FONT_TITLE, font_size=18, bold=True, align="center")
    middle = (start + stop) // 2
    merge(sheet, _TITLE, start, stop - 1, listing.title, title)
    merge(sheet, _UNIT, start, middle - 1, f"填报单位：{place}", formats.get(align="left"))
    merge(sheet, _UNIT, middle, stop - 1, f"单位：{listing.measure}", formats.get(align="right"))
    for order, column in enumerate(columns):
        sheet.set_column(order, order, column.width)
        look = formats.get(font_name=FONT_HEAD, align="center", text_wrap=True, **edges(order, len(columns), top=True))
        sheet.write_string(_HEAD, order, column.name, look)
    sheet.set_row(_TITLE, 36)
    sheet.set_row(_UNIT, 20)
    sheet.set_row(_HEAD, 34)
    row = _write_rows(sheet, formats, listing)
    last = row - 1
    headings = [Heading(column.name, "", column.width) for column in columns[start:stop]]
    end = write_foot(sheet, formats, row, headings, (), start)
    _write_notes(sheet, formats, end, headings, listing.notes, start)
    sheet.freeze_panes(_FIRST, kept)
    sheet.repeat_rows(_TITLE, _HEAD)
    if listing.values:
        sheet.autofilter(_HEAD, 0, last, len(columns) - 1)
    # Numbers of persons are text on purpose: no green triangle shall offer to make numbers of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    set_print(sheet, end, len(columns))
    if pages > 1:
        sheet.fit_to_pages(pages, 0)
        sheet.repeat_columns(0, kept - 1)


def _write_notes(
    sheet: Any, formats: Formats, row: int, headings: Sequence[Heading], notes: Sequence[str], left: int
) -> None:
    """The numbered footnotes in one cell: they stand on every sheet of every county, and merging is dear."""
    width = 1.05 * sum(heading.width for heading in headings)
    lines = [f"{'注：' if number == 1 else '　　'}{number}. {note}" for number, note in enumerate(notes, start=1)]
    look = formats.get(font_size=10, align="left", valign="top", text_wrap=True)
    merge(sheet, row, left, left + len(headings) - 1, "\n".join(lines), look)
    sheet.set_row(row, 15 * sum(math.ceil(half_widths(line) / width) for line in lines))


def _first_page(widths: Sequence[float], pages: int) -> int:
    """How many columns surely stand on the first page across."""
    if pages == 1:
        return len(widths)
    room, passed = 0.9 * sum(widths) / pages, 0.0
    for order, width in enumerate(widths):
        passed += width
        if passed > room:
            return order
    return len(widths)


def _write_rows(sheet: Any, formats: Formats, listing: Listing) -> int:
    """The rows; the row after them. Text wraps, and rows are made high enough for it."""
    columns = listing.columns
    if not listing.values:
        blank = [formats.get(align="left", **edges(order, len(columns), bottom=True)) for order in range(len(columns))]
        sheet.write_string(_FIRST, 0, listing.empty, blank[0])
        for order in range(1, len(columns)):
            sheet.write_blank(_FIRST, order, None, blank[order])
        return _FIRST + 1
    last = len(listing.values) - 1
    looks: list[_Look] = []
    # Most values stand in many rows: each is put into words and measured once a column.
    known: list[dict[Value, _Words]] = [{} for _ in columns]
    for number, values in enumerate(listing.values):
        row, lines = _FIRST + number, 1
        if number in (0, last):
            looks = [_look(formats, c, order, len(columns), end=number == last) for order, c in enumerate(columns)]
        for order, (column, value, look) in enumerate(zip(columns, values, looks, strict=True)):
            found = known[order].get(value)
            if found is None:
                found = known[order][value] = _measured(column, value)
            _write_cell(sheet, formats, row, order, column, value, found, look)
            if found[1] > lines:
                lines = found[1]
        # Left to themselves, some programs do not make a row higher for text that wraps.
        sheet.set_row(row, _LINE * lines + 3)
    return _FIRST + last + 1


_Words = tuple[str, int, bool]
"""A value in words, how many lines it takes, and whether a program could take it for a formula."""


def _measured(column: Column, value: Value) -> _Words:
    shown, lines = text(column.kind, value), 1
    if column.kind == "text" and 2 * len(shown) > column.width:
        lines = math.ceil(half_widths(shown) / (column.width - 0.8))
    return shown, lines, is_risky(shown)


_Look = tuple[Any, dict[str, object]]
"""The format of a column, and its properties, from which the rarer ones are made when one is needed."""


def _look(formats: Formats, column: Column, order: int, columns: int, *, end: bool) -> _Look:
    style: dict[str, object] = dict(edges(order, columns, bottom=end))
    if column.kind == "text":
        style |= {"align": "center" if column.width <= _SHORT else "left", "text_wrap": True}
    elif column.kind == "date":
        style |= {"align": "center", "num_format": "yyyy-mm-dd"}
    else:
        style |= {"align": "right", "num_format": NUMBER if column.kind == "count" else _MEASURE}
    return formats.get(**style), style


def _write_cell(
    sheet: Any, formats: Formats, row: int, order: int, column: Column, value: Value, words: _Words, look: _Look
) -> None:
    raw, (plain, style), (shown, _, risky) = value.raw, look, words
    if column.alert and column.alerts(value):
        plain = formats.get(**style, bold=True, font_color=ALERT)
    if not shown:
        sheet.write_blank(row, order, None, plain)
    elif column.kind == "text" or shown == NOT_AVAILABLE or isinstance(raw, str | bool | None):
        sheet.write_string(row, order, shown, formats.get(**style, quote_prefix=True) if risky else plain)
    elif isinstance(raw, date):
        sheet.write_datetime(row, order, raw, plain)
    else:
        sheet.write_number(row, order, float(raw), plain)
