"""Grades in the words of schools (spec 2.3)."""

import datetime as dt

import polars as pl
import pytest

from pipelines.landing.grades import read_grades, school_year_of


def grade(cell: str, school_type: str | None = None, year: int = 2025) -> int | None:
    types = pl.Series([school_type], dtype=pl.String)
    return read_grades(pl.Series([cell]), pl.Series([year]), lambda: types).values[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((str(number), number) for number in range(1, 13)),
        ("一年级", 1), ("九年级", 9), ("七年级", 7), ("小学一年级", 1), ("小学六年级", 6), ("初一", 7), ("初三", 9),
        ("初中二年级", 8), ("高一", 10), ("高三", 12), ("高中三年级", 12), ("3年级", 3),
        ("0", None), ("13", None), ("初五", None), ("幼儿园", None), ("小学七年级", None),
    ],
)  # fmt: skip
def test_words(cell, expected):
    assert grade(cell) == expected


@pytest.mark.parametrize(
    ("cell", "school_type", "expected"),
    [
        ("2023级", "小学", 3),
        ("2025级", "教学点", 1),
        ("2017级", "九年一贯制学校", 9),
        ("2025级", "特殊教育学校", 1),
        ("2025级", "专门学校", 1),
        ("2024级", "初级中学", 8),
        ("2020级", "完全中学", 12),
        ("2023级", None, None),  # school unknown
        ("2026级", "初级中学", None),  # not begun
        ("2010级", "小学", None),  # beyond 12
    ],
)
def test_entry_years_are_counted_from_the_first_grade_of_the_school(cell, school_type, expected):
    assert grade(cell, school_type) == expected


def test_school_types_are_asked_for_only_when_needed():
    def never() -> pl.Series:
        raise AssertionError("no entry year here")

    assert read_grades(pl.Series(["四年级", None]), pl.Series([2025, 2025]), never).values.to_list() == [4, None]


@pytest.mark.parametrize(("day", "year"), [("2025-08-31", 2024), ("2025-09-01", 2025), ("2026-01-01", 2025)])
def test_the_school_year_turns_on_1_september(day, year):
    assert school_year_of(dt.date.fromisoformat(day)) == year
