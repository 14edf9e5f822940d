"""What every reader hands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

# Columns of `RawFile.frame` beside those of the file; no standard header begins with `#`.
ROW_NUMBER = "#row"
UNKNOWN_CELLS = "#unknown"  # the cells of unknown columns, joined: two rows are the same "to the last cell" with them

_MIB = 1024 * 1024


class Unreadable(Exception):
    """The bytes are not a file of their format; the message says why, for the log. `reason` is that of spec 2.5."""

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What is too much for a delivered file ([delivery] of the policy).

    `file_bytes`: as delivered. `unpacked_bytes`: out of its archive, all members together. `columns` and `cells`: of a
    table; cells are those of the rectangle around everything that is filled in.
    """

    file_bytes: int
    unpacked_bytes: int
    columns: int
    cells: int

    @classmethod
    def of(cls, delivery: Mapping[str, Any]) -> Limits:
        """The limits of the [delivery] table."""
        return cls(
            int(delivery["max_file_mib"]) * _MIB,
            int(delivery["max_unpacked_mib"]) * _MIB,
            int(delivery["max_columns"]),
            int(delivery["max_cells"]),
        )


@dataclass(frozen=True)
class RawFile:
    """A file as text.

    `frame` has one row per row of the file with anything in it: `ROW_NUMBER` (1 = first line of the file, header and
    titles included), the file's known columns under their standard headers, cells as delivered (empty = null), and
    `UNKNOWN_CELLS` where there are unknown columns. `skipped` counts titles, totals, footers and blank rows before the
    last content. `problem` is the reason of refusal (spec 2.5) or None, `message` says it for the log. `epoch_1904`:
    the serial numbers of its dates count from 1904, as its workbook says.
    """

    frame: pl.DataFrame
    skipped: int = 0
    unknown_columns: tuple[str, ...] = ()
    problem: str | None = None
    message: str = ""
    epoch_1904: bool = False

    @classmethod
    def refused(cls, problem: str, message: str, unknown_columns: tuple[str, ...] = ()) -> RawFile:
        """A file of which no row is judged."""
        return cls(pl.DataFrame(), 0, unknown_columns, problem, message)
