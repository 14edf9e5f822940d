"""Which encoding a text file has, found out from its bytes (spec 2.3): UTF-8, UTF-16 with its mark, GB18030."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# A mark decides; without one it is UTF-8, and where a byte does not fit GB18030, of which GBK is a part.
_UNMARKED = ("utf-8", "gb18030")
_CHUNK = 8 * 1024 * 1024  # bytes decoded at a time: a province's registry is never in memory as Python text
_QUOTE, _LINE_END = b'"', b"\n"
_TRIES = 1000  # line ends looked at for one outside quotes, from the end of a piece


def encodings_of(content: bytes) -> tuple[tuple[str, int], ...]:
    """The encodings to try in their order, each with the length of its mark."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return ((encoding, len(mark)),)
    return tuple((encoding, 0) for encoding in _UNMARKED)


def pieces(content: bytes, encoding: str, start: int) -> Iterator[bytes]:
    """The text in UTF-8, in pieces that end at the end of a record, as far as quotes tell; the last ends with the file.

    Raises UnicodeError at a byte that the encoding does not know.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = b""
    for at in range(start, max(len(content), start + 1), _CHUNK):
        last = at + _CHUNK >= len(content)
        chunk = content[at : at + _CHUNK]
        decoded = decoder.decode(chunk, final=last)
        # What is UTF-8 already need not be written again. A surrogate that stands alone fails when it is encoded.
        text = rest + (chunk if encoding == "utf-8" else decoded.encode("utf-8"))
        if last:
            yield text
            return
        end = _end_of_records(text)
        if end:
            yield text[:end]
        rest = text[end:]


def _end_of_records(text: bytes) -> int:
    """After the last line end that is not inside quotes; 0 where none of the last thousand is outside."""
    quotes = text.count(_QUOTE)
    end = len(text)
    for _ in range(_TRIES):
        line_end = text.rfind(_LINE_END, 0, end)
        if line_end < 0:
            return 0
        quotes -= text.count(_QUOTE, line_end, end)
        if quotes % 2 == 0:
            return line_end + 1
        end = line_end
    return 0
