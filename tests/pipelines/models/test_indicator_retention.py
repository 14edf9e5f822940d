"""Retention (spec 5.2): cohorts of any pattern, three denominators, missing years, children still to find."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_PRIMARY,
    PREFECTURE,
    PRIMARY,
    PROVINCE,
    SECOND_PRIMARY,
    TOWN,
    VILLAGE,
    Province,
    Row,
    enrolment_row,
    person,
)
from tests.pipelines.models.test_indicator_dropout import statistics


def cohort(school: str, first: int, entry: int, last: int, entrants: int, stock: int, **flows: int) -> list[Row]:
    """The rows of one cohort on its way; the flows stand in each year after the first."""
    rows = []
    for grade in range(entry, last + 1):
        year = first + grade - entry
        more = {"admissions": entrants} if grade == entry else flows
        rows.append(statistics(school, grade, stock, f"{year}-{year + 1}", **more))
    return rows


@pytest.fixture(scope="module")
def province() -> Province:
    made = Province()
    rows = [
        # 1-6 in the primary school: entered 2020, 200 entrants, 196 left in grade 6
        *cohort(PRIMARY, 2020, 1, 6, 200, 196, transfers_in=2, transfers_out=3, deaths=1, suspended=1, resumed=1),
        # 7-9: entered 2023
        *cohort(JUNIOR, 2023, 7, 9, 100, 90, transfers_in=1, other_increase=2, other_decrease=4, dropouts=5),
        # nine years in one school of the city unit: entered 2017, the graduating class is smaller than the stock
        *[
            row | ({"graduating_stock": 48} if row["grade"] == 9 else {})
            for row in cohort(NINE_YEAR, 2017, 1, 9, 50, 49)
        ],
        # a year on its way is missing; the entrants' year is missing; nobody of the last grade
        *[r for r in cohort(SECOND_PRIMARY, 2020, 1, 6, 60, 57) if r["grade"] != 4],
        *[r for r in cohort(OTHER_PRIMARY, 2020, 1, 6, 60, 57) if r["grade"] != 1],
        # other cohorts of the same schools, to be left out
        *cohort(PRIMARY, 2019, 1, 6, 999, 999, transfers_in=99),
        statistics(JUNIOR, 8, 5000, admissions=5000),
    ]
    seen: dict[tuple, Row] = {}
    for row in rows:
        seen.setdefault((row["school_year"], row["school_code"], row["grade"]), row)
    made.add("annual_statistics", *seen.values(), on="2025-09-05", code="990000")
    lost = {"enrolment_status": "转出", "status_date": "2025-03-01"}
    pupils = [enrolment_row(person(i + 1), **lost) for i in range(2)]
    pupils.append(enrolment_row(person(9), **lost, school_code=JUNIOR, grade=8))
    made.add("enrolment", *pupils, on="2025-09-05")
    return made.run("2025-09-20", ALL)


def retention(province: Province, unit: str, indicator: str, variant: str = "national") -> dict:
    return province.one("indicators.retention", unit_code=unit, indicator=indicator, variant=variant)


@pytest.mark.parametrize(
    ("unit", "indicator", "variant", "numerator", "denominator"),
    [
        (PRIMARY, "primary_six_year", "national", 196, 200),
        (PRIMARY, "primary_six_year", "adjusted", 196, 200 + 5 * (2 - 3)),
        (PRIMARY, "primary_six_year", "net", 196, 200 + 5 * (2 + 1) - 5 * (3 + 1 + 1)),
        (JUNIOR, "junior_three_year", "national", 90, 100),
        (JUNIOR, "junior_three_year", "adjusted", 90, 102),
        # 辍学 is no reason to count fewer
        (JUNIOR, "junior_three_year", "net", 90, 100 + 2 * 3 - 2 * 4),
        (CITY_UNIT, "nine_year", "national", 48, 50),
        # only the nine years take the graduating class
        (SECOND_PRIMARY, "primary_six_year", "national", 57, 60),
        (SECOND_PRIMARY, "primary_six_year", "adjusted", 57, None),
        (SECOND_PRIMARY, "primary_six_year", "net", 57, None),
        (OTHER_PRIMARY, "primary_six_year", "national", 57, None),
        (COUNTY, "nine_year", "national", 90, None),
        (COUNTY, "primary_six_year", "national", 253, 260),
        (PREFECTURE, "nine_year", "national", 90 + 48, 50),
        # in the county one school's missing year is another's that is known
        (COUNTY, "primary_six_year", "adjusted", 253, 260 - 5),
    ],
)
def test_cohorts(
    province: Province, unit: str, indicator: str, variant: str, numerator: int, denominator: int | None
) -> None:
    row = retention(province, unit, indicator, variant)
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    assert row["note"] == (None if denominator is not None else "no_statistics")
    assert (row["rate"] is None) == (denominator is None)


def test_rate_target_and_gap(province: Province) -> None:
    row = retention(province, CITY_UNIT, "nine_year")
    assert (row["rate"], row["target"], row["met"], row["gap_children"]) == (
        Decimal("96.00"),
        Decimal("95.00"),
        True,
        0,
    )
    over = retention(province, PREFECTURE, "nine_year")
    assert (over["rate"], over["rate_shown"]) == (Decimal("276.00"), Decimal("100.00"))
    other = retention(province, PRIMARY, "primary_six_year")
    assert (other["target"], other["met"], other["gap_children"]) == (None, None, None)


def test_rows_and_transfers_unmatched(province: Province) -> None:
    rows = province.rows("indicators.retention", variant="national")
    levels = {r["unit_level"] for r in rows}
    assert levels == {"province", "prefecture", "county", "school"}
    assert {r["indicator"] for r in rows if r["unit_level"] == "school"} == {"primary_six_year", "junior_three_year"}
    assert not [r for r in rows if r["unit_code"] in (TOWN, VILLAGE)]
    # every stage counts in the unit, whatever the indicator's
    assert {r["transfers_unmatched"] for r in rows if r["unit_code"] == PROVINCE} == {3}
    assert {r["transfers_unmatched"] for r in rows if r["unit_code"] == PRIMARY} == {2}


def test_deaths_are_subtracted_where_policy_says_so(province: Province) -> None:
    province.changes = {"retention": {"subtract_deaths": True}}
    province.run("2025-09-20", ALL)
    assert retention(province, PRIMARY, "primary_six_year", "adjusted")["denominator"] == 200 + 5 * (2 - 3 - 1)
    assert retention(province, PRIMARY, "primary_six_year", "national")["denominator"] == 200
    assert retention(province, PRIMARY, "primary_six_year", "adjusted")["deaths"] == 5


def test_five_years_of_primary_school_and_a_cohort_that_lost_everybody() -> None:
    made = Province()
    empty = {"transfers_out": None, "resumed": None}
    rows = [
        *cohort(NINE_YEAR, 2021, 1, 5, 40, 39, transfers_in=1, **empty),
        *cohort(NINE_YEAR, 2022, 6, 9, 30, 27, other_increase=1, **empty),
        *cohort(PRIMARY, 2021, 1, 5, 2, 3, transfers_out=1),
    ]
    made.add("annual_statistics", *rows, on="2025-09-05", code="990000")
    made.changes = {"stages": {"primary_last": 5}}
    made.run("2025-09-20", ALL)
    primary = retention(made, NINE_YEAR, "primary_six_year", "adjusted")
    assert (primary["numerator"], primary["denominator"]) == (39, 40 + 4)
    junior = retention(made, NINE_YEAR, "junior_three_year", "net")
    # An empty cell is no flow, the others of its row count.
    assert (junior["numerator"], junior["denominator"]) == (27, 30 + 3)
    lost = retention(made, PRIMARY, "primary_six_year", "adjusted")
    assert (lost["denominator"], lost["rate"], lost["met"], lost["gap_children"]) == (-2, None, None, None)
