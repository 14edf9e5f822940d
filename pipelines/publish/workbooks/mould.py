"""A workbook that is cast many times: what is the same for every county is made once, then only its rows change.

XlsxWriter makes the mould, with signs where a county's name, its footnotes and the number of its rows will stand. A
cast puts these in, and the rows (`rows`), and packs them. The same casts give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pipelines.publish.workbooks.rows import Look, xml_text

NAME = "\ue000"
"""Stands for the name of the unit."""
SHAPE = 968
"""How many rows a sheet of the mould has room for; the numbers of the rows after them are signs."""
_AFTER = SHAPE + 3  # the last row, the signatures, the footnotes
_SIGN = re.compile(rf"(?<![\d.])({_AFTER}|{_AFTER + 1}|{_AFTER + 2})(?![\d.])")
HEIGHT = 777
"""Stands for the height of the footnotes, in points."""
_HIGH = f' ht="{HEIGHT}"'
_NAMED = re.compile(r'<definedName name="(?P<name>[^"]*)" localSheetId="(?P<sheet>\d+)"[^>]*>[^<]*</definedName>')
_WORDS = re.compile("[\ue000-\ue0ff]")
_SHEETS, _BOOK = "xl/worksheets/sheet", "xl/workbook.xml"
_WORDED = ("xl/sharedStrings.xml", "docProps/core.xml")
_TOGETHER = 1 << 20  # bytes that are packed at a time
_AT_WORK = 4  # workbooks that wait to be packed: more would only fill the memory

_FILTER = re.compile("<autoFilter [^>]*/>")
_FILTERED = "_xlnm._FilterDatabase"


class Looks(NamedTuple):
    """Of a sheet's columns: the looks of its rows, of the last one, and the row that stands where there are none."""

    rows: list[Look]
    last: list[Look]
    empty: str


Body = Sequence[bytes | memoryview]


def note(order: int) -> str:
    """Stands for the footnotes of a sheet."""
    return chr(ord(NAME) + 1 + order)


class Cast(NamedTuple):
    """Of one sheet: how many rows it has, its footnotes, and their height in points."""

    rows: int
    notes: str
    height: float


class Mould:
    """`make` writes the workbook, with rows in every sheet, into a file and returns the looks of its sheets."""

    def __init__(self, make: Callable[[IO[bytes]], list[Looks]]) -> None:
        made = io.BytesIO()
        self.looks = make(made)
        with ZipFile(made) as book:
            self._files = {file: book.read(file) for file in book.namelist()}
        self._texts = {file: self._files[file].decode() for file in (*_WORDED, _BOOK)}
        sheets = [self._files[f"{_SHEETS}{order + 1}.xml"].decode() for order in range(len(self.looks))]
        self._sheets = [sheet.partition(f'<row r="{_AFTER + 1}"') for sheet in sheets]

    def cast(self, name: str, casts: Sequence[Cast], bodies: Sequence[Body]) -> list[tuple[str, Body]]:
        """The files of the workbook of one unit, in their order, each in pieces."""
        signs = {NAME: xml_text(name)} | {note(order): xml_text(cast.notes) for order, cast in enumerate(casts)}
        made: dict[str, Body] = {file: [data] for file, data in self._files.items()}
        for order, (cast, body) in enumerate(zip(casts, bodies, strict=True)):
            made[f"{_SHEETS}{order + 1}.xml"] = self._sheet(order, cast, body)
        made[_BOOK] = [self._book(casts).encode()]
        for file in _WORDED:
            made[file] = [_WORDS.sub(lambda sign: signs.get(sign[0], sign[0]), self._texts[file]).encode()]
        return list(made.items())

    def _sheet(self, order: int, cast: Cast, body: Body) -> Body:
        before, row, after = self._sheets[order]
        rest = _numbered(row + after, cast.rows or 1).replace(_HIGH, f' ht="{cast.height:.16g}"')
        if not cast.rows:
            rest, body = _FILTER.sub("", rest), [self.looks[order].empty.encode()]
        return [_numbered(before, cast.rows or 1).encode(), *body, rest.encode()]

    def _book(self, casts: Sequence[Cast]) -> str:
        """The list of sheets and of the names in them."""

        def named(found: re.Match[str]) -> str:
            rows = casts[int(found["sheet"])].rows
            return "" if not rows and found["name"] == _FILTERED else _numbered(found[0], rows or 1)

        return _NAMED.sub(named, self._texts[_BOOK])


def _numbered(text: str, rows: int) -> str:
    """A part of the mould with the numbers of the rows that come after so many rows."""
    return _SIGN.sub(lambda sign: str(int(sign[0]) - SHAPE + rows), text)


class Packer:
    """Packs workbooks beside the thread that makes them; the first that fails ends the block."""

    def __enter__(self) -> Packer:
        self._pool = ThreadPoolExecutor(2, "packer")
        self._waiting: list[Future[None]] = []
        return self

    def put(self, path: Path, files: Sequence[tuple[str, Body]]) -> None:
        """Pack the files of a workbook into a file that exists: its mode stays as it is."""
        self._waiting.append(self._pool.submit(_pack, path, files))
        while len(self._waiting) > _AT_WORK:
            self._waiting.pop(0).result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        if error is None:
            for one in self._waiting:
                one.result()


def _pack(path: Path, files: Sequence[tuple[str, Body]]) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name, body in files:
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # no clock: the same night gives the same bytes
            info.compress_type = ZIP_DEFLATED
            info._compresslevel = 1  # type: ignore[attr-defined]  # in 3.13 it is public
            with book.open(info, "w") as file:
                for piece in body:
                    for start in range(0, len(piece), _TOGETHER):
                        file.write(piece[start : start + _TOGETHER])
