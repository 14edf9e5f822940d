"""What an .xls may do to its reader, looked at before it is read; its workbook alone, in a container of our own.

The container of an .xls is a small file system, and calamine follows its chains wherever they lead, round and round
too. olefile does not; so the one stream that matters is taken out with it and put into a container that is sound.
"""

from __future__ import annotations

import io
import struct

import olefile

from pipelines.landing.readers.raw_file import Limits, Unreadable
from pipelines.landing.readers.sheet_extents import Extent
from pipelines.landing.readers.workbook_checks import check_area

_CUT_OFF = "the workbook is damaged or cut off"
_HEAD = struct.Struct("<HH")  # record, size
# Records of a workbook, and of a sheet.
_END, _FILEPASS, _DATEMODE, _SHEET, _STRINGS = 0x0A, 0x2F, 0x22, 0x85, 0xFC
_DIMENSIONS, _MANY_NUMBERS, _MERGED = 0x200, 0xBD, 0xE5
_CELLS = frozenset({0x06, 0x203, 0x204, 0x205, 0x27E, 0xFD, _MANY_NUMBERS})
_SMALLEST_STRING = 3  # bytes
_MERGES = 1_000_000

_SECTOR = 4096
_LAST_IN_CHAIN, _TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_TABLES_IN_HEADER = 109


def check_xls(content: bytes, limits: Limits) -> tuple[bytes, bool]:
    """The workbook to be read, and whether it counts its dates from 1904.

    Raises Unreadable when it is damaged, too large, a trap, or has a password (reason `encrypted`).
    """
    name, book = _stream(content)
    sheets, epoch_1904 = _globals(book)
    area = merges = 0
    for start in sheets:
        extent, merged = _sheet(book, start, limits)
        area += extent.area
        merges += merged
        # A sheet is laid out as often as it is listed.
        check_area(area, limits)
    if merges > _MERGES:
        raise Unreadable(f"the workbook has more than {_MERGES} merged ranges; undo them and deliver again")
    return _container(name, book), epoch_1904


def _stream(content: bytes) -> tuple[str, bytes]:
    """The stream of the workbook and its name."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if ole.exists("EncryptedPackage"):
                raise Unreadable("the workbook has a password", "encrypted")
            name = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            if name is None:
                raise Unreadable("the file is no workbook")
            return name, ole.openstream(name).read()
    except Unreadable:
        raise
    # olefile trusts what it reads and fails in many ways on what is damaged.
    except Exception as error:
        raise Unreadable(_CUT_OFF) from error


def _globals(book: bytes) -> tuple[list[int], bool]:
    """Where the sheets begin, and whether dates count from 1904."""
    sheets: list[int] = []
    epoch_1904 = False
    at = 0
    try:
        while True:
            record, size = _HEAD.unpack_from(book, at)
            if record == _END:  # of the records about the whole workbook
                return sheets, epoch_1904
            if record == _FILEPASS:
                raise Unreadable("the workbook has a password", "encrypted")
            if record == _DATEMODE:
                epoch_1904 = struct.unpack_from("<H", book, at + 4) == (1,)
            elif record == _SHEET:
                sheets += struct.unpack_from("<I", book, at + 4)
            elif record == _STRINGS and struct.unpack_from("<I", book, at + 8)[0] > len(book) // _SMALLEST_STRING:
                raise Unreadable(_CUT_OFF)
            at += 4 + size
    except struct.error as error:
        raise Unreadable(_CUT_OFF) from error


def _sheet(book: bytes, at: int, limits: Limits) -> tuple[Extent, int]:
    """The extent of a sheet, and how many merged ranges it has."""
    rows: set[int] = set()
    columns: set[int] = set()
    merged = 0
    head = _HEAD.unpack_from
    try:
        while True:
            record, size = head(book, at)
            if record in _CELLS:
                row, column = head(book, at + 4)
                rows.add(row)
                columns.add(column)
                if record == _MANY_NUMBERS:
                    columns.update(struct.unpack_from("<H", book, at + 2 + size))
            elif record == _DIMENSIONS:
                _check_dimensions(book[at + 4 : at + 4 + size], limits)
            elif record == _MERGED:
                merged += size // 8
            elif record == _END:
                break
            at += 4 + size
    except struct.error as error:
        raise Unreadable(_CUT_OFF) from error
    extent = Extent()
    extent.take(rows, columns)
    return extent, merged


def _check_dimensions(data: bytes, limits: Limits) -> None:
    """The size that a sheet tells of itself, for which room is made at once."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(data))
    if form is None:
        raise Unreadable(_CUT_OFF)
    top, bottom, left, right = struct.unpack_from(form, data)
    if bottom and right:
        if bottom < top or right < left:
            raise Unreadable(_CUT_OFF)
        check_area((bottom - top) * (right - left), limits)


def _container(name: str, stream: bytes) -> bytes:
    """A container of one stream."""
    length = max(len(stream), _SECTOR)  # shorter ones would be kept in another way
    sectors = -(-length // _SECTOR)
    tables = 1
    while tables * (_SECTOR // 4) < tables + 1 + sectors:
        tables += 1
    if tables > _TABLES_IN_HEADER:
        raise Unreadable("the workbook is larger than an .xls can be; deliver .xlsx or text")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 4, 0xFFFE, 12, 6,
        1, tables, tables, 0, _SECTOR, _LAST_IN_CHAIN, 0, _LAST_IN_CHAIN, 0,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", i if i < tables else _NONE) for i in range(_TABLES_IN_HEADER))
    first = tables + 1
    chain = [*range(first + 1, first + sectors), _LAST_IN_CHAIN]
    entries = [*[_TABLE] * tables, _LAST_IN_CHAIN, *chain]
    entries += [_NONE] * (tables * (_SECTOR // 4) - len(entries))
    directory = _entry("Root Entry", 5, 1, 0, 0) + _entry(name, 2, _NONE, first, length)
    return b"".join(
        [
            header.ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(entries)}I", *entries),
            directory.ljust(_SECTOR, b"\0"),
            stream.ljust(sectors * _SECTOR, b"\0"),
        ]
    )


def _entry(name: str, sort: int, child: int, start: int, length: int) -> bytes:
    """An entry of the directory of a container."""
    text = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", text, len(text), sort, 1, _NONE, _NONE, child, start, length)
