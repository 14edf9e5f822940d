"""Grades 1-12 in the words of schools (spec 2.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from pipelines.landing.parsed import Parsed, by_distinct, checked

_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {"十": 10, "十一": 11, "十二": 12}
# Grade before the first one of a stage.
_STAGES = {"小学": 0, "初中": 6, "初": 6, "高中": 9, "高": 9}
_LENGTHS = {"小学": 6, "初中": 4, "初": 4, "高中": 3, "高": 3}
# The grade in which an entry year starts, by school type.
ENTRY_GRADES = {
    "小学": 1, "教学点": 1, "九年一贯制学校": 1, "十二年一贯制学校": 1, "特殊教育学校": 1, "专门学校": 1,
    "初级中学": 7, "完全中学": 7,
}  # fmt: skip


def _words() -> dict[str, int]:
    """Every grade that does not depend on a school, as written → 1-12."""
    words: dict[str, int] = {}
    for numeral, number in _NUMERALS.items():
        words[f"{numeral}年级"] = words[f"{number}年级"] = words[numeral] = number
    for number in range(1, 13):
        words[str(number)] = words[f"{number:02}"] = words[f"{number}年级"] = number
    for stage, before in _STAGES.items():
        for numeral, number in _NUMERALS.items():
            if number <= _LENGTHS[stage] and before + number <= (9 if before == 6 else 12):
                for form in (f"{stage}{numeral}年级", f"{stage}{numeral}", f"{stage}{number}年级", f"{stage}{number}"):
                    words[form] = before + number
    return words


WORDS = _words()


def school_year_of(day: dt.date) -> int:
    """The year in which the school year of a day began (1 September)."""
    return day.year if day.month >= 9 else day.year - 1


def read_grades(text: pl.Series, school_year: pl.Series, school_type: Callable[[], pl.Series]) -> Parsed:
    """Grades of a cleaned text column.

    An entry year (`2023级`) is counted to the school year of the delivery from the first grade of the row's school;
    it cannot be read where the school or its type is unknown, or where the result lies outside 1-12.
    """
    values = by_distinct(text, lambda cells: cells.replace_strict(WORDS, default=None, return_dtype=pl.Int16))
    if values.null_count() == text.null_count():
        return Parsed(values)
    frame = pl.DataFrame({"text": text, "year": school_year, "type": school_type()})
    entry = pl.col("text").str.extract(r"^(\d{4})级$", 1).cast(pl.Int32, strict=False)
    start = pl.col("type").replace_strict(ENTRY_GRADES, default=None, return_dtype=pl.Int32)
    grade = pl.col("year") - entry + start
    counted = frame.select(pl.when(grade.is_between(1, 12) & (grade >= start)).then(grade).cast(pl.Int16)).to_series()
    return checked(text, values.fill_null(counted))
