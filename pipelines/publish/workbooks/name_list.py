"""Restricted workbooks: lists of children, a sheet each, for their owner alone (spec 6.2, items 2 and 8; 6.3).

They hold what the public files must not: every file is made with mode 0600 before anything is written into it, in a
folder of mode 0700.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipelines.publish.folder import RESTRICTED
from pipelines.publish.forms.four_lists import FOUR_LISTS
from pipelines.publish.forms.name_list import COPIES, COPY_WORDS, Binding, Copy, Filled, NameFile, NameList, binding
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.roster import ROSTER
from pipelines.publish.listing import Column, Listing
from pipelines.publish.readback import Block
from pipelines.publish.workbooks.book import FONT_HEAD, FONT_TITLE, NUMBER, Formats, format_number, new_book
from pipelines.publish.workbooks.cells import ALERT
from pipelines.publish.workbooks.form import HEIGHT, Heading, edges, half_widths, merge, numbered, set_print, write_foot
from pipelines.publish.workbooks.mould import LAST, NAME, Body, Cast, Mould, Packer, leave_room, note
from pipelines.publish.workbooks.rows import Coded, Look, RowMaker, coded, packed, sentence_xml

Place = tuple[Scope, str | None]
"""For whom a workbook is, and the county of its rows."""


class Looks(NamedTuple):
    """Of a sheet's columns: the looks of its rows, of the last one, and the row that stands where there are none."""

    rows: list[Look]
    last: list[Look]
    empty: str


NAME_FILES: tuple[NameFile, ...] = (ROSTER, FOUR_LISTS)

MOST_READ = 2_000
"""Rows of all lists together that are read back cell by cell every night."""
_FOOT = 2  # rows after the list: signatures, footnotes
_TITLE, _UNIT, _HEAD, _FIRST = range(4)
_PAGE_WIDTH = 200.0  # half-width characters that still can be read on one page of A4 across
_MEASURE = "0.##_ ;-0.##_ ;0_ ;@_ "
_SHORT = 9  # columns of words and marks: in the middle


def write_name_files(night: ReportNight, folder: Path) -> list[Block]:
    """Every restricted workbook of every county, in full and for meetings, under `folder` (the folder of reports).

    Cases whose county nobody knows stand in workbooks of the province, which are written only where there are any.
    Returns where each of their figures stands.

    What is the same in all counties is made once (`Mould`), rows are put into XML for many counties at a time, and one
    county is packed while the next are made.
    """
    scopes = [
        (scope, scope.unit_code if scope.folder else None)
        for scope in night.scopes
        if scope.folder or any(None in file.counties(night) for file in NAME_FILES)
    ]
    for scope, _ in scopes:
        place = folder / scope.folder / RESTRICTED
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        place.chmod(0o700)
    whole = _read_whole(night, [scope for scope, _ in scopes])
    blocks: dict[str, list[Block]] = {scope.unit_code: [] for scope, _ in scopes}
    with Packer() as packer:
        for file in NAME_FILES:
            nothing = [file.filled(part, night).none().frame for part in file.lists]
            coded_once: list[dict[Binding, Coded]] = [{} for _ in file.lists]
            for copy in COPIES:
                mould, looks = _mould(file, copy, night)
                sheets = [
                    _Rows(file.filled(part, night), part.columns(copy), look, known)
                    for part, look, known in zip(file.lists, looks, coded_once, strict=True)
                ]
                for some in _batches(file, night, scopes):
                    bodies = [sheet.bodies([county for _, county in some]) for sheet in sheets]
                    for scope, county in some:
                        path = folder / scope.folder / RESTRICTED / file.name(copy)
                        listings = [file.listing(part, night, scope, county, copy) for part in file.lists]
                        private_file(path)
                        casts = [
                            _cast(part, one, body.get(county) or [look.empty.encode()])
                            for part, one, body, look in zip(file.lists, listings, bodies, looks, strict=True)
                        ]
                        packer.put(path, mould.cast(scope.name, casts))
                        name = path.relative_to(folder).as_posix()
                        for part, one, none in zip(file.lists, listings, nothing, strict=True):
                            block = Block(name, part.sheet, _FIRST, 0, one)
                            blocks[scope.unit_code].append(block if scope in whole else _counted(block, none))
    return [block for of_scope in blocks.values() for block in of_scope]


def _read_whole(night: ReportNight, scopes: Sequence[Scope]) -> Sequence[Scope]:
    """Whose lists are read back cell by cell: all where they are short, else those of one county, each in its turn."""
    rows = sum(len(file.filled(part, night).frame) for file in NAME_FILES for part in file.lists)
    if rows <= MOST_READ:
        return scopes
    return [scopes[night.as_of.toordinal() % len(scopes)]]


def _counted(block: Block, none: pl.DataFrame) -> Block:
    """The same sheet, of which the rows are counted alone; what stands in them need not be kept: `none` of them is."""
    rows = _FIRST + max(1, len(block.listing.rows)) + _FOOT
    return replace(block, listing=replace(block.listing, rows=none), counted=rows)


def _cast(part: NameList, listing: Listing, body: Body) -> Cast:
    """What sets the sheet of a county apart from others beside its name and its rows."""
    columns = listing.columns
    pages = _pages(columns)
    shown = columns[_start(part.kept, pages) : _first_page([column.width for column in columns], pages)]
    width, lines = 1.05 * sum(column.width for column in shown), _notes(listing)
    height = 15 * sum(math.ceil(half_widths(line) / width) for line in lines)
    return Cast(_FIRST + 1, len(listing.rows), body, [("\n".join(lines), height)])


_BATCH = 40_000  # rows whose XML is made at a time: some ten megabytes a list


def _batches(file: NameFile, night: ReportNight, scopes: list[Place]) -> Iterator[list[Place]]:
    """The scopes in pieces of not too many rows."""
    longest = [file.filled(part, night).places for part in file.lists]
    some: list[Place] = []
    rows = 0
    for scope, county in scopes:
        more = max(places.get(county, (0, 0))[1] for places in longest)
        if some and rows + more > _BATCH:
            yield some
            some, rows = [], 0
        some.append((scope, county))
        rows += more
    yield some


class _Rows:
    """The rows of one list in one copy; what its columns hold is coded once for all copies, in `known`."""

    def __init__(self, filled: Filled, columns: Sequence[Column], looks: Looks, known: dict[Binding, Coded]) -> None:
        self._places = filled.places
        if not self._places:
            return
        for column in columns:
            if binding(column) not in known:
                known[binding(column)] = coded(filled.raw(filled.frame, column))
        of_columns = [known[binding(column)] for column in columns]
        self._codes = [one.codes for one in of_columns]
        self._maker = RowMaker(columns, [one.values for one in of_columns], looks.rows)
        self._last = self._last_rows(filled, columns, looks)

    def bodies(self, counties: Sequence[str | None]) -> dict[str | None, Body]:
        """The rows of some counties as they stand in their sheets; nothing of a county without rows."""
        places = {county: self._places[county] for county in counties if county in self._places}
        if not places:
            return {}
        # Counties stand in the frame by their code, scopes in the order of the tree.
        counted = pl.DataFrame(list(places.values()), schema=["first", "len"], orient="row")
        within = pl.int_ranges(0, pl.col("len"))
        rows = counted.select(at=pl.col("first") + within, number=within + (_FIRST + 1)).explode("at", "number")
        at = rows["at"].cast(pl.UInt32)
        made = packed(self._maker.rows([codes[at] for codes in self._codes], rows["number"]))
        found: dict[str | None, Body] = {}
        first = 0
        for county, (_, count) in places.items():
            found[county] = [made.part(first, count - 1), self._last[county]]
            first += count
        return found

    def _last_rows(self, filled: Filled, columns: Sequence[Column], looks: Looks) -> dict[str | None, memoryview]:
        """The last row of every county: the frame of the list ends with it."""
        at = pl.Series([first + count - 1 for first, count in self._places.values()])
        frame = filled.frame[at]
        ends = [coded(filled.raw(frame, column)) for column in columns]
        numbers = pl.Series([count + _FIRST for _, count in self._places.values()])
        maker = RowMaker(columns, [one.values for one in ends], looks.last)
        made = packed(maker.rows([one.codes for one in ends], numbers))
        return {county: made.part(order, 1) for order, county in enumerate(self._places)}


def _mould(file: NameFile, copy: Copy, night: ReportNight) -> tuple[Mould, list[Looks]]:
    """A workbook with everything but rows, for which it leaves room, and the formats of the rows of its sheets."""
    made = BytesIO()
    book = new_book(made, f"{NAME}{night.day}{file.file}{COPY_WORDS[copy]}", NAME, night.as_of)
    formats, looks = Formats(book), []
    for order, part in enumerate(file.lists):
        listing = Listing(
            title=f"{NAME}{night.day}{part.name}{COPY_WORDS[copy]}",
            measure="人",
            columns=tuple(part.columns(copy)),
            rows=file.filled(part, night).none().frame,
            values=(),
            notes=(note(order, 0),),
        )
        looks.append(_looks(formats, listing.columns, part.empty))
        _write_sheet(book, formats, part.sheet, NAME, listing, part.kept)
    book.close()
    return Mould(made), looks


def private_file(path: Path) -> None:
    """Make an empty file that only its owner may open; raises FileExistsError where it is there already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _write_sheet(book: Any, formats: Formats, name: str, place: str, listing: Listing, kept: int) -> None:
    """Title and unit over the first page, headings that stay and are repeated, room for rows, signatures and notes."""
    sheet = book.add_worksheet(name)
    columns = listing.columns
    pages = _pages(columns)
    start = _start(kept, pages)
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
    leave_room(sheet, formats, columns[0].name)
    headings = [Heading(column.name, "", column.width) for column in columns[start:stop]]
    end = write_foot(sheet, formats, LAST, headings, (), start)
    look = formats.get(font_size=10, align="left", valign="top", text_wrap=True)
    merge(sheet, end, start, start + len(headings) - 1, listing.notes[0], look)
    sheet.set_row(end, HEIGHT)
    sheet.freeze_panes(_FIRST, kept)
    sheet.repeat_rows(_TITLE, _HEAD)
    sheet.autofilter(_HEAD, 0, LAST - 1, len(columns) - 1)
    # Numbers of persons are text on purpose: no green triangle shall offer to make numbers of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{LAST}"})
    set_print(sheet, end, len(columns))
    if pages > 1:
        sheet.fit_to_pages(pages, 0)
        sheet.repeat_columns(0, kept - 1)


def _notes(listing: Listing) -> list[str]:
    """The numbered footnotes: they stand in one cell, for they stand on every sheet and merging is dear."""
    return [numbered(number, note) for number, note in enumerate(listing.notes, start=1)]


def _pages(columns: Sequence[Column]) -> int:
    """Pages across."""
    return math.ceil(sum(column.width for column in columns) / _PAGE_WIDTH)


def _start(kept: int, pages: int) -> int:
    """The columns that are repeated on every page across stay free: a text over them would be repeated in pieces."""
    return kept if pages > 1 else 0


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


def _looks(formats: Formats, columns: Sequence[Column], empty: str) -> Looks:
    """The formats of the rows of a sheet, and the row with the sentence of a list without rows."""
    count = len(columns)
    rows, last = (
        [_looked(formats, column, order, count, end=end) for order, column in enumerate(columns)]
        for end in (False, True)
    )
    blank = [format_number(formats.get(align="left", **edges(order, count, bottom=True))) for order in range(count)]
    return Looks(rows, last, sentence_xml(empty, _FIRST + 1, blank))


def _looked(formats: Formats, column: Column, order: int, columns: int, *, end: bool) -> Look:
    """The formats of a column: text wraps; numbers and dates are numbers and dates."""
    style: dict[str, object] = dict(edges(order, columns, bottom=end))
    if column.kind == "text":
        style |= {"align": "center" if column.width <= _SHORT else "left", "text_wrap": True}
        apart: dict[str, object] = {"quote_prefix": True}
    elif column.kind == "date":
        style |= {"align": "center", "num_format": "yyyy-mm-dd"}
        apart = {}
    else:
        style |= {"align": "right", "num_format": NUMBER if column.kind == "count" else _MEASURE}
        apart = {"bold": True, "font_color": ALERT}
    return Look(format_number(formats.get(**style)), format_number(formats.get(**style, **apart)))
