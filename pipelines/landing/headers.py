"""The header map: which column of ours a header of a file means (spec 2.2).

The map is data, `data/reference/headers/*.csv` (kind or `*`, standard header, accepted variant, since): a province
adds a file there. Spaces, line breaks and `*` marks inside a header cell do not count, nor does the case of pinyin.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.codes import REFERENCE
from schemas.sources import Source

_IGNORED = re.compile(r"[\s*\u200b-\u200f\u2060\ufeff]+")


@dataclass(frozen=True)
class HeaderMatch:
    """What a header row means for one kind.

    `columns` has one entry per column of the file: the standard header, or None for a column that the kind does not
    know. `problem` is the reason of refusal (spec 2.5), None when the header will do; `message` names the headers.
    """

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    problem: str | None
    message: str = ""


def tidy_header(cell: str) -> str:
    """A header cell without what does not count in it."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", cell)).casefold()


@functools.cache
def header_map(kind: str, standard: tuple[str, ...], folder: Path = REFERENCE / "headers") -> dict[str, str]:
    """Tidied header → standard header of one kind; a standard header always means itself."""
    variants: dict[str, str] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                if row["kind"] in ("*", kind) and row["header"] in standard:
                    variants[tidy_header(row["variant"])] = row["header"]
    return variants | {tidy_header(header): header for header in standard}


def is_header(source: Source, cell: str) -> bool:
    """Whether a cell names a column of the kind."""
    return tidy_header(cell) in header_map(source.label, tuple(field.header for field in source.fields))


def match_header(source: Source, cells: Sequence[str]) -> HeaderMatch:
    """Read a header row: known columns, unknown ones, and the first `*` column missing or column that is double.

    Missing comes before double, each in the order of spec 2.2. A column without any header is unknown and unnamed.
    """
    meanings = header_map(source.label, tuple(field.header for field in source.fields))
    columns = tuple(meanings.get(tidy_header(cell)) for cell in cells)
    unknown = tuple(
        cell.strip() for cell, column in zip(cells, columns, strict=True) if column is None and cell.strip()
    )
    missing = next((f.header for f in source.fields if f.required and f.header not in columns), None)
    if missing:
        # Only headers that are known are shown: what looks like a header may be the first child of a file without one.
        known = ", ".join(column for column in columns if column)
        message = f"no column is called {missing} or one of its variants; " + (
            f"the header has {known}" if known else "no header row was found among the first ten rows"
        )
        return HeaderMatch(columns, unknown if known else (), f"missing_column:{missing}", message)
    double = next((f.header for f in source.fields if columns.count(f.header) > 1), None)
    if double:
        named = [
            f"{i} ({cell.strip()})"
            for i, (cell, column) in enumerate(zip(cells, columns, strict=True), 1)
            if column == double
        ]
        message = f"columns {' and '.join(named)} both mean {double}; leave one of them out"
        return HeaderMatch(columns, unknown, f"double_column:{double}", message)
    return HeaderMatch(columns, unknown, None)
