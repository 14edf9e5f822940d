"""Which encoding a text file has, found out from its bytes (spec 2.3): UTF-8, UTF-16 with its mark, GB18030."""

from __future__ import annotations

import codecs

from pipelines.landing.readers.raw_file import Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHUNK = 16 * 1024 * 1024  # bytes decoded at a time: a province's registry is never in memory as Python text


def as_utf8(content: bytes) -> bytes:
    """The text of a file as UTF-8 without a byte order mark.

    A mark decides; without one it is UTF-8, and where that fails GB18030 (GBK is part of it). Raises Unreadable when
    a byte is valid in none.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            body = content[len(mark) :]
            if encoding == "utf-8":
                return _checked(body)
            return _recoded(body, encoding, "UTF-16")
    try:
        return _checked(content)
    except Unreadable:
        return _recoded(content, "gb18030", "UTF-8, UTF-16 with a byte order mark, or GB18030")


def _checked(content: bytes) -> bytes:
    """The same bytes when they are UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable("the file is not valid UTF-8 text") from error
    return content


def _recoded(content: bytes, encoding: str, tried: str) -> bytes:
    decoder = codecs.getincrementaldecoder(encoding)()
    out = bytearray()
    try:
        for start in range(0, len(content), _CHUNK):
            out += decoder.decode(content[start : start + _CHUNK]).encode("utf-8")
        out += decoder.decode(b"", final=True).encode("utf-8")
    except UnicodeError as error:  # surrogates that stand alone fail when they are encoded
        raise Unreadable(f"the file is no text in {tried}") from error
    return bytes(out)
