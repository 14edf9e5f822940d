"""Dates in every form of spec 2.3."""

import datetime as dt

import polars as pl
import pytest

from pipelines.landing.dates import read_date_forms, read_dates


@pytest.mark.parametrize(
    "cell",
    ["2025-09-01", "2025-9-1", "2025/9/1", "2025/09/01", "2025.9.1", "20250901", "2025年9月1日",
     "2025年09月01日", "45901", "45901.0", "2025-09-01 00:00:00"],
)  # fmt: skip
def test_a_date_in_any_form(cell):
    assert read_dates(pl.Series([cell])).values.to_list() == [dt.date(2025, 9, 1)]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-02-29",
        "2025-13-01",
        "1899-12-31",
        "2101-01-01",
        "2025-09",
        "九月一日",
        "0",
        "80001",
        "25-9-1",
        "202509011",
    ],
)
def test_what_is_no_date_is_bad(cell):
    read = read_dates(pl.Series([cell]))
    assert read.values.to_list() == [None]
    assert read.bad.to_list() == [True]


def test_an_empty_cell_is_not_bad():
    read = read_dates(pl.Series(["2025-09-01", None, "x"]))
    assert read.bad.to_list() == [False, False, True]


@pytest.mark.parametrize(("serial", "day"), [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01")])
def test_serials_around_the_day_that_never_was(serial, day):
    assert read_dates(pl.Series([serial])).values.to_list() == [dt.date.fromisoformat(day)]


def test_day_sixty_never_was():
    assert read_dates(pl.Series(["60"])).values.to_list() == [None]


def test_the_other_epoch_when_the_workbook_says_so():
    assert read_date_forms(pl.Series(["44439"]), epoch_1904=True).to_list() == [dt.date(2025, 9, 1)]
