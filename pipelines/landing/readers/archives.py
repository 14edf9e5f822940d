"""What packed files hold, in memory and within limits: `.gz` and one-member `.zip` around text, `.xlsx` (spec 2.1)."""

from __future__ import annotations

import io
import struct
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
    names = [
        info
        for info in archive.infolist()
        if not info.filename.endswith("/") and not info.filename.startswith(_NOT_MEMBERS)
    ]
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
    """The bytes of a member in chunks, never more than `limit`, whatever it says of its size.

    Read to the end of its compressed data and held against its check sum and size: zipfile stops at the size that the
    directory tells, other readers do not. Raises Unreadable: damaged, encrypted (reason `encrypted`), or too large.
    """
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("the archive has a password", "encrypted")
    if info.file_size > limit:
        raise Unreadable(_too_large(limit))
    done = crc = 0
    try:
        for chunk in _inflated(_packed(archive, info), info.compress_type):
            done += len(chunk)
            crc = zlib.crc32(chunk, crc)
            if done > limit:
                raise Unreadable(_too_large(limit))
            yield chunk
    except (struct.error, zlib.error) as error:
        raise Unreadable("the archive is damaged or cut off") from error
    if done != info.file_size or crc != info.CRC:
        raise Unreadable("the archive is damaged or cut off")


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> memoryview:
    """The compressed data of a member, behind its local header."""
    assert isinstance(archive.fp, io.BytesIO)
    content = archive.fp.getbuffer()
    signature, name, extra = struct.unpack_from("<4s22xHH", content, max(info.header_offset, 0))
    start = info.header_offset + 30 + name + extra
    if signature != _SIGNATURES["zip"] or info.header_offset < 0 or start + info.compress_size > len(content):
        raise Unreadable("the archive is damaged or cut off")
    return content[start : start + info.compress_size]


def _inflated(packed: memoryview, method: int) -> Iterator[bytes]:
    """Compressed data in chunks of its content. Raises Unreadable when it is not over where its stream is."""
    if method == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + CHUNK]) for at in range(0, len(packed), CHUNK))
        return
    if method != zipfile.ZIP_DEFLATED:
        raise Unreadable("the archive is packed in an unusual way; pack it anew as an ordinary .zip")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    at = 0
    rest = b""
    while not stream.eof:
        if not rest:
            rest = bytes(packed[at : at + CHUNK])
            at += len(rest)
        chunk = stream.decompress(rest, CHUNK)
        if not rest and not chunk:
            raise Unreadable("the archive is damaged or cut off")
        rest = stream.unconsumed_tail
        if chunk:
            yield chunk


def _too_large(limit: int) -> str:
    return f"unpacked it is larger than {limit // (1024 * 1024)} MiB (delivery.max_unpacked_mib)"
