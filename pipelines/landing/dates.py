"""Dates as they are delivered (spec 2.3): ISO, with / or ., 20250901, 2025年9月1日, Excel serial numbers."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipelines.landing.parsed import Parsed, by_distinct, checked

_PARTS = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
_SERIAL = r"^(\d{1,5})(?:\.0+)?$"
_LAST_SERIAL = 80_000
_FIRST, _LAST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)


def read_dates(text: pl.Series, epoch_1904: pl.Series | None = None) -> Parsed:
    """Dates of a cleaned text column; years 1900-2100.

    `epoch_1904`: rows whose serial numbers count from 1904, as their workbook says; None where there are none. Text
    files carry no epoch: theirs count from 1900.
    """
    values = text.str.to_date("%Y-%m-%d", strict=False)
    if values.null_count() > text.null_count():
        # The rest once per distinct text: a column is delivered in one or two forms.
        rest = text.set(values.is_not_null(), None)
        found = by_distinct(rest, read_date_forms)
        if epoch_1904 is not None and epoch_1904.any():
            later = by_distinct(rest.set(~epoch_1904, None), lambda cells: read_date_forms(cells, epoch_1904=True))
            found = later.fill_null(found.set(epoch_1904, None))
        values = values.fill_null(found)
    inside = values.is_between(_FIRST, _LAST)
    if not inside.all():
        values = values.set(~inside, None)
    return checked(text, values)


def read_date_forms(text: pl.Series, epoch_1904: bool = False) -> pl.Series:
    """Every accepted form, slowly; null where none fits."""
    cells = pl.DataFrame({"text": text.cast(pl.String)})
    parts = [pl.coalesce(pl.col("text").str.extract(form, i) for form in (_PARTS, _COMPACT)) for i in (1, 2, 3)]
    written = pl.concat_str(parts[0], parts[1].str.zfill(2), parts[2].str.zfill(2), separator="-")
    return cells.select(
        pl.coalesce(written.str.to_date("%Y-%m-%d", strict=False), _serial(epoch_1904)).alias("date")
    ).to_series()


def _serial(epoch_1904: bool) -> pl.Expr:
    number = pl.col("text").str.extract(_SERIAL, 1).cast(pl.Int32, strict=False)
    number = pl.when(number.is_between(1, _LAST_SERIAL)).then(number)
    if epoch_1904:
        return pl.lit(dt.date(1904, 1, 1)) + pl.duration(days=number)
    # Spreadsheets believe in 29 February 1900 (day 60): the days before it count from one day later.
    base = (
        pl.when(number < 60).then(pl.lit(dt.date(1899, 12, 31))).when(number > 60).then(pl.lit(dt.date(1899, 12, 30)))
    )
    return base + pl.duration(days=number)
