"""Zip files packed and unpacked by ISA-L, which takes a fifth of the time of zlib: long lists are gigabytes unpacked.

A file is written part by part with nothing of the clock in it, as any program reads it. What is read is read to its
end and held against the size and the check sum that the file says of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from isal import isal_zlib
from isal.igzip_lib import IsalError

Body = Sequence[bytes | memoryview]
"""A part in pieces that follow each other."""

_LEVEL = 2  # as small as level 1 of zlib, in a quarter of the time
_TOGETHER = 1 << 20  # bytes that are packed or unpacked at a time
_MOST = (1 << 32) - 1  # what the format says without its extension for large files
_VERSION = 20  # of the format, with which folders and deflate began
_DAY, _TIME = (1 << 5) + 1, 0  # 1980-01-01
_MODE = 0o600 << 16
_UNIX = 3 << 8
_LOCAL = struct.Struct("<4s5H3L2H")
_LISTED = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def write_zip(path: Path, parts: Iterable[tuple[str, Body]]) -> None:
    """Write a zip file of parts with their names, which are ASCII.

    The same parts give the same bytes, on another kind of processor perhaps others that unpack to the same. A file that
    exists keeps its mode. Raises OverflowError for more than 4 GiB.
    """
    listed: list[bytes] = []
    with path.open("wb") as file:
        for name, body in parts:
            packed, size, check = _packed(body)
            said = (_VERSION, 0, ZIP_DEFLATED, _TIME, _DAY, check, sum(map(len, packed)), size, len(name), 0)
            begin, shown = file.tell(), name.encode("ascii")
            if max(begin, size) > _MOST:
                raise OverflowError(f"{path.name} is larger than 4 GiB.")
            file.writelines([_LOCAL.pack(b"PK\3\4", *said), shown, *packed])
            listed += [_LISTED.pack(b"PK\1\2", _UNIX | _VERSION, *said, 0, 0, 0, _MODE, begin), shown]
        begin, length = file.tell(), sum(map(len, listed))
        file.writelines(listed)
        file.write(_END.pack(b"PK\5\6", 0, 0, len(listed) // 2, len(listed) // 2, length, begin, 0))


def _packed(body: Body) -> tuple[list[bytes], int, int]:
    """A part packed, its size and its check sum."""
    stream = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS)
    packed, size, check = [], 0, 0
    for whole in body:
        for start in range(0, len(whole), _TOGETHER):
            piece = whole[start : start + _TOGETHER]
            packed.append(stream.compress(piece))
            size, check = size + len(piece), isal_zlib.crc32(piece, check)
    return [*packed, stream.flush()], size, check


def unpacked(book: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """A part of an open zip file in pieces; every byte is unpacked.

    Raises BadZipFile where it is not what the file says of it, which is known when the last piece has been taken.
    """
    assert book.fp is not None
    book.fp.seek(info.header_offset)
    header = book.fp.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4" or info.compress_type != ZIP_DEFLATED:
        raise BadZipFile(f"{info.filename} does not stand where the list of parts says.")
    name, more = _LOCAL.unpack(header)[-2:]
    if book.fp.read(name + more)[:name] != info.filename.encode("ascii", "replace"):
        raise BadZipFile(f"{info.filename} does not stand where the list of parts says.")
    rest, size, check = book.fp.read(info.compress_size), 0, 0
    stream = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
    try:
        while not stream.eof:
            piece = stream.decompress(rest, _TOGETHER)
            rest = stream.unconsumed_tail
            if not piece and not stream.eof:
                break
            size, check = size + len(piece), isal_zlib.crc32(piece, check)
            yield piece
    except IsalError as error:  # type: ignore[misc]  # its stubs take the class for an error
        raise BadZipFile(f"{info.filename} is damaged.") from error
    if not stream.eof or stream.unused_data or size != info.file_size or check != info.CRC:
        raise BadZipFile(f"{info.filename} is damaged.")
