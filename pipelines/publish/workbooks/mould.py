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
SHAPE = 4318
"""How many rows a filled sheet of the mould has room for; the numbers of the rows after them are signs."""
_AFTER = SHAPE + 3  # the last row, the signatures, the footnotes
_SIGN = re.compile(rf"(?<![\d.])({_AFTER}|{_AFTER + 1}|{_AFTER + 2})(?![\d.])")
HEIGHT = 777
"""Stands for the height of the footnotes, in points."""
_HIGH = f' ht="{HEIGHT}"'
_LOCAL = re.compile(r'localSheetId="(\d+)"')
_WORDS = re.compile("[\ue000-\ue0ff]")
_TOGETHER = 1 << 20  # bytes that are packed at a time
_AT_WORK = 4  # workbooks that wait to be packed: more would only fill the memory

Looks = tuple[list[Look], ...]
"""The looks of a sheet's columns: of its rows, and of the last one."""
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
    """`make` writes the workbook into a file, told which sheets have rows, and returns the looks of their columns."""

    def __init__(self, make: Callable[[IO[bytes], Sequence[bool]], list[Looks]], sheets: int) -> None:
        self._make = make
        self._books: dict[tuple[bool, ...], list[tuple[str, bytes]]] = {}
        self.looks: list[Looks] = []
        self._book((True,) * sheets)

    def _book(self, filled: tuple[bool, ...]) -> list[tuple[str, bytes]]:
        """The files of the mould in which some sheets have rows."""
        if filled not in self._books:
            made = io.BytesIO()
            self.looks = self._make(made, filled)
            with ZipFile(made) as book:
                self._books[filled] = [(file, book.read(file)) for file in book.namelist()]
        return self._books[filled]

    def cast(self, name: str, casts: Sequence[Cast], bodies: Sequence[Body]) -> list[tuple[str, Body]]:
        """The files of the workbook of one unit, in their order, each in pieces."""
        signs = {NAME: xml_text(name)} | {note(order): xml_text(cast.notes) for order, cast in enumerate(casts)}
        made: list[tuple[str, Body]] = []
        for file, data in self._book(tuple(cast.rows > 0 for cast in casts)):
            if file.startswith("xl/worksheets/sheet"):
                order = int(file.removeprefix("xl/worksheets/sheet").removesuffix(".xml")) - 1
                made.append((file, _sheet(data.decode(), casts[order], bodies[order])))
            elif file == "xl/workbook.xml":
                # A name of the workbook says of which sheet it is before it says of which rows.
                first, *names = data.decode().split("<definedName ")
                names = [_numbered(one, casts[int(found[1])].rows if (found := _LOCAL.search(one)) else 0) for one in names]
                made.append((file, ["<definedName ".join([first, *names]).encode()]))
            elif file in ("xl/sharedStrings.xml", "docProps/core.xml"):
                made.append((file, [_WORDS.sub(lambda sign: signs.get(sign[0], sign[0]), data.decode()).encode()]))
            else:
                made.append((file, [data]))
        return made


def _sheet(mould: str, cast: Cast, body: Body) -> Body:
    high = f' ht="{cast.height:.16g}"'
    if not cast.rows:
        return [mould.replace(_HIGH, high).encode()]
    cut = mould.index(f'<row r="{_AFTER + 1}"')
    before, after = _numbered(mould[:cut], cast.rows), _numbered(mould[cut:], cast.rows)
    return [before.encode(), *body, after.replace(_HIGH, high).encode()]


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
