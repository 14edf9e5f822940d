"""Codes, yes and no, numbers, amounts, division codes, parties (spec 2.3)."""

from decimal import Decimal

import polars as pl
import pytest

from pipelines.landing import values
from tests.support.numbers import number


def test_codes_and_what_is_unknown():
    read = values.read_codes(pl.Series(["1", "女", "9", "x", None]), "sex")
    assert read.values.to_list() == ["男", "女", None, None, None]
    assert read.bad.to_list() == [False, False, False, True, False]


def test_open_lists_keep_other_text():
    read = values.read_codes(pl.Series(["汉", "穿青人", None]), "ethnicity", keep_unknown=True)
    assert read.values.to_list() == ["汉族", "穿青人", None]
    assert read.bad is None


@pytest.mark.parametrize(("cells", "expected"), [(["是", "1", "Y", "true"], True), (["否", "0", "N", "FALSE"], False)])
def test_yes_and_no(cells, expected):
    assert values.read_booleans(pl.Series(cells)).values.to_list() == [expected] * 4


@pytest.mark.parametrize(
    ("cell", "expected"), [("12", 12), ("12.0", 12), ("0", 0), ("1.5", None), ("十", None), ("1e3", None)]
)
def test_whole_numbers(cell, expected):
    assert values.read_integers(pl.Series([cell])).values[0] == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("312", "312.00"), ("312.00", "312.00"), ("1,200.50", "1200.50"), ("0.125", "0.13"), ("12元", None)],
)
def test_amounts(cell, expected):
    found = values.read_amounts(pl.Series([cell])).values[0]
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("990121", "990121000000"),
        ("990121001", "990121001000"),
        ("990121001001", "990121001001"),
        ("9901", None),
        ("青山村", None),
    ],
)
def test_division_codes_are_padded(cell, expected):
    assert values.read_divisions(pl.Series([cell])).values[0] == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(number().lower(), number()), ("0123456789abcdef", "0123456789abcdef"), ("2025-09-01/户籍_990121.csv#2",) * 2],
)
def test_parties(cell, expected):
    assert values.read_parties(pl.Series([cell])).values[0] == expected
