"""A night against the nights before: what is odd is seen, what is chance or new is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from quality.drift import NIGHTS, Profile, drift_suites
from quality.suites.expectation import DRIFT, Suite

LAST = date(2025, 10, 12)
COUNTY, SMALL = "990121000000", "990190000000"
Rows = Mapping[tuple[str, str], tuple[int, str | None]]
"""(unit, kind) → rows, share without a number."""


def profile(rows: Rows, cases: Mapping[str, tuple[int, str | None]] | None = None, before: int = 0) -> Profile:
    """The profile of a night so many days before the last."""
    deliveries = pl.DataFrame(
        [
            (unit, kind, n, None if share is None else int(Decimal(share) * n / 100), share and Decimal(share))
            for (unit, kind), (n, share) in rows.items()
        ],
        schema={
            "unit_code": pl.String,
            "kind": pl.String,
            "rows": pl.Int64,
            "without_number": pl.Int64,
            "share_without_number": pl.Decimal(9, 2),
        },
        orient="row",
    )
    counties = pl.DataFrame(
        [(unit, n, rate and Decimal(rate)) for unit, (n, rate) in (cases or {}).items()],
        schema={"unit_code": pl.String, "new_cases": pl.Int64, "per_thousand": pl.Decimal(9, 2)},
        orient="row",
    )
    return Profile(LAST - timedelta(days=before), deliveries, counties)


def history(numbers: Sequence[int], kind: str = "学籍", unit: str = COUNTY) -> list[Profile]:
    """One profile a night, the last of them the night before."""
    return [profile({(unit, kind): (n, "1.00")}, before=len(numbers) - place) for place, n in enumerate(numbers)]


def offending(suite: Suite) -> list[tuple[object, ...]]:
    """Keys of the rows outside their limits."""
    assert suite.rows is not None
    odd = suite.rows.filter((pl.col("tonight") < pl.col("low")) | (pl.col("tonight") > pl.col("high")))
    return odd.select(suite.keys).rows()


def rows_odd(tonight: int, numbers: Sequence[int], kind: str = "学籍", unit: str = COUNTY) -> bool:
    return offending(drift_suites(profile({(unit, kind): (tonight, None)}), history(numbers, kind, unit))[0]) != []


def test_without_a_night_before_nothing_is_compared() -> None:
    suites = drift_suites(profile({(COUNTY, "学籍"): (1000, "1.00")}, {COUNTY: (40, "9.00")}), [])
    assert [suite.check for suite in suites] == [DRIFT] * 3
    assert [suite.rows.height for suite in suites if suite.rows is not None] == [1, 1, 1]
    assert all("尚无可比" in suite.note for suite in suites)
    assert [offending(suite) for suite in suites] == [[], [], []]


def test_a_snapshot_may_not_lose_or_gain_a_fifth() -> None:
    usual = [1000, 1010, 1000]
    assert not rows_odd(800, usual)
    assert rows_odd(799, usual)
    assert not rows_odd(1200, usual)
    assert rows_odd(1201, usual)
    assert rows_odd(0, usual)


def test_a_small_county_does_not_cry_wolf() -> None:
    assert not rows_odd(10, [40, 40], unit=SMALL)
    assert rows_odd(9, [40, 40], unit=SMALL)


def test_one_odd_night_moves_neither_the_usual_number_nor_the_spread() -> None:
    assert rows_odd(500, [1000, 1000, 30, 1000, 1000])
    assert not rows_odd(1000, [1000, 1000, 30, 1000, 1000])


def test_numbers_that_always_vary_may_vary() -> None:
    assert not rows_odd(600, [700, 1000, 850, 1150, 1000])
    assert rows_odd(600, [1000, 1000, 1000, 1000, 1000])


def test_rows_of_an_event_kind_only_become_more() -> None:
    assert not rows_odd(5000, [100, 200, 300], "缺课")
    assert not rows_odd(285, [100, 200, 300], "缺课")
    assert rows_odd(284, [100, 200, 300], "缺课")


def test_a_kind_that_comes_for_the_first_time_is_no_drift() -> None:
    assert not rows_odd(400, [0, 0, 0], "部门名单")
    assert not rows_odd(400, [0, 0, 400], "部门名单")


def test_a_county_that_is_gone_has_no_rows() -> None:
    before = history([1000, 1000])
    assert offending(drift_suites(profile({(SMALL, "学籍"): (40, None)}), before)[0]) == [(COUNTY, "学籍")]


def test_more_rows_without_a_number_than_usual() -> None:
    def odd(rows: int, share: str) -> bool:
        tonight = profile({(COUNTY, "学籍"): (rows, share)})
        return offending(drift_suites(tonight, history([rows, rows]))[1]) != []

    assert odd(1000, "6.10")
    assert not odd(1000, "6.00")
    assert not odd(1000, "0.00")  # better is no fault
    assert not odd(40, "20.00")  # eight rows: chance


def test_more_new_cases_than_usual() -> None:
    def odd(cases: int, rate: str, days_before: int = 1) -> bool:
        before = [profile({}, {COUNTY: (2, "0.50")}, before=days_before + days) for days in (1, 0)]
        return offending(drift_suites(profile({}, {COUNTY: (cases, rate)}), before)[2]) != []

    assert odd(30, "5.60")
    assert not odd(30, "5.50")
    assert not odd(9, "60.00")
    assert not odd(30, "15.50", days_before=3)  # two nights were skipped
    assert odd(30, "15.60", days_before=3)
    assert not odd(0, "0.00")


def test_only_the_last_nights_before_this_one_are_looked_back_on() -> None:
    old = history([10] * 5 + [1000] * NIGHTS)
    later = [profile({(COUNTY, "学籍"): (10, None)}, before=-1)]
    (rows, *_) = drift_suites(profile({(COUNTY, "学籍"): (1000, None)}), [*old, *later])
    assert f"此前{NIGHTS}夜" in rows.note
    assert rows.note.endswith("至2025-10-11）。")
    assert offending(rows) == []
