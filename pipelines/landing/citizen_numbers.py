"""Citizen numbers (GB 11643): one written form, the check, and what a number says (spec 2.3).

A damaged number is never repaired. The first six digits say where someone was first registered: they are neither
checked nor used as residence.
"""

from __future__ import annotations

import polars as pl

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SHAPE = r"^\d{17}[\dX]$"
_CHECK_CHARACTERS = "10X98765432"
_CUT_AT_LEAST = 3
_CUT_SHARE = 5  # more than a fifth


def written(text: pl.Expr, *, card: bool = False) -> pl.Expr:
    """A cleaned cell in the form of 18 characters: X upper-case, 15 digits extended, of a 20-digit card the first 18.

    `card`: the file may hold disability card numbers in the column (脱贫户, 残疾人). Other text stays as it is.
    """
    upper = text.str.to_uppercase().str.replace_all("×", "X", literal=True)
    first17 = pl.concat_str(upper.str.slice(0, 6), pl.lit("19"), upper.str.slice(6, 9))
    number = (
        pl.when(upper.str.contains(r"^\d{15}$")).then(pl.concat_str(first17, check_character(first17))).otherwise(upper)
    )
    if card:
        return pl.when(upper.str.contains(r"^\d{17}[\dX].{2}$")).then(upper.str.slice(0, 18)).otherwise(number)
    return number


def check_character(first17: pl.Expr) -> pl.Expr:
    """The last character that belongs to seventeen digits (ISO 7064 MOD 11-2)."""
    remainder = _weighted(first17) % 11
    return remainder.replace_strict(list(range(11)), list(_CHECK_CHARACTERS), default=None, return_dtype=pl.String)


def _weighted(first17: pl.Expr) -> pl.Expr:
    # Arithmetic on one integer is three times as fast as seventeen slices of text.
    number = first17.cast(pl.Int64, strict=False)
    digits = (number // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(_WEIGHTS))
    return pl.sum_horizontal(digits)


def is_valid(number: pl.Expr, delivered_on: pl.Expr) -> pl.Expr:
    """Whether the shape, the check character and the date hold, the date not after the delivery. Null counts as no."""
    last = number.str.slice(17, 1)
    check = pl.when(last == "X").then(10).otherwise(last.cast(pl.Int64, strict=False))
    adds_up = (_weighted(number.str.slice(0, 17)) + check) % 11 == 1
    born = born_on(number)
    return (number.str.contains(_SHAPE) & adds_up & (born <= delivered_on) & (born.dt.year() >= 1900)).fill_null(False)


def born_on(number: pl.Expr) -> pl.Expr:
    """The birth date inside a number of 18 characters, null where there is no such day."""
    return number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def sex_of(number: pl.Expr) -> pl.Expr:
    """男 where the seventeenth digit is odd, else 女."""
    odd = number.str.slice(16, 1).cast(pl.Int8, strict=False) % 2 == 1
    return pl.when(odd).then(pl.lit("男")).otherwise(pl.lit("女"))


def embedded(student_number: pl.Expr, delivered_on: pl.Expr) -> pl.Expr:
    """The valid citizen number inside a formal student number (`G` + 18), else null."""
    number = student_number.str.extract(r"^[Gg](\d{17}[\dXx])$", 1).str.to_uppercase()
    return pl.when(is_valid(number, delivered_on)).then(number)


def cut_by_spreadsheet(numbers: pl.DataFrame) -> pl.Series:
    """Deliveries whose number column went through a spreadsheet.

    `numbers` has delivery_id and the cleaned `number`, one row per row of the files. A delivery is named when three or
    more numbers and more than a fifth of all end in 000: none of those is to be believed, whatever its check digit.
    """
    counted = (
        numbers.filter(pl.col("number").is_not_null())
        .group_by("delivery_id")
        .agg(pl.len().alias("all"), pl.col("number").str.ends_with("000").sum().alias("cut"))
    )
    cut = counted.filter((pl.col("cut") >= _CUT_AT_LEAST) & (pl.col("cut") * _CUT_SHARE > pl.col("all")))
    return cut["delivery_id"].sort()
