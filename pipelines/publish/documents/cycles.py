"""The cycles of reporting: who reports in each, what the report is called, which period it is about, when it is due.

四个一 (spec 1.1): the school every month, the county every quarter, the prefecture every term, the province every
school year; beside them 日报告, 周通报, 月调度, and the reports at the beginning of a term.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.errors import KongchuoError
from pipelines.publish.wording import chinese_date

TERM_START = "term-start"
_NUMBER = "一二三四五六七八九"


@dataclass(frozen=True)
class Cycle:
    """One cycle: its `name` on the command line, the cycle of `published.cycle` that it counts over, who reports."""

    name: str
    counted: str
    title: str
    levels: tuple[str, ...]


CYCLES = {
    cycle.name: cycle
    for cycle in (
        Cycle("day", "month", "控辍保学日报告", ("province", "prefecture", "county")),
        Cycle("week", "week", "控辍保学工作通报", ("province", "prefecture", "county")),
        Cycle("month", "month", "控辍保学月调度", ("province", "prefecture", "county", "school")),
        Cycle("quarter", "quarter", "控辍保学季度报告", ("county",)),
        Cycle("term", "term", "控辍保学学期报告", ("prefecture",)),
        Cycle("year", "year", "控辍保学年度报告", ("province",)),
        Cycle(TERM_START, "term", "控辍保学开学报告", ("county", "township", "school")),
    )
}
LEVEL_NAMES = {
    "province": "the province",
    "prefecture": "a prefecture",
    "county": "a county",
    "township": "a township",
    "school": "a school",
}


class Period(NamedTuple):
    """A period as `published.cycle` has it: 2025-Q4, its first day, its last (which may lie after the night)."""

    code: str
    first: dt.date
    last: dt.date


def cycle_named(name: str) -> Cycle:
    """The cycle of a name; raises KongchuoError naming those there are."""
    if name not in CYCLES:
        raise KongchuoError(f"There is no cycle {name}; take one of {', '.join(CYCLES)}.")
    return CYCLES[name]


def check_level(cycle: Cycle, level: str, unit: str) -> None:
    """Raises KongchuoError where a unit of this level does not report in this cycle."""
    if level in cycle.levels:
        return
    whose = " or ".join(LEVEL_NAMES[one] for one in cycle.levels)
    own = [one.name for one in CYCLES.values() if level in one.levels]
    other = f"; for {unit} take {' or '.join(own)}" if own else ""
    raise KongchuoError(f"The report of the {cycle.name} is made by {whose}: give the code of one{other}.")


def words(cycle: Cycle, period: Period, as_of: dt.date) -> str:
    """The period in the words of a title: 2025年第四季度, 2025—2026学年第一学期."""
    if cycle.name in ("day", "week"):
        return chinese_date(as_of)
    if cycle.counted == "month":
        return f"{period.first.year}年{period.first.month}月"
    if cycle.counted == "quarter":
        return f"{period.first.year}年第{_NUMBER[int(period.code[-1]) - 1]}季度"
    first, second, *number = period.code.split("-")
    year = f"{first}—{second}学年"
    return f"{year}第{_NUMBER[int(number[0]) - 1]}学期" if number else year


def due_on(level: str, first: dt.date) -> dt.date:
    """When the report at the beginning of a term is due: a school's within a week, a county's within a month."""
    if level == "school":
        return first + dt.timedelta(days=7)
    year, month = divmod(first.month, 12)
    following = dt.date(first.year + year, month + 1, 1)
    last = (following.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return following.replace(day=min(first.day, last.day))
