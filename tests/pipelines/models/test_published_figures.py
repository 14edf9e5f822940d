"""Printed figures (tests/figures) come out of the project's own arithmetic, row by row; faults of print are named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.engine import DuckDBEngine
from tests.pipelines.models.support import ALL, COUNTY, PRIMARY, Province
from tests.pipelines.models.test_indicator_dropout import statistics

FIGURES = Path(__file__).parents[2] / "figures"
FULL = Decimal(100)


def figures(name: str) -> list[dict[str, str]]:
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(":memory:", threads=1)
    yield made
    made.close()


def per_cent(engine: DuckDBEngine, part: int, whole: int, decimals: int = 2, rounding: str = "half_up") -> object:
    sql = f"select per_cent($part::bigint, $whole::bigint, {decimals}, '{rounding}')"
    return engine.scalar(sql, {"part": part, "whole": whole})


def at_bound(engine: DuckDBEngine, rate: object, part: int, whole: int) -> object:
    sql = "select is_at_bound($rate::decimal(9, 2), $part::bigint, $whole::bigint)"
    return engine.scalar(sql, {"rate": rate, "part": part, "whole": whole})


def gap(engine: DuckDBEngine, part: int, whole: int, target: str) -> object:
    sql = f"select gap_to_target($part::bigint, $whole::bigint, {target}::decimal(9, 2))"
    return engine.scalar(sql, {"part": part, "whole": whole})


def thousands(text: str) -> int:
    """Ten thousands with one decimal as a whole number of thousands."""
    return int(Decimal(text) * 10)


NET = figures("net_enrolment_1965_2011")
MISPRINTED = {"1980": ("93.0", "93.9"), "1985": ("95.9", "96.0"), "2001": ("99.1", "98.3")}


@pytest.mark.parametrize("row", NET, ids=lambda row: row["year"])
def test_net_enrolment_half_up_at_one_decimal(engine: DuckDBEngine, row: dict[str, str]) -> None:
    enrolled, children = thousands(row["enrolled_10k"]), thousands(row["school_age_10k"])
    rate = per_cent(engine, enrolled, children, 1)
    printed = row["published_pct"]
    if row["year"] in MISPRINTED:
        assert (printed, rate) == (MISPRINTED[row["year"]][0], Decimal(MISPRINTED[row["year"]][1]))
    else:
        assert rate == Decimal(printed)
    assert at_bound(engine, rate, enrolled, children) is False


def test_fourteen_of_seventeen_years_are_printed_right() -> None:
    assert len(NET) == 17
    assert {row["year"] for row in NET if row["printed_fault"] == "true"} == set(MISPRINTED)


def test_thousands_still_missing_until_the_target(engine: DuckDBEngine) -> None:
    # 1965: 98,291 of 116,032 thousand; 99 % are 114,871.68, so 114,872
    assert gap(engine, 98_291, 116_032, "99.00") == 16_581
    # 2011: 99.79 % is above the target
    assert gap(engine, 95_025, 95_224, "99.00") == 0
    # 2000: 123,339 of 124,453 thousand are 99.105 %; 99.50 % are 123,830.735
    assert gap(engine, 123_339, 124_453, "99.50") == 492


GRADES = figures("grade_to_grade")


@pytest.mark.parametrize("row", GRADES, ids=lambda row: f"{row['before']}-{row['after']}")
def test_grade_to_grade_half_up_at_two_decimals_uncapped(engine: DuckDBEngine, row: dict[str, str]) -> None:
    before, after = int(row["before"]), int(row["after"])
    rate = per_cent(engine, after, before)
    assert rate == Decimal(row["published_pct"])
    assert at_bound(engine, rate, after, before) is False


def test_all_fifteen_pairs_are_there_and_truncation_would_not_do(engine: DuckDBEngine) -> None:
    assert len(GRADES) == 15
    cut = [per_cent(engine, int(r["after"]), int(r["before"]), 2, "truncate") for r in GRADES]
    assert [Decimal(r["published_pct"]) for r in GRADES] != cut


def test_disabled_children_by_the_county_that_truncated(engine: DuckDBEngine) -> None:
    county, other = figures("county_disabled")
    total, schooled, deferred = (int(county[c]) for c in ("total", "schooled", "deferred"))
    assert per_cent(engine, schooled, total, 2, county["rounding"]) == Decimal(county["published_pct"])
    assert per_cent(engine, schooled, total) == Decimal("96.50")
    # Deferred children are in the denominator only; where a county counts them as provided for, it prints more.
    assert per_cent(engine, schooled + deferred, total) == Decimal("97.31")
    assert per_cent(engine, schooled, total - deferred) == Decimal("97.29")
    assert gap(engine, schooled, total, "97.00") == 7
    total, schooled, deferred = (int(other[c]) for c in ("total", "schooled", "deferred"))
    assert (per_cent(engine, schooled, total), per_cent(engine, schooled, total, 2, "truncate")) == (
        Decimal("98.36"),
        Decimal("98.36"),
    )
    assert per_cent(engine, schooled + deferred, total) == FULL
    assert per_cent(engine, schooled, total - deferred) == FULL


PROGRESS = figures("municipal_progress")
PARTS = (
    ("reported", "ledger", "pct_reported"),
    ("reported_dropout", "dropout", "pct_dropout"),
    ("reported_risk", "at_risk", "pct_risk"),
)


@pytest.mark.parametrize("row", PROGRESS, ids=lambda row: row["unit"])
def test_progress_is_capped_for_display_and_blank_without_children(engine: DuckDBEngine, row: dict[str, str]) -> None:
    for part, whole, printed in PARTS:
        done, all_of_them = int(row[part]), int(row[whole])
        rate = per_cent(engine, done, all_of_them)
        if all_of_them == 0:
            assert (done, rate, row[printed]) == (0, None, "")
        elif row["unit"] != "合计":  # the table prints no rates of its totals
            assert isinstance(rate, Decimal)
            assert min(rate, FULL) == Decimal(row[printed])


def test_the_totals_are_those_of_the_counties() -> None:
    *counties, total = PROGRESS
    for column in ("ledger", "dropout", "at_risk", "reported", "reported_dropout", "reported_risk"):
        assert sum(int(row[column]) for row in counties) == int(total[column])
    assert len(counties) == 13


def test_the_cap_is_of_the_display_alone(engine: DuckDBEngine) -> None:
    """32 of 17, as 川汇区 reported: the rate is kept as 188.24, shown as 100; here as pupils of a cohort."""
    assert per_cent(engine, 32, 17) == Decimal("188.24")
    made = Province()
    rows = [statistics(PRIMARY, 1, 17, "2020-2021", admissions=17), statistics(PRIMARY, 6, 32)]
    made.add("annual_statistics", *rows, on="2025-09-05")
    made.run("2025-09-10", ALL)
    row = made.one("published.retention", unit_code=COUNTY, indicator="primary_six_year", variant="national")
    made.close()
    assert (row["numerator"], row["denominator"]) == (32, 17)
    assert (row["rate"], row["rate_shown"], row["met"], row["gap_children"]) == (
        Decimal("188.24"),
        Decimal("100.00"),
        None if row["target"] is None else True,
        None if row["target"] is None else 0,
    )


def test_share_of_the_campaign_in_one_and_two_decimals(engine: DuckDBEngine) -> None:
    (row,) = figures("campaign")
    opened, still_open, later = (int(row[c]) for c in ("opened", "still_open", "added_later"))
    closed = opened - still_open
    assert (opened, closed, still_open, later) == (958, 843, 115, 66)
    assert per_cent(engine, closed, opened, 1) == Decimal("88.0")
    assert per_cent(engine, closed, opened) == Decimal("88.00")
    # The later ones are apart: with them the share would be another.
    assert per_cent(engine, closed, opened + later, 1) == Decimal("82.3")
