"""How far the cells of an .xlsx sheet reach, read from its XML before anything is laid out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from xml.parsers import expat

from pipelines.landing.readers.raw_file import Unreadable

_SHEET = b"sheetData"
_BEYOND = 1 << 64  # any row and any column
_NO_CELL = "a sheet of the workbook has cells where no sheet has any"
# A cell as spreadsheet programs write it, to the end of its tag: <c r="B7" s="3" t="s">
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: (?:s|t|cm|vm|ph)="[0-9A-Za-z]*")* ?/?>')
# The beginning of a cell's tag in any way, and tags with a prefix whose name ends like one.
_BEGINNINGS = tuple(b"<c" + after for after in (b" ", b">", b"/", b"\t", b"\n", b"\r"))
_PREFIXED = tuple(b":c" + after for after in (b" ", b">", b"/", b"\t", b"\n", b"\r"))
_REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)")


class Extent:
    """The rectangle around the cells of a sheet. `unsure`: it has cells that were not understood."""

    def __init__(self) -> None:
        self._top = self._left = _BEYOND
        self._bottom = self._right = -1
        self.is_sheet = False
        self.unsure = False

    def take(self, rows: Collection[int], columns: Collection[int]) -> None:
        """Take cells of these rows and columns."""
        if rows and columns:
            self.take_one(min(rows), min(columns))
            self.take_one(max(rows), max(columns))

    def take_one(self, row: int, column: int) -> None:
        """Take one cell."""
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, column), max(self._right, column)

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        if self._bottom < 0:
            return 0
        return (self._bottom - self._top + 1) * (self._right - self._left + 1)


def cells_of_usual_form(xml: bytes, extent: Extent) -> None:
    """Take the cells in a part of a sheet; `extent.unsure` when some are written in another way than the usual."""
    if not extent.is_sheet:
        extent.is_sheet = _SHEET in xml
    if not extent.is_sheet or extent.unsure:
        return
    found = _CELL.findall(xml)
    tags = sum(map(xml.count, _BEGINNINGS))
    if len(found) != tags or any(map(xml.__contains__, _PREFIXED)):
        extent.unsure = True
    elif found:
        rows, columns = {row for _, row in found}, {letters for letters, _ in found}
        extent.take([int(row) for row in rows], [_column(letters.decode()) for letters in columns])


def cells_of_any_form(parts: Iterable[bytes]) -> Extent:
    """The extent of the cells with anything in them, counted as the reading library counts. Raises Unreadable."""
    return _Cells().read(parts)


class _Cells:
    """A sheet read tag by tag: cells without a reference follow the one before, rows likewise."""

    def __init__(self) -> None:
        self._extent = Extent()
        self._row = self._column = 1
        self._cell: tuple[int, int] | None = None  # the open cell, until something is found in it

    def read(self, parts: Iterable[bytes]) -> Extent:
        # The library takes names and numbers as bytes, whatever encoding the part declares.
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            for part in parts:
                parser.Parse(part, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Unreadable("a sheet of the workbook is damaged") from error
        return self._extent

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row = _number(attributes.get("r", "")) or self._row
        elif name == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            if reference:
                self._column = _column(reference[1])
            self._cell = (_number(reference[2]) if reference else self._row, self._column)
        elif self._cell is not None:
            self._extent.take_one(*self._cell)
            self._cell = None

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row += 1
            self._column = 1
        elif name == "c":
            self._cell = None
            self._column += 1


def _number(row: str) -> int:
    """A row; 0 where there is none. The library's own numbers run over beyond nine digits."""
    digits = row.lstrip("0")
    if len(digits) > 9:
        raise Unreadable(_NO_CELL)
    return int(digits) if digits.isdecimal() else 0


def _column(letters: str) -> int:
    if len(letters) > 5:
        raise Unreadable(_NO_CELL)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
