"""The cycles of reporting: who reports, what the period is called, when the report at the start of a term is due."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.documents.cycles import CYCLES, Period, check_level, cycle_named, due_on, words

D = dt.date


@pytest.mark.parametrize(
    ("cycle", "period", "expected"),
    [
        ("day", Period("2025-10", D(2025, 10, 1), D(2025, 10, 31)), "2025年10月12日"),
        ("month", Period("2025-10", D(2025, 10, 1), D(2025, 10, 31)), "2025年10月"),
        ("quarter", Period("2025-Q3", D(2025, 7, 1), D(2025, 9, 30)), "2025年第三季度"),
        ("term", Period("2025-2026-1", D(2025, 9, 1), D(2026, 1, 23)), "2025—2026学年第一学期"),
        ("term-start", Period("2025-2026-2", D(2026, 3, 2), D(2026, 7, 10)), "2025—2026学年第二学期"),
        ("year", Period("2025-2026", D(2025, 9, 1), D(2026, 8, 31)), "2025—2026学年"),
    ],
)
def test_the_period_in_words(cycle: str, period: Period, expected: str) -> None:
    assert words(CYCLES[cycle], period, D(2025, 10, 12)) == expected


@pytest.mark.parametrize(
    ("level", "first", "expected"),
    [
        ("school", D(2025, 9, 1), D(2025, 9, 8)),
        ("township", D(2025, 9, 1), D(2025, 10, 1)),
        ("county", D(2025, 8, 31), D(2025, 9, 30)),
        ("county", D(2025, 12, 31), D(2026, 1, 31)),
        ("county", D(2026, 1, 30), D(2026, 2, 28)),
        ("county", D(2025, 11, 30), D(2025, 12, 30)),
    ],
)
def test_a_week_for_the_school_a_month_for_township_and_county(level: str, first: D, expected: D) -> None:
    assert due_on(level, first) == expected


def test_the_four_cycles_are_those_of_the_ministry() -> None:
    whose = {name: CYCLES[name].levels for name in ("month", "quarter", "term", "year")}
    assert "school" in whose["month"]
    assert (whose["quarter"], whose["term"], whose["year"]) == (("county",), ("prefecture",), ("province",))


@pytest.mark.parametrize(
    ("cycle", "level", "said"),
    [
        ("quarter", "province", "made by a county: .* for 某地 take day or week or month or year"),
        ("year", "school", "made by the province: .* for 某地 take month or term-start"),
        ("term-start", "prefecture", "made by a county or a township or a school"),
        ("week", "village", "made by the province or a prefecture or a county: give the code of one."),
    ],
)
def test_a_wrong_combination_is_refused_with_what_is_possible(cycle: str, level: str, said: str) -> None:
    with pytest.raises(KongchuoError, match=said):
        check_level(CYCLES[cycle], level, "某地")


def test_an_unknown_cycle_is_refused_with_those_there_are() -> None:
    with pytest.raises(KongchuoError, match="no cycle fortnight; take one of day, week, month, quarter, term, year"):
        cycle_named("fortnight")
