"""Every figure that a file shows, read back from the file and held against the database (before `current` moves).

A file remembers for each of its tables where it stands and which cells of the database its columns show (`Block`). Here
the written file is opened as its reader would open it, every figure is taken out as it stands there, and looked up in
the written database. Filling and looking up share the bindings and nothing else: the one joins, the other asks cell by
cell. One difference stops the publication.

Of long lists of children one county's are read so a night, each county in its turn; of the others every byte is
unpacked and the rows are counted.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol
from xml.sax.saxutils import unescape
from zipfile import BadZipFile, ZipFile

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish.listing import Column, Figure, Kind, Listing, Rows, Value, text, whole
from pipelines.publish.reader import TableReader
from pipelines.publish.wording import AT_BOUND, NOT_AVAILABLE
from pipelines.publish.zipped import unpacked
from schemas.ddl import quoted

MOST_NAMED = 5
_ROW = b"<row "
_SHEET = re.compile(r'<sheet name="([^"]*)"')


@dataclass(frozen=True)
class Block:
    """A table of a file: `file` under the night's folder, `place` in it (the name of a sheet, the number of a table),
    the row and column of its first value, and the listing that stands there. With `counted` nothing of it is compared
    but how many rows the sheet has."""

    file: str
    place: str
    row: int
    column: int
    listing: Listing
    counted: int | None = None


class FileReader(Protocol):
    """Opens a kind of file: what stands in the cells of a place, row by row, as values or text."""

    def __call__(self, path: Path) -> Callable[[str], Sequence[Sequence[object]]]:
        """The reader of the places of one file."""
        ...


@dataclass(frozen=True)
class Difference:
    """A figure that a file and the database do not agree about; of what is not public it names the cell alone."""

    file: str
    place: str
    row: int
    column: str
    shown: str
    kept: str
    public: bool

    def __str__(self) -> str:
        values = f": shows {self.shown!r}, database {self.kept!r}" if self.public else ""
        return f"{self.file} [{self.place}] row {self.row + 1}, {self.column}{values}"


def read_back(
    folder: Path,
    blocks: Iterable[Block],
    databases: Mapping[str, TableReader],
    readers: Mapping[str, FileReader],
    as_of: date,
) -> int:
    """Compare every figure of the written files with the written databases; returns how many were compared.

    `databases` answers for each schema that the figures name; `readers` opens files by their suffix. Raises
    KongchuoError naming the first differences, and where a file shows less than was written.
    """
    whole: dict[str, list[Block]] = {}
    counted: dict[str, list[Block]] = {}
    for block in blocks:
        (whole if block.counted is None else counted).setdefault(block.file, []).append(block)
    lookup, compared, found = _Lookup(databases, as_of, _children(whole), _shown(whole)), 0, list[Difference]()
    with ThreadPoolExecutor(2, "counting") as beside:
        counting = [beside.submit(_count, folder / file, of_file) for file, of_file in counted.items()]
        for file, of_file in whole.items():
            place = readers[Path(file).suffix](folder / file)
            for block in of_file:
                count, different = _compare(block, place(block.place), lookup)
                compared += count
                found += different
        found += [one for done in counting for one in done.result()]
    if found:
        named = "; ".join(str(one) for one in found[:MOST_NAMED])
        raise KongchuoError(
            f"{len(found)} figure(s) in the files differ from the database, nothing was published: {named}. "
            "Run the night again; if it stays, the form that is named shows another cell than it is bound to."
        )
    return compared


def _children(blocks: Mapping[str, Sequence[Block]]) -> list[str]:
    """The children of all listings that are compared."""
    listed = [block.listing.rows for of_file in blocks.values() for block in of_file]
    keys = [rows["child_key"] for rows in listed if "child_key" in rows.columns]
    return pl.concat(keys).drop_nulls().unique().to_list() if keys else []


def _shown(blocks: Mapping[str, Sequence[Block]]) -> dict[tuple[str, str], list[str]]:
    """The columns of each table that a listing shows or finds its cells by: some tables are wide, and long."""
    listings = [block.listing for of_file in blocks.values() for block in of_file]
    found: dict[tuple[str, str], set[str]] = {}
    for columns in {id(one.columns): one.columns for one in listings}.values():  # those of most are the same
        for one in [figure for column in columns for figure in column.figures]:
            names = found.setdefault((one.schema, one.table), set(one.contract.key))
            names.update((one.column, one.base, one.bound, *(name for name, _ in one.where)))
    return {table: sorted(names - {""}) for table, names in found.items()}


def _count(path: Path, blocks: Sequence[Block]) -> list[Difference]:
    """The sheets of a workbook that have more or fewer rows than were written; a byte that was lost is seen too."""
    try:
        rows = count_rows(path)
    except (BadZipFile, zlib.error, EOFError):
        rows = {}
    return [
        Difference(block.file, block.place, 0, "rows", str(rows.get(block.place)), str(block.counted), public=False)
        for block in blocks
        if rows.get(block.place) != block.counted
    ]


def _compare(block: Block, cells: Sequence[Sequence[object]], lookup: _Lookup) -> tuple[int, list[Difference]]:
    compared, found = 0, list[Difference]()
    if block.listing.rows.is_empty():
        return 0, []
    rows, places = Rows(block.listing.rows), _Found()
    standing = [*cells[block.row : block.row + rows.height]]
    standing += [()] * (rows.height - len(standing))
    for order, column in enumerate(block.listing.columns):
        if column.figure is None:
            continue
        kind, place = column.kind, block.column + order
        compared += rows.height
        for row, (kept, line) in enumerate(zip(lookup.words(column, rows, places), standing, strict=True), block.row):
            cell = line[place] if place < len(line) else None
            if cell != kept and (shown := as_shown(kind, cell)) != kept:
                public = column.figure.schema == "published"
                found.append(Difference(block.file, block.place, row, column.name, shown, kept, public))
    return compared, found


def as_shown(kind: Kind, cell: object) -> str:
    """A cell of a file in the words of `listing.text`, without the mark ※ (in a workbook it is a number format)."""
    if cell is None:
        return ""
    if isinstance(cell, str):  # most cells
        return _plain(cell)
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int | float):
        return _number(kind in ("rate", "percent"), cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return _plain(str(cell))


@lru_cache(maxsize=65_536)
def _number(rate: bool, cell: float) -> str:  # most numbers stand in many cells
    number = Decimal(repr(cell))
    if rate:
        return f"{number:.2f}"
    return f"{number.normalize():f}" if number else "0"


def _plain(shown: str) -> str:
    return shown.strip().removesuffix(AT_BOUND)


_Keys = tuple[object, ...]
_Found = dict[object, list[int]]
"""For one listing in which rows of a table it stands: most of its columns stand in the same."""


class _Lookup:
    """Cells of the published tables by their keys, each table read once and each cell put into words once."""

    def __init__(
        self,
        databases: Mapping[str, TableReader],
        as_of: date,
        children: Sequence[str],
        shown: Mapping[tuple[str, str], Sequence[str]],
    ) -> None:
        self._databases = databases
        self._as_of = as_of
        self._children = children
        self._shown = shown
        self._frames: dict[tuple[str, str], pl.DataFrame] = {}
        self._columns: dict[tuple[str, str, str], list[Any]] = {}
        self._single: dict[tuple[str, str, _Keys], dict[_Keys, int]] = {}
        self._gathered: dict[tuple[str, str, _Keys], dict[_Keys, list[int]]] = {}
        self._said: dict[object, _Words] = {}

    def words(self, column: Column, rows: Rows, found: _Found) -> list[str]:
        """What the database has for each row of a listing, as the column says it."""
        words = [NOT_AVAILABLE] * rows.height
        for figure in column.figures:
            for keys, said in rows.patterns(figure).items():
                if figure.how == "value":
                    kept = self._cells(column, figure, keys, rows, said, found)
                else:
                    kept = self._sums(column, figure, keys, rows, said)
                if len(kept) == rows.height:
                    return kept
                for place, word in zip(said, kept, strict=True):
                    words[place] = word
        return words

    def _cells(
        self, column: Column, figure: Figure, keys: Sequence[str], rows: Rows, said: Sequence[int], found: _Found
    ) -> list[str]:
        """The words of one cell for each of some rows of a listing."""
        which = (figure.schema, figure.table, figure.where, figure.only, keys)
        places = found.get(which)
        if places is None:
            index = self._index(figure, keys)
            places = found[which] = [index.get(key, -1) for key in _asked(figure, keys, rows, said)]
        name = (figure, column.kind, column.says)
        if name not in self._said:
            parts = [self._column(figure, one) for one in (figure.column, figure.base, figure.bound) if one]
            self._said[name] = _Words(column, figure.sparse, parts)
        words = self._said[name]
        return [words[place] for place in places]

    def _sums(self, column: Column, figure: Figure, keys: Sequence[str], rows: Rows, said: Sequence[int]) -> list[str]:
        """The words of what is gathered from many cells for each of some rows of a listing."""
        raw, index = self._column(figure, figure.column), self._groups(figure, keys)
        return [_word(column, _sum(figure, index.get(key, ()), raw)) for key in _asked(figure, keys, rows, said)]

    def _index(self, figure: Figure, keys: Sequence[str]) -> dict[_Keys, int]:
        """The row of its table that has a key; raises KongchuoError where two have the same."""
        wanted = (figure.schema, figure.table, _names(figure, keys))
        if wanted not in self._single:
            listed = self._keys(figure, keys)
            self._single[wanted] = index = {key: row for row, key in enumerate(listed)}
            if len(index) < len(listed):
                raise KongchuoError(f"{figure.schema}.{figure.table} holds a cell of {figure.column} twice.")
        return self._single[wanted]

    def _groups(self, figure: Figure, keys: Sequence[str]) -> dict[_Keys, list[int]]:
        """The rows of its table that have a key."""
        wanted = (figure.schema, figure.table, _names(figure, keys))
        if wanted not in self._gathered:
            index: dict[_Keys, list[int]] = {}
            for row, key in enumerate(self._keys(figure, keys)):
                index.setdefault(key, []).append(row)
            self._gathered[wanted] = index
        return self._gathered[wanted]

    def _keys(self, figure: Figure, keys: Sequence[str]) -> list[_Keys]:
        """The key of each row of a table."""
        names = _names(figure, keys)
        if not names:
            return [()] * len(self._frame(figure))
        return list(zip(*(self._column(figure, name) for name in names), strict=True))

    def _column(self, figure: Figure, name: str) -> list[Any]:
        wanted = (figure.schema, figure.table, name)
        if wanted not in self._columns:
            self._columns[wanted] = self._frame(figure)[name].to_list()
        return self._columns[wanted]

    def _frame(self, figure: Figure) -> pl.DataFrame:
        name = (figure.schema, figure.table)
        if name not in self._frames:
            condition = figure.condition
            parameters: dict[str, object] = {"as_of": self._as_of}
            if figure.schema == "restricted" and "child_key" in figure.contract.key:
                # The rest are most rows of the night.
                condition, parameters["children"] = "and child_key in (select unnest($children))", self._children
            columns = ", ".join(map(quoted, self._shown[name]))
            self._frames[name] = self._databases[figure.schema].read(
                f"select {columns} from {figure.schema}.{figure.table} where as_of = $as_of {condition}",  # noqa: S608
                parameters,
            )
        return self._frames[name]


class _Words(dict[int, str]):
    """What a column says of the cell in a row of its table, worked out when a file first shows it; -1 is no row.

    `parts` are the columns of the table that make up a `Value`.
    """

    def __init__(self, column: Column, sparse: bool, parts: Sequence[list[Any]]) -> None:
        super().__init__()
        self._column, self._parts = column, parts
        self._missing = Value(0 if sparse else None)
        self._known: dict[tuple[Any, ...], str] = {}  # most values stand in many rows

    def __missing__(self, row: int) -> str:
        cell = self._missing if row < 0 else tuple([whole(part[row]) for part in self._parts])
        word = self._known.get(cell)
        if word is None:
            word = self._known[cell] = _word(self._column, Value(*cell))
        self[row] = word
        return word


def _word(column: Column, value: Value) -> str:
    return _plain(text(column.kind, column.said(value)))


def _names(figure: Figure, keys: Sequence[str]) -> tuple[str, ...]:
    """The columns of a key, in one order for all figures of a table."""
    return tuple(sorted((*(name for name, _ in figure.where), *keys)))


def _asked(figure: Figure, keys: Sequence[str], rows: Rows, said: Sequence[int]) -> Iterable[_Keys]:
    """The key in its table of what a figure says of each of some rows of a listing."""
    fixed, values = dict(figure.where), list[Iterable[object]]()
    for name in _names(figure, keys):
        if name in fixed:
            values.append(repeat(fixed[name], len(said)))
        else:
            column = rows.column(name)
            values.append(column if len(said) == rows.height else [column[place] for place in said])
    return zip(*values, strict=True) if values else repeat((), len(said))


def _sum(figure: Figure, rows: Sequence[int], raw: list[Any]) -> Value:
    """What a figure gathers from some rows of its table."""
    known = [raw[row] for row in rows if raw[row] is not None]
    if figure.how == "sum":
        return Value(sum(known) if known else 0 if figure.sparse else None)
    return Value(sum(known) if figure.how == "true" else len(rows))


def read_workbook(path: Path) -> Callable[[str], Sequence[Sequence[object]]]:
    """The cells of the sheets of a workbook, from its first cell on."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return lambda sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def count_rows(path: Path) -> dict[str, int]:
    """How many rows each sheet of a workbook has; every byte is unpacked and held against its check sum."""
    with ZipFile(path) as book:
        names = [unescape(name, {"&quot;": '"'}) for name in _SHEET.findall(book.read("xl/workbook.xml").decode())]
        counts = {}
        for order, name in enumerate(names, start=1):
            counts[name], left = 0, b""
            for piece in unpacked(book, book.getinfo(f"xl/worksheets/sheet{order}.xml")):
                counts[name] += (left + piece).count(_ROW)
                left = piece[1 - len(_ROW) :]
        return counts


__all__ = ["Block", "Column", "Difference", "FileReader", "as_shown", "count_rows", "read_back", "read_workbook"]
