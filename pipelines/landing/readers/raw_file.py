"""What every reader hands on."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

# Columns of `RawFile.frame` beside those of the file; no standard header begins with `#`.
ROW_NUMBER = "#row"
UNKNOWN_CELLS = "#unknown"  # the cells of unknown columns, joined: two rows are the same "to the last cell" with them


class Unreadable(Exception):
    """The bytes are not a file of their format; the message says why, for the log."""


@dataclass(frozen=True)
class RawFile:
    """A file as text.

    `frame` has one row per row of the file with anything in it: `ROW_NUMBER` (1 = first line of the file, header and
    titles included), the file's known columns under their standard headers, cells as delivered (empty = null), and
    `UNKNOWN_CELLS` where there are unknown columns. `skipped` counts titles, totals, footers and blank rows before the
    last content. `problem` is the reason of refusal (spec 2.5) or None, `message` says it for the log.
    """

    frame: pl.DataFrame
    skipped: int = 0
    unknown_columns: tuple[str, ...] = ()
    problem: str | None = None
    message: str = ""

    @classmethod
    def refused(cls, problem: str, message: str, unknown_columns: tuple[str, ...] = ()) -> RawFile:
        """A file of which no row is judged."""
        return cls(pl.DataFrame(), 0, unknown_columns, problem, message)
