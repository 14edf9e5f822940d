"""Column lineage as it was read from the SQL of the models: `data/reference/lineage.csv` and `origins.csv`.

Both files are written by `python -m pipelines.lineage` and never by hand; a night only reads the second.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
LINEAGE = _REFERENCE / "lineage.csv"
LINEAGE_COLUMNS = ("table_name", "column_name", "from_table", "from_column", "how")
ORIGINS = _REFERENCE / "origins.csv"
ORIGINS_COLUMNS = ("table_name", "column_name", "origin")
_READABLE = 12
ROWS = "*"
"""Stands for the rows of a table or extract, where a column is made from how many there are."""


@cache
def _origins() -> dict[tuple[str, str], str]:
    """Column → its origins; empty where the file has not been written yet."""
    if not ORIGINS.exists():
        return {}
    with ORIGINS.open(encoding="utf-8", newline="") as file:
        return {(table, column): origin for table, column, origin in list(csv.reader(file))[1:]}


@cache
def _direct() -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Column → the columns, or headers of an extract, whose values it is directly made from."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    if LINEAGE.exists():
        with LINEAGE.open(encoding="utf-8", newline="") as file:
            for table, column, from_table, from_column, how in csv.reader(file):
                if how in ("value", "given"):
                    found.setdefault((table, column), []).append((from_table, from_column))
    return {column: tuple(origins) for column, origins in found.items()}


def origin_of(table: str, column: str) -> str:
    """Headers of the extracts that a column comes from, `kind.header` joined by `、`.

    A kind alone means its rows; empty are words that a model writes, and columns of working tables.
    """
    return _origins().get((table, column), "")


def in_short(origin: str) -> str:
    """The origins themselves, or where there are too many to read, the kinds they are of."""
    ends = origin.split("、")
    return origin if len(ends) <= _READABLE else "、".join(dict.fromkeys(end.split(".", 1)[0] for end in ends))


def made_from(table: str, column: str) -> tuple[tuple[str, str], ...]:
    """(table, column) that a column is directly made from; of a clean table (kind, header), both in Chinese."""
    return _direct().get((table, column), ())


def read_again() -> None:
    """Forget what was read: the files have been written anew."""
    _origins.cache_clear()
    _direct.cache_clear()
