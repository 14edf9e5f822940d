"""The smaller readings of cells: codes, yes and no, numbers, amounts, division codes, parties (spec 2.3)."""

from __future__ import annotations

import polars as pl

from pipelines.landing.citizen_numbers import written
from pipelines.landing.parsed import Parsed, by_distinct, checked
from schemas.codes import UnknownCode, codebook

_INTEGER = r"^[+-]?\d{1,9}(?:\.0+)?$"
_AMOUNT = r"^[+-]?\d{1,10}(?:\.\d+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_UNKNOWN = "#unknown"


def read_codes(text: pl.Series, name: str, *, keep_unknown: bool = False) -> Parsed:
    """Labels of a column of labels, codes or code-labels. `keep_unknown`: other text stays (民族 穿青人)."""
    book = codebook(name)

    def read(cells: pl.Series) -> pl.Series:
        labels: list[str | None] = []
        for cell in cells:  # distinct cells: a handful
            try:
                labels.append(book.read(cell))
            except UnknownCode:
                labels.append(cell if keep_unknown else _UNKNOWN)
        return pl.Series(labels, dtype=pl.String)

    values = by_distinct(text, read)
    bad = values == _UNKNOWN
    # Not `checked`: a known code may say nothing (性别 9), which is no fault.
    return Parsed(values.set(bad, None), bad.fill_null(False)) if bad.any() else Parsed(values)


def read_booleans(text: pl.Series) -> Parsed:
    """是/否 in all their spellings as true/false."""
    labels = read_codes(text, "boolean")
    return Parsed(labels.values == "是", labels.bad)


def read_integers(text: pl.Series) -> Parsed:
    """Whole numbers; `12.0` is one."""
    cells = pl.DataFrame({"text": text})
    plain = pl.when(pl.col("text").str.contains(_INTEGER)).then(pl.col("text").str.replace(r"\.0+$", ""))
    return checked(text, cells.select(plain.cast(pl.Int32, strict=False)).to_series())


def read_amounts(text: pl.Series) -> Parsed:
    """Yuan with two decimals (half up); thousands commas are allowed."""
    cells = pl.DataFrame({"text": text})
    without_commas = pl.col("text").str.replace_all(",", "")
    plain = pl.when(pl.col("text").str.contains(_THOUSANDS)).then(without_commas).otherwise("text")
    number = pl.when(plain.str.contains(_AMOUNT)).then(plain).cast(pl.Decimal(18, 4), strict=False)
    yuan = number.round(2, mode="half_away_from_zero").cast(pl.Decimal(12, 2), strict=False)
    return checked(text, cells.select(yuan).to_series())


def read_divisions(text: pl.Series) -> Parsed:
    """Division codes of 12 digits; 6 and 9 are padded with zeros."""
    cells = pl.DataFrame({"text": text})
    padded = pl.when(pl.col("text").str.contains(r"^(?:\d{6}|\d{9}|\d{12})$")).then(pl.col("text").str.pad_end(12, "0"))
    return checked(text, cells.select(padded).to_series())


def read_parties(text: pl.Series) -> Parsed:
    """Parties of a reviewer's decision: a citizen number in its written form, anything else as delivered."""
    number = written(text.str.normalize("NFKC"))
    return Parsed(text.zip_with(~number.str.contains(r"^\d{17}[\dX]$").fill_null(False), number))
