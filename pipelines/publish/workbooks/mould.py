"""A workbook that is cast many times: what is the same for every county is made once, then only its rows change.

XlsxWriter makes the mould, with signs where a county's name, its footnotes and the number of its rows will stand. A
cast puts these in, and the rows (`rows`, `cells`), and packs them. The same casts give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple
from zipfile import ZipFile

from pipelines.publish.workbooks.book import Formats
from pipelines.publish.workbooks.form import HEIGHT
from pipelines.publish.workbooks.rows import xml_text
from pipelines.publish.zipped import Body, write_zip

NAME = "\ue000"
"""Stands for the name of the unit."""
LAST = 971
"""The number of the last row of every list of the mould; its number and those of the rows after it are signs."""
_AFTER = 28  # rows at most: signatures, footnotes
_SIGN = re.compile(r"(?<![\d.])(97[1-9]|9[89]\d)(?![\d.])")
_HIGH = re.compile(f' ht="{HEIGHT}" customHeight="1"')
_NAMED = re.compile(r'<definedName name="(?P<name>[^"]*)" localSheetId="(?P<sheet>\d+)"[^>]*>[^<]*</definedName>')
_WORDS = re.compile("[\ue000-\uf8ff]")
_NOTES = 32  # signs of a sheet
_SHEETS, _BOOK = "xl/worksheets/sheet", "xl/workbook.xml"
_AT_WORK = 4  # workbooks that wait to be packed: more would only fill the memory

_FILTER = re.compile("<autoFilter [^>]*/>")
_FILTERED = "_xlnm._FilterDatabase"
_LINE = 15


def note(sheet: int, order: int) -> str:
    """Stands for a footnote of a sheet; raises ValueError where a sheet has more than the mould has signs for."""
    if order + 1 >= _AFTER:
        raise ValueError(f"A form has fewer than {_AFTER} footnotes.")
    return chr(ord(NAME) + 1 + sheet * _NOTES + order)


def leave_room(sheet: Any, formats: Formats, shown: str) -> None:
    """Write the row that stands for all rows of a list, under its head; `shown` is any word that the sheet has."""
    sheet.write_string(LAST - 1, 0, shown, formats.get())


class Cast(NamedTuple):
    """Of one sheet: the number of its first row, how many it has (none: one sentence stands there), what stands in
    them, and its footnotes, each with its height in points."""

    first: int
    rows: int
    body: Body
    notes: Sequence[tuple[str, float]] = ()

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + (self.rows or 1) - 1


class Mould:
    """A workbook that XlsxWriter made, each of its sheets with room for rows."""

    def __init__(self, made: IO[bytes]) -> None:
        with ZipFile(made) as book:
            self._files = {file: book.read(file) for file in book.namelist()}
        texts = {file: data.decode() for file, data in self._files.items()}
        self._book = texts[_BOOK]
        self._worded = {file: text for file, text in texts.items() if _WORDS.search(text)}
        count = sum(file.startswith(_SHEETS) for file in texts)
        self._sheets = [_halves(texts[f"{_SHEETS}{order + 1}.xml"]) for order in range(count)]

    def cast(
        self, name: str, casts: Sequence[Cast], changes: Mapping[str, Callable[[str], str]] | None = None
    ) -> list[tuple[str, Body]]:
        """The files of the workbook of one unit, in their order, each in pieces; `changes` says how other files of the
        mould change, by their names."""
        signs = {NAME: _quoted(name)}
        for order, cast in enumerate(casts):
            signs |= {note(order, place): _quoted(text) for place, (text, _) in enumerate(cast.notes)}
        made: dict[str, Body] = {file: [data] for file, data in self._files.items()}
        for order, cast in enumerate(casts):
            made[f"{_SHEETS}{order + 1}.xml"] = self._sheet(order, cast)
        made[_BOOK] = [self._names(casts).encode()]
        for file, text in self._worded.items():
            made[file] = [_WORDS.sub(lambda sign: signs.get(sign[0], sign[0]), text).encode()]
        for file, change in (changes or {}).items():
            made[file] = [change(self._files[file].decode()).encode()]
        return list(made.items())

    def _sheet(self, order: int, cast: Cast) -> Body:
        before, after = self._sheets[order]
        heights = iter(cast.notes)
        rest = _HIGH.sub(lambda _: _height(next(heights)[1]), _numbered(after, cast.last))
        if not cast.rows:
            rest = _FILTER.sub("", rest)
        return [_numbered(before, cast.last).encode(), *cast.body, rest.encode()]

    def _names(self, casts: Sequence[Cast]) -> str:
        """The list of sheets and of the names in them."""

        def named(found: re.Match[str]) -> str:
            cast = casts[int(found["sheet"])]
            return "" if not cast.rows and found["name"] == _FILTERED else _numbered(found[0], cast.last)

        return _NAMED.sub(named, self._book)


def _halves(sheet: str) -> tuple[str, str]:
    """What stands before the rows of a list and what after them."""
    before, _, rest = sheet.partition(f'<row r="{LAST}"')
    return before, rest.partition("</row>")[2]


def _numbered(text: str, last: int) -> str:
    """A part of the mould with the numbers of a list that ends in a row."""
    return _SIGN.sub(lambda sign: str(int(sign[0]) - LAST + last), text)


def _quoted(shown: str) -> str:
    """A text as it may stand between tags and in an attribute."""
    return xml_text(shown).replace('"', "&quot;")


def _height(points: float) -> str:
    """The height of a row; one line is what a row has that says nothing."""
    return "" if points == _LINE else f' ht="{points:.16g}" customHeight="1"'


class Packer:
    """Packs workbooks beside the thread that makes them; the first that fails ends the block."""

    def __enter__(self) -> Packer:
        self._pool = ThreadPoolExecutor(2, "packer")
        self._waiting: list[Future[None]] = []
        return self

    def put(self, path: Path, files: Sequence[tuple[str, Body]]) -> None:
        """Pack the files of a workbook into a file that exists: its mode stays as it is."""
        self._waiting.append(self._pool.submit(write_zip, path, files))
        while len(self._waiting) > _AT_WORK:
            self._waiting.pop(0).result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        if error is None:
            for one in self._waiting:
                one.result()
