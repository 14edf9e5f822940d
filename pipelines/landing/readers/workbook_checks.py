"""What a workbook may do to its reader, looked at before it is read: bombs, entities, cells at the end of the world.

calamine lays out the whole rectangle around the cells of a sheet at once, and believes what a file says of its sizes:
two cells far apart would take more memory than any machine has, and the process with them. So the extent is read
first, and what calamine is given is what was looked at.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

from pipelines.landing.readers import shared_texts
from pipelines.landing.readers.archives import member, open_zip
from pipelines.landing.readers.raw_file import Limits, Unreadable
from pipelines.landing.readers.sheet_extents import Extent, cells_of_any_form, cells_of_usual_form

_BOOK = "xl/workbook.xml"
_OTHER_BOOKS = ("xl/workbook.bin", "content.xml")  # of .xlsb and .ods, which nobody has looked at
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EPOCH_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_DIRECTORY_END, _DIRECTORY_END_64 = b"PK\x05\x06", b"PK\x06\x06"
_LONGEST = 4 * 1024 * 1024  # bytes from tag to tag; a cell holds 32,767 characters
_LARGE = 1 << 31  # bytes of a member that need a directory for large ones
_MERGES = 1_000_000  # merged ranges of a workbook


def check_xlsx(content: bytes, limits: Limits) -> tuple[bytes, bool]:
    """The workbook to be read, and whether it counts its dates from 1904.

    Raises Unreadable when it is damaged, too large or a trap.
    """
    archive = open_zip(content)
    members = archive.infolist()
    names = {info.filename.replace("\\", "/").lower() for info in members}
    if not any(info.filename == _BOOK for info in members) or names.intersection(_OTHER_BOOKS):
        raise Unreadable("the file is an archive, but no .xlsx workbook")
    if len(names) < len(members):
        raise Unreadable("the workbook holds a part twice")
    left = limits.unpacked_bytes
    merges = names_texts = 0
    epoch_1904 = False
    sheets: list[tuple[zipfile.ZipInfo, bool]] = []
    for info in members:
        extent = Extent()
        for size, xml in _parts(archive, info, left):
            left -= size
            if _DECLARATION.search(xml):
                raise Unreadable("a part of the workbook declares entities; save it anew with a spreadsheet program")
            if info.filename == _BOOK and _EPOCH_1904.search(xml):
                epoch_1904 = True
            merges += xml.count(b"mergeCell ")
            cells_of_usual_form(xml, extent)
            if extent.is_sheet:
                names_texts += shared_texts.most_named(xml)
        if extent.unsure or extent.area > limits.cells:
            # Slowly and exactly: odd ways to write a cell, and which cells have anything in them.
            extent = cells_of_any_form(xml for _, xml in _parts(archive, info, limits.unpacked_bytes))
            check_area(extent.area, limits)
            sheets.append((info, False))
        elif extent.is_sheet:
            sheets.append((info, True))
    _check_texts(archive, sheets, names_texts, limits)
    if merges > _MERGES:
        raise Unreadable(f"the workbook has more than {_MERGES} merged ranges; undo them and deliver again")
    return (content if _plain(content, archive) else _packed_anew(archive, limits)), epoch_1904


def _check_texts(
    archive: zipfile.ZipFile, sheets: list[tuple[zipfile.ZipInfo, bool]], most: int, limits: Limits
) -> None:
    """Raises Unreadable when the texts of all cells are too large. `sheets`: and whether their form is the usual one.

    `most`: no fewer cells than those that name a shared text.
    """
    for info in archive.infolist():
        if not shared_texts.holds_texts(info.filename):
            continue
        lengths = shared_texts.sizes(xml for _, xml in _parts(archive, info, limits.unpacked_bytes))
        if max(lengths, default=0) * most <= limits.unpacked_bytes:
            continue
        for sheet, usual in sheets:
            parts = (xml for _, xml in _parts(archive, sheet, limits.unpacked_bytes))
            if shared_texts.named(parts, lengths, usual) > limits.unpacked_bytes:
                raise Unreadable("the cells of a sheet repeat long texts more often than there is room for")


def check_area(area: int, limits: Limits) -> None:
    """Raises Unreadable when the rectangle around the cells of a sheet is too large."""
    if area > limits.cells:
        raise Unreadable(
            f"the cells of a sheet lie so far apart that its rectangle has more than {limits.cells} cells "
            "(delivery.max_cells); delete what stands far outside the table"
        )


def _parts(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> Iterator[tuple[int, bytes]]:
    """The member in parts of whole tags: the size of a chunk, and what of it and of those before is complete."""
    rest = b""
    for chunk in member(archive, info, limit):
        rest += chunk
        # What is longer is no cell as it is usually written, and then it is seen as none.
        at = len(rest) if len(rest) > _LONGEST else max(rest.rfind(b"<", len(rest) - len(chunk)), 0)
        yield len(chunk), rest[:at]
        rest = rest[at:]
    yield 0, rest


def _plain(content: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether every reader of archives finds the same directory in it: one end of it, which tells where it begins."""
    end = content.find(_DIRECTORY_END)
    if end != content.rfind(_DIRECTORY_END) or _DIRECTORY_END_64 in content or end + 22 > len(content):
        return False
    (start,) = struct.unpack_from("<I", content, end + 16)
    return bool(start == archive.start_dir)


def _packed_anew(archive: zipfile.ZipFile, limits: Limits) -> bytes:
    """The same members in an archive that can be read in one way only."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for info in archive.infolist():
            large = info.file_size >= _LARGE
            with packed.open(zipfile.ZipInfo(info.filename or "x"), "w", force_zip64=large) as stream:
                for chunk in member(archive, info, limits.unpacked_bytes):
                    stream.write(chunk)
    return out.getvalue()
