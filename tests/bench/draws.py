"""Vectorised draws: labels, dates, names and citizen numbers for many rows at once. Nothing here loops over rows."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = ("1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华慧红玉萍建文斌鑫宇晨轩涵梓欣怡佳诗雨浩然子俊思博瑞泽雅琪"


def day(value: date) -> int:
    """Days since 1970-01-01: dates are whole numbers until a frame is made."""
    return (value - _EPOCH).days


def dates(days: Ints, known: Flags | None = None) -> pl.Series:
    """A date column from day numbers; rows that are not ``known`` become null."""
    series = pl.Series(np.asarray(days, dtype=np.int32)).cast(pl.Date)
    if known is None:
        return series
    return pl.select(pl.when(pl.lit(pl.Series(known))).then(pl.lit(series))).to_series()


def label(values: Sequence[str | None], codes: npt.ArrayLike) -> pl.Series:
    """A text column: row i is ``values[codes[i]]``."""
    return pl.Series(values, dtype=pl.String).gather(pl.Series(np.asarray(codes, dtype=np.uint32)))


def pick(rng: np.random.Generator, size: int, shares: Sequence[float]) -> Ints:
    """Category numbers 0..len-1 drawn with these shares (they need not add up to one)."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.searchsorted(edges / edges[-1], rng.random(size), side="right").clip(max=len(shares) - 1).astype(np.int64)


def rank_in_group(keys: Ints) -> Ints:
    """The running number (from 0) of each row among the rows with the same key, in row order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(keys)))
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    return ranks


def citizen_numbers(areas: Ints, birth_days: Ints, male: Ints) -> pl.Series:
    """Eighteen-character numbers with a GB 11643 check digit, birth date and sex inside.

    Numbers are unique for rows whose area belongs to one county alone: the sequence counts the children of one day
    and sex whatever their area is. More than 500 births of one sex on one day in one county raise ``ValueError``.
    """
    rank = rank_in_group(birth_days * 2 + male)
    if len(rank) and int(rank.max()) >= 500:
        raise ValueError("more than 500 births of one sex on one day: make more counties")
    stamps = birth_days.astype("datetime64[D]")
    years = stamps.astype("datetime64[Y]").astype(np.int64) + 1970
    months = stamps.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (stamps - stamps.astype("datetime64[M]")).astype(np.int64) + 1
    # A start that differs from day to day keeps the sequences from all being small.
    sequence = ((birth_days * 37 + rank) % 500) * 2 + male
    body = ((areas * 10_000 + years) * 100 + months) * 100 + of_month
    body = body * 1_000 + sequence
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in reversed(_WEIGHTS):
        rest, digit = np.divmod(rest, 10)
        total += weight * digit
    return pl.Series(body).cast(pl.String) + label(_CHECK_DIGITS, total % 11)


def wrong_check_digit(numbers: pl.Series) -> pl.Series:
    """The same numbers with a check digit that does not fit: what a slip of the hand leaves behind."""
    return numbers.str.head(17) + numbers.str.tail(1).replace_strict(
        {"X": "3", "9": "X", **{str(digit): str(digit + 1) for digit in range(9)}}, return_dtype=pl.String
    )


def surnames(rng: np.random.Generator, size: int) -> pl.Series:
    """Surnames, the common ones far more often than the rare ones."""
    return label(list(_SURNAMES), pick(rng, size, [1 / (rank + 6) for rank in range(len(_SURNAMES))]))


def given_names(rng: np.random.Generator, size: int) -> pl.Series:
    """Given names of one (one in eight) or two characters."""
    characters = list(_GIVEN)
    first = label(characters, rng.integers(0, len(characters), size))
    second = label(
        [*characters, ""], np.where(rng.random(size) < 0.125, len(characters), rng.integers(0, len(characters), size))
    )
    return first + second


def phones(rng: np.random.Generator, size: int) -> pl.Series:
    """Eleven digits that begin with 100: no operator gives them out."""
    return pl.Series(10_000_000_000 + rng.integers(0, 100_000_000, size)).cast(pl.String)


def yes_no(flags: npt.ArrayLike) -> pl.Series:
    """是 or 否."""
    return label(("否", "是"), np.asarray(flags, dtype=np.uint32))
