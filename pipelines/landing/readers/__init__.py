"""From the bytes of a file to a frame of text: the file's extension says whether it is text or a workbook (spec 2.1).

A reader knows nothing of cleaning or judging. It finds the header, names the columns by their standard headers and
numbers the rows; it never guesses a value. Everything else about a file is found out from its bytes: encoding,
separator, sheet, header row. Nothing is ever written to disk, and no name inside an archive is ever used.
"""

from __future__ import annotations

from pipelines.landing.readers.archives import kind_of, unpack
from pipelines.landing.readers.delimited import read_delimited
from pipelines.landing.readers.raw_file import Limits, RawFile, Unreadable
from pipelines.landing.readers.workbooks import read_workbook
from schemas.sources import Source

TEXT = ("csv", "tsv", "txt")
WORKBOOK = ("xlsx", "xls")


def read_file(source: Source, extension: str, content: bytes, limits: Limits) -> RawFile:
    """Read one delivered file; a file that cannot be read comes back with the reason, never as an exception."""
    kind, _, packing = extension.partition(".")
    try:
        if kind not in (*TEXT, *WORKBOOK) or (packing and kind not in TEXT):
            raise Unreadable(f"files of type .{extension} cannot be read; deliver csv, tsv, txt, xlsx or xls")
        if not content:
            return RawFile.refused("empty", "the file is empty")
        if packing:
            content = unpack(content, packing, limits)
        found = kind_of(content)
        if kind in WORKBOOK:
            if found not in ("zip", "ole"):
                raise Unreadable(f"the name ends in .{kind}, but the content is no workbook; save it as one")
            return read_workbook(source, content, limits)
        if found:
            raise Unreadable(f"the name ends in .{kind}, but the content is not text; name the file as what it is")
        return read_delimited(source, content, limits)
    except Unreadable as error:
        return RawFile.refused(error.reason, str(error))


__all__ = ["TEXT", "WORKBOOK", "Limits", "RawFile", "read_file"]
