"""From the bytes of a file to a frame of text: one reader per format, chosen by the file's extension.

A reader knows nothing of cleaning or judging. It finds the header, names the columns by their standard headers and
numbers the rows; it never guesses a value.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.landing.readers.delimited import read_delimited
from pipelines.landing.readers.raw_file import RawFile, Unreadable
from schemas.sources import Source

Reader = Callable[[Source, bytes], RawFile]

READERS: dict[str, Reader] = {"csv": read_delimited}


def read_file(source: Source, extension: str, content: bytes) -> RawFile:
    """Read one delivered file; a file that cannot be read comes back with the reason, never as an exception."""
    reader = READERS.get(extension)
    if reader is None:
        return RawFile.refused("unreadable", f"files of type .{extension} cannot be read; deliver .csv")
    try:
        return reader(source, content)
    except Unreadable as error:
        return RawFile.refused("unreadable", str(error))
