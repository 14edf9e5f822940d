"""A column read from text, and the helper that reads each distinct text once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Parsed:
    """`values` in the clean type; `bad` marks cells that say something that cannot be read (None: there are none)."""

    values: pl.Series
    bad: pl.Series | None = None


def checked(text: pl.Series, values: pl.Series) -> Parsed:
    """The values of a text column, with every cell marked that has text but no value."""
    if values.null_count() == text.null_count():
        return Parsed(values)
    return Parsed(values, values.is_null() & text.is_not_null())


def by_distinct(text: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply a reading to the distinct cells of a column only; dates and codes repeat a thousand times over."""
    distinct = text.drop_nulls().unique()
    values = read(distinct)
    return text.replace_strict(distinct, values, default=None, return_dtype=values.dtype)
