"""What packed files hold, in memory and within limits: `.gz` and one-member `.zip` around text, `.xlsx` (spec 2.1)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from pipelines.landing.readers.raw_file import Limits, Unreadable

CHUNK = 1024 * 1024
_SIGNATURES = {"gz": b"\x1f\x8b", "zip": b"PK\x03\x04", "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}
_GZIP = 16 + zlib.MAX_WBITS
_NOT_MEMBERS = "__MACOSX/"  # resource forks that one system adds to every archive
_ENCRYPTED = 0x1


def kind_of(content: bytes) -> str:
    """`gz`, `zip`, `ole` (xls, or an encrypted workbook) by the first bytes; empty for anything else."""
    return next((kind for kind, signature in _SIGNATURES.items() if content.startswith(signature)), "")


def unpack(content: bytes, packing: str, limits: Limits) -> bytes:
    """The text inside a `.gz` or `.zip`. Raises Unreadable when it is damaged, too large, or not one member."""
    if packing == "gz":
        return _gunzip(content, limits.unpacked_bytes)
    archive = open_zip(content)
    names = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith(_NOT_MEMBERS)]
    if len(names) != 1:
        raise Unreadable(f"the archive holds {len(names)} files; it must hold one")
    out = bytearray()
    for chunk in member(archive, names[0], limits.unpacked_bytes):
        out += chunk
    return bytes(out)


def _gunzip(content: bytes, limit: int) -> bytes:
    """All members of a gzip file, one after another."""
    out = bytearray()
    rest = content
    try:
        while rest:
            stream = zlib.decompressobj(_GZIP)
            while rest and not stream.eof:
                out += stream.decompress(rest, CHUNK)
                rest = stream.unconsumed_tail
                if len(out) > limit:
                    raise Unreadable(_too_large(limit))
            if not stream.eof:
                raise Unreadable("the gzip file is cut off")
            rest = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise Unreadable("the gzip file is damaged") from error
    return bytes(out)


def open_zip(content: bytes) -> zipfile.ZipFile:
    """The archive in memory. Raises Unreadable when it is none."""
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    # What zipfile raises of damaged directories besides its own error.
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError, OSError) as error:
        raise Unreadable("the archive is damaged or cut off") from error


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The bytes of a member in chunks, its check sum verified, never more than `limit`, whatever it says of its size.

    Raises Unreadable: damaged, encrypted (reason `encrypted`), or too large.
    """
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("the archive has a password", "encrypted")
    if info.file_size > limit:
        raise Unreadable(_too_large(limit))
    done = 0
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                done += len(chunk)
                if done > limit:
                    raise Unreadable(_too_large(limit))
                yield chunk
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise Unreadable("the archive is damaged or cut off") from error


def _too_large(limit: int) -> str:
    return f"unpacked it is larger than {limit // (1024 * 1024)} MiB (delivery.max_unpacked_mib)"
