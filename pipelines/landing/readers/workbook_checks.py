"""What a workbook may do to its reader, looked at before it is read: bombs, entities, cells at the end of the world.

calamine lays out the whole rectangle around the cells of a sheet at once: two cells far apart would take more memory
than any machine has, and the process with them. So the extent is read from the XML first.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

import olefile

from pipelines.landing.readers.archives import member, open_zip
from pipelines.landing.readers.raw_file import Limits, Unreadable

_BOOK = "xl/workbook.xml"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EPOCH_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")
# A cell with something in it, a reference in quotes of either sort: <c r="B7" t="s"><v>…
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'][^<>]*[^/<>]?>(?=\s*<[^/])""")
_ANY_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_OVERLAP = 512  # bytes of a chunk looked at again with the next: no cell's tag is longer
_FILEPASS, _DATEMODE, _END = 0x2F, 0x22, 0x0A  # records of .xls


def check_xlsx(content: bytes, limits: Limits) -> bool:
    """Whether the workbook counts its dates from 1904. Raises Unreadable when it is damaged, too large or a trap."""
    archive = open_zip(content)
    members = archive.infolist()
    names = {info.filename for info in members}
    if _BOOK not in names:
        raise Unreadable("the file is an archive, but no workbook")
    if len(names) < len(members):
        raise Unreadable("the workbook holds a part twice")
    left = limits.unpacked_bytes
    epoch_1904 = False
    for info in members:
        cells = _Extent(_ANY_CELL)
        for size, xml in _parts(archive, info, left):
            left -= size
            if _DECLARATION.search(xml):
                raise Unreadable("a part of the workbook declares entities; save it anew with a spreadsheet program")
            if info.filename == _BOOK and _EPOCH_1904.search(xml):
                epoch_1904 = True
            cells.take(xml)
        if cells.area > limits.cells:
            # Cells without content do not count; they are told apart only where they would make a difference.
            cells = _Extent(_CELL)
            for _, xml in _parts(archive, info, limits.unpacked_bytes):
                cells.take(xml)
            if cells.area > limits.cells:
                raise Unreadable(
                    f"the cells of a sheet lie so far apart that its rectangle has more than {limits.cells} cells "
                    "(delivery.max_cells); delete what stands far outside the table"
                )
    return epoch_1904


def _parts(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> Iterator[tuple[int, bytes]]:
    """The member in chunks, each with the end of the one before it: its own size, and the bytes to look at."""
    tail = b""
    for chunk in member(archive, info, limit):
        yield len(chunk), tail + chunk
        tail = chunk[-_OVERLAP:]


class _Extent:
    """The rectangle around the cells of a sheet, seen part by part."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern = pattern
        self._rows: set[int] = set()
        self._columns: set[int] = set()

    def take(self, xml: bytes) -> None:
        """Take the cells of a part."""
        found = set(self._pattern.findall(xml))
        if found:
            rows = self._rows | {int(row) for _, row in found}
            columns = self._columns | {_column(letters) for letters in {letters for letters, _ in found}}
            self._rows, self._columns = {min(rows), max(rows)}, {min(columns), max(columns)}

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        if not self._rows:
            return 0
        return (max(self._rows) - min(self._rows) + 1) * (max(self._columns) - min(self._columns) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_xls(content: bytes) -> bool:
    """Whether the workbook counts its dates from 1904. Raises Unreadable when it has a password or is none."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if ole.exists("EncryptedPackage"):
                raise Unreadable("the workbook has a password", "encrypted")
            stream = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            if stream is None:
                raise Unreadable("the file is no workbook")
            book = ole.openstream(stream).read()
    except Unreadable:
        raise
    # olefile trusts what it reads and fails in many ways on what is damaged.
    except Exception as error:
        raise Unreadable("the workbook is damaged or cut off") from error
    epoch_1904 = False
    at = 0
    while at + 4 <= len(book):
        record, size = struct.unpack_from("<HH", book, at)
        if record == _FILEPASS:
            raise Unreadable("the workbook has a password", "encrypted")
        if record == _DATEMODE and size >= 2:
            epoch_1904 = struct.unpack_from("<H", book, at + 4)[:1] == (1,) if at + 6 <= len(book) else False
        if record == _END:  # of the records about the whole workbook
            break
        at += 4 + size
    return epoch_1904
