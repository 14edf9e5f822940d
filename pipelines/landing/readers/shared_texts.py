"""How much text the cells of an .xlsx hold: a text is kept once in the file, but the reader copies it to every cell.

A megabyte of file can name one long text in millions of cells, which no machine has the memory for.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

_TEXTS = "xl/sharedstrings.xml"
_TEXT = re.compile(rb"<(?:[^\s<>/:]*:)?si[\s/>]")
# The number of a text in a cell of the usual form, and the value of any cell.
_NAMED = re.compile(rb't="s"[^<>]*><v>([^<]*)')
_VALUE = re.compile(rb"<(?:[^\s<>/:]*:)?v(?:\s[^<>]*)?>([^<]*)")


def holds_texts(name: str) -> bool:
    """Whether a member is the one with the shared texts."""
    return name.replace("\\", "/").lower() == _TEXTS


def sizes(parts: Iterable[bytes]) -> list[int]:
    """The bytes of every shared text, its tags among them, in their order."""
    found: list[int] = []
    for xml in parts:
        starts = [match.start() for match in _TEXT.finditer(xml)]
        if found:
            found[-1] += starts[0] if starts else len(xml)
        found += [end - start for start, end in itertools.pairwise([*starts, len(xml)])]
    return found


def most_named(xml: bytes) -> int:
    """No fewer cells than those that name a text in a part of a sheet."""
    return xml.count(b"<c") + xml.count(b":c")


def named(parts: Iterable[bytes], lengths: list[int], usual: bool) -> int:
    """No fewer bytes than those of the texts that a sheet names, and as many when it is written in the usual form."""
    count: Counter[bytes] = Counter()
    for xml in parts:
        found = _NAMED.findall(xml) if usual else []
        if not usual or len(found) != xml.count(b't="s"'):
            found = _VALUE.findall(xml)  # numbers among them
        count.update(found)
    total = 0
    for value, times in count.items():
        # What is no number of a text is read as the first.
        index = int(value) if value.isdigit() and len(value) < 12 else 0
        total += times * (lengths[index] if index < len(lengths) else 0)
    return total
