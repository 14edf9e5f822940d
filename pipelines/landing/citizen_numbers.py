"""Citizen numbers (GB 11643): one written form, the check, and what a number says (spec 2.3).

A damaged number is never repaired. The first six digits say where someone was first registered: they are neither
checked nor used as residence.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_FIRST_BIRTH = dt.date(1900, 1, 1)
_CUT_AT_LEAST = 3
_CUT_SHARE = 5  # more than a fifth


def written(text: pl.Series, *, card: bool = False) -> pl.Series:
    """Cleaned cells in the form of 18 characters: X upper-case, 15 digits extended, of a 20-digit card the first 18.

    `card`: the file may hold disability card numbers in the column (脱贫户, 残疾人). Other text stays as it is.
    """
    plain = (text.str.len_bytes() == 18).all()
    # Where all have 18 bytes, only an x at the end can make a number of what is none.
    if (text.str.ends_with("x") if plain else text.str.contains("[a-z×]")).any():
        text = text.str.to_uppercase().str.replace_all("×", "X", literal=True)
        plain = (text.str.len_bytes() == 18).all()
    if plain:
        return text
    cell = pl.col("cell")
    first17 = pl.concat_str(cell.str.slice(0, 6), pl.lit("19"), cell.str.slice(6, 9))
    form = (
        pl.when(cell.str.contains(r"^\d{15}$")).then(pl.concat_str(first17, check_character(first17))).otherwise(cell)
    )
    if card:
        form = pl.when(cell.str.contains(r"^\d{17}[\dX].{2}$")).then(cell.str.slice(0, 18)).otherwise(form)
    # Only the few cells of another length go the long way.
    other = pl.DataFrame({"cell": text}).with_row_index("#i").filter(cell.str.len_bytes() != 18)
    # `scatter` writes into its own series.
    return text.clone().scatter(other["#i"], other.select(form).to_series())


def check_character(first17: pl.Expr) -> pl.Expr:
    """The last character that belongs to seventeen digits (ISO 7064 MOD 11-2)."""
    remainder = _weighted(first17.cast(pl.Int64, strict=False)) % 11
    return remainder.replace_strict(list(range(11)), list(_CHECK_CHARACTERS), default=None, return_dtype=pl.String)


def _weighted(first17: pl.Expr) -> pl.Expr:
    """The digits times their weights, summed, but for multiples of 11; null stays null."""
    # Arithmetic on one integer, and as little of it as will do: with q(k) = number // 10^k the digit at 10^k is
    # q(k) - 10 q(k+1), and -10 is 1 (mod 11). So q(k) counts with the weight of its digit and of the digit after.
    factors = [(weight + after) % 11 for weight, after in zip(_WEIGHTS, (*_WEIGHTS[1:], 0), strict=True)]
    total = first17 * factors[16]
    for i in range(16):
        total = total + first17 // 10 ** (16 - i) * factors[i]
    return total


def read_numbers(number: pl.Series, delivered_on: pl.Series) -> pl.DataFrame:
    """What numbers of 18 characters say: `valid`, and only for valid ones `number`, `sex` and `birth_date`.

    Valid: shape and check character hold and the date exists, from 1900 on and not after the delivery. Null is not.
    """
    last = pl.col("number").str.slice(17)
    rows = pl.DataFrame({"number": number, "on": delivered_on}).with_columns(
        pl.col("number").str.slice(0, 17).cast(pl.Int64, strict=False).alias("first17"),
        pl.when(last == "X").then(10).otherwise(last.cast(pl.UInt8, strict=False)).alias("last"),
        pl.col("number").str.slice(6, 8).str.to_date("%Y%m%d", strict=False).alias("born"),
    )
    adds_up = (_weighted(pl.col("first17")) + pl.col("last")) % 11 == 1
    in_time = (pl.col("born") <= pl.col("on")) & (pl.col("born") >= _FIRST_BIRTH)
    # What was read as an integer has 17 digits, or a sign in front, which sorts before all digits.
    shaped = (pl.col("number").str.len_bytes() == 18) & (pl.col("number") >= "0")
    rows = rows.with_columns((shaped & adds_up & in_time).fill_null(False).alias("valid"))
    sex = pl.when(pl.col("first17") % 2 == 1).then(pl.lit("男")).otherwise(pl.lit("女"))
    return rows.select(
        "valid",
        pl.when("valid").then("number").alias("number"),
        pl.when("valid").then(sex).alias("sex"),
        pl.when("valid").then("born").alias("birth_date"),
    )


def embedded(student_number: pl.Series, delivered_on: pl.Series, own: pl.Series | None = None) -> pl.Series:
    """The valid citizen number inside a formal student number (`G` + 18), else null.

    `own`: the row's valid numbers, already known to be so; most student numbers hold just that one.
    """
    rows = pl.DataFrame({"cell": student_number, "on": delivered_on}).with_columns(
        pl.lit(None, dtype=pl.String).alias("own") if own is None else own.alias("own")
    )
    same = (pl.col("cell") == pl.concat_str(pl.lit("G"), "own")).fill_null(False)
    found = rows.select(pl.when(same).then("own").alias("found")).to_series()
    inside = pl.col("cell").str.extract(r"^[Gg](\d{17}[\dXx])$", 1).str.to_uppercase()
    rest = rows.with_row_index("#i").filter(~same & pl.col("cell").is_not_null())
    rest = rest.with_columns(inside.alias("inside")).drop_nulls("inside")
    if not rest.height:
        return found
    return found.scatter(rest["#i"], read_numbers(rest["inside"], rest["on"])["number"])


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
