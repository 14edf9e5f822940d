"""What text files and sheets share: where the header is, and which rows are no rows of the table (spec 2.3)."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.landing.headers import HeaderMatch, is_header, match_header, tidy_header
from pipelines.landing.readers.raw_file import ROW_NUMBER, UNKNOWN_CELLS, RawFile
from schemas.codes import REFERENCE
from schemas.sources import Source

_BLANK = r"^\s*$"
FIRST_ROWS = 10  # among which the header row is

# First cells of a row: whole, with a colon or bracket after it, or as the end of "云岭县小计".
_TOTAL = r"(?:{words})\s*(?:[:：(（].*)?|\S{{1,20}}\s*(?:{words})\s*[:：]?"
_NOTE = r"(?:{words})\s*\d*\s*[:：.、].*"
_SIGNED = r"(?:{words})\s*(?:[:：（(_].*)?"


@dataclass(frozen=True)
class Header:
    """`row`: number of the (lowest) header row, from 1. `match`: what its cells mean."""

    row: int
    match: HeaderMatch

    @property
    def known(self) -> int:
        """How many columns of the kind it has."""
        return known_columns(self.match)

    @property
    def settled(self) -> bool:
        """Whether it is all there and says nothing that is not known: no other row need be looked at."""
        return self.match.problem is None and not self.match.unknown


def known_columns(match: HeaderMatch) -> int:
    """How many columns of the kind a header row names."""
    return len({column for column in match.columns if column})


def find_header(source: Source, rows: Sequence[Sequence[str]]) -> Header | None:
    """The header among the first rows of a table: the row with the most known headers, the first of several.

    Two rows together are a header when more columns are known so: a group above (监护人) and its parts below (姓名,
    电话) are named as one (监护人姓名); an empty lower cell leaves the upper. None when no row has anything in it.
    """
    found: Header | None = None
    most = 0
    for i, cells in enumerate(rows[:FIRST_ROWS]):
        candidates = [list(cells)]
        if i:
            candidates.append(joined(source, rows[i - 1], cells))
        for names in candidates:
            match = match_header(source, names)
            known = known_columns(match)
            if known > most or (found is None and any(cell.strip() for cell in cells)):
                found, most = Header(i + 1, match), max(known, most)
            if found and found.settled:
                return found
    return found


def joined(source: Source, upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of a header of two rows."""
    names: list[str] = []
    group = ""
    for i, cell in enumerate(lower):
        above = upper[i] if i < len(upper) else ""
        group = above if above.strip() else group
        together = group.strip() and cell.strip() and is_header(source, group + cell)
        names.append(group + cell if together else cell if cell.strip() else above)
    return names


def raw_file(frame: pl.DataFrame, header: Header, *, epoch_1904: bool = False) -> RawFile:
    """A read table as a raw file: `frame` has ROW_NUMBER and one text column per column of the header, in its order.

    Every row after the header that the file has is in it, or blank. Totals, notes and signatures are dropped.
    """
    match = header.match
    filled = _without_blank(frame)
    rows = _without_footers(filled)
    if not rows.height:
        return RawFile.refused("empty", "the file has no rows", match.unknown)
    if match.problem:
        return RawFile.refused(match.problem, match.message, match.unknown)
    # Everything down to the last content counts, but for the header row itself.
    skipped = filled[ROW_NUMBER][-1] - 1 - rows.height
    return RawFile(_named(rows, match), skipped, match.unknown, epoch_1904=epoch_1904)


def _without_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with anything in them."""
    first = frame.get_column(frame.columns[1])
    # Only a row whose first cell is empty can be blank; that is asked before all cells are.
    blank = first.is_null() | first.str.contains(_BLANK)
    if not blank.any():
        return frame
    suspects = frame.with_row_index("#i").filter(blank)
    empty = pl.all_horizontal(
        pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "") for name in frame.columns[1:]
    )
    out = suspects.filter(empty)["#i"]
    return frame if not out.len() else frame.filter(_all_but(frame.height, out))


def _without_footers(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that are no total, note or signature, which their first cell with content tells."""
    first = frame.get_column(frame.columns[1])
    patterns = _patterns()
    few = frame.with_row_index("#i").filter(first.is_null() | first.str.contains(patterns["first"]))
    if not few.height:
        return frame
    cells = [
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars()) for name in frame.columns[1:]
    ]
    said = few.select(
        "#i",
        pl.coalesce(cells).str.replace_all(r"[\s\x{3000}]", "").alias("cell"),
        pl.sum_horizontal(cell.is_not_null() for cell in cells).alias("cells"),
        pl.concat_list(cells).list.drop_nulls().list.n_unique().alias("texts"),
    )
    alone = pl.col("texts") <= 1
    dropped = said.filter(
        pl.col("cell").str.contains(patterns["total"])
        | pl.col("cell").str.contains(patterns["note"])
        | (alone & pl.col("cell").str.contains(patterns["alone"]))
        | ((pl.col("texts") <= 4) & pl.col("cell").str.contains(patterns["signed"]))
    )["#i"]
    return frame if not dropped.len() else frame.filter(_all_but(frame.height, dropped))


def _all_but(height: int, rows: pl.Series) -> pl.Series:
    return pl.repeat(True, height, eager=True, dtype=pl.Boolean).scatter(rows, False)


@functools.cache
def _patterns(path: Path = REFERENCE / "skipped_rows.csv") -> dict[str, str]:
    """Regular expressions of a row's first cell, made from the words of the reference list."""
    words: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            words.setdefault(row["sort"], []).append(row["word"])
    # Words of plain characters only; the longest first.
    joined = {sort: "|".join(sorted(found, key=len, reverse=True)) for sort, found in words.items()}
    firsts = "".join(sorted({word[0] for found in words.values() for word in found}))
    return {
        # What the first cell of such a row can look like, asked of every row: cheap and wide.
        "first": rf"^\s*[{firsts}]|(?:{joined['total']})\s*[:：]?\s*$",
        "total": rf"^(?:{_TOTAL.format(words=joined['total'])})$",
        "note": rf"^(?:{_NOTE.format(words=joined['note'])})$",
        "alone": rf"^(?:{joined['note']})",
        "signed": rf"^(?:{_SIGNED.format(words=joined['signature'])})$",
    }


def _named(frame: pl.DataFrame, match: HeaderMatch) -> pl.DataFrame:
    """The known columns under their standard headers; the cells of the others joined in one."""
    # Hundreds of small files a night: assigning names costs nothing, a query per file would.
    headers = [column or f"#{i}" for i, column in enumerate(match.columns)]
    frame = frame.clone()
    frame.columns = [ROW_NUMBER, *headers]
    unknown = [header for header in headers if header.startswith("#")]
    if not unknown:
        return frame
    cells = pl.concat_str(pl.col(unknown).fill_null(""), separator="\x1f").alias(UNKNOWN_CELLS)
    return frame.with_columns(cells).drop(unknown)


__all__ = ["FIRST_ROWS", "Header", "find_header", "joined", "raw_file", "tidy_header"]
