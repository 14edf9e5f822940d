"""Seasons in which pupils are known to leave (spec 4.7): this year's days beside the same days a year before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    FIRST,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    PREFECTURE,
    PROVINCE,
    Province,
    absence_row,
    calendar_row,
    person,
    report_row,
)

DIG, YEAR_END = "采挖季", "年关"
SEASONS = [
    {"name": DIG, "divisions": ["9901", "990121"], "from": "04-01", "to": "07-31"},
    {"name": YEAR_END, "divisions": ["990122"], "from": "12-15", "to": "02-15"},
]
MEASURES = ("school_days", "unexcused_days", "excused_days", "cases_opened", "unapproved_holidays")


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    """A night in April 2025, and what is delivered in the two springs."""
    made = Province()
    made.changes = {"season": SEASONS}
    lives = Lives(made)
    early, late, pupil = person(1), person(2), person(3)
    for who in (early, late, pupil):
        lives.resident(who, "2025-03-01")
        lives.pupil(who, "2025-03-01")
    lives.pupil(early, "2025-04-15", enrolment_status="辍学", status_date="2025-04-14")
    lives.pupil(late, "2026-04-15", enrolment_status="辍学", status_date="2026-04-14")
    lives.deliver()
    for division, start, end, approval in (
        (COUNTY, "2026-04-20", "2026-04-24", None),  # five school days lost
        (COUNTY, "2026-04-13", "2026-04-14", "云教〔2026〕1号"),
        (COUNTY, "2026-04-14", "2026-04-14", None),  # covered by the approved one
        (COUNTY, "2026-04-05", "2026-04-06", None),  # covered by the province's
        (COUNTY, "2026-05-18", "2026-05-22", None),  # not yet
        (PROVINCE, "2026-04-06", "2026-04-06", None),
        (PREFECTURE, "2026-04-26", "2026-04-27", None),  # a Sunday and a Monday
    ):
        row = calendar_row("2025-2026", "放假", start, end, f"假{start}", division)
        made.add("calendar", row | {"approval_number": approval}, on=FIRST, code=division[:6])
    for on, reason, year in (
        ("04-08", "旷课", 2026),
        ("04-08", "病假", 2026),
        ("04-09", "事假", 2026),
        ("04-30", "不明", 2026),
        ("03-30", "旷课", 2026),
        ("04-08", "旷课", 2025),
        ("05-08", "旷课", 2025),
    ):
        who = person(40 + len(reason) + int(on[-2:]), sex="女") if reason == "病假" else pupil
        row = absence_row(who, absence_date=f"{year}-{on}", absence_reason=reason)
        made.add("absence", row, on="2025-05-09" if year == 2025 else "2026-05-01", more=f"_{on}{reason}")
    report = report_row(school_code=OTHER_PRIMARY, report_date="2026-04-08")
    made.add("daily_report", report, on="2026-04-08", code="990122")
    made.night("2025-04-20", ALL)
    yield made
    made.close()


def measured(made: Province, unit: str, season: str = DIG) -> tuple[list, list]:
    """This year's numbers and last year's, in the order of `MEASURES`."""
    row = made.one("published.seasonal", unit_code=unit, season=season)
    return [row[m] for m in MEASURES], [row[f"{m}_last_year"] for m in MEASURES]


def test_the_season_up_to_tonight_beside_the_same_days_a_year_before(province: Province) -> None:
    province.run("2026-05-01", ALL)
    # Days up to 1 May, absences of both springs up to it: 8 May 2025 is outside.
    this, last = measured(province, COUNTY)
    assert this == [14, 2, 2, 1, 6]
    assert last == [23, 1, 0, 1, 0]


def test_what_nobody_knows_is_blank(province: Province) -> None:
    province.run("2026-05-01", ALL)
    # A report without absences is a zero; no report says nothing.
    assert measured(province, OTHER_COUNTY) == ([21, 0, 0, 0, 1], [23, None, None, 0, 0])
    assert measured(province, CITY_UNIT) == ([21, None, None, 0, 1], [23, None, None, 0, 0])
    assert {r["unit_code"] for r in province.rows("published.seasonal", season=YEAR_END)} == {OTHER_COUNTY}


def test_before_it_begins_the_last_season_stands(province: Province) -> None:
    province.run("2026-03-31", ALL)
    row = province.one("published.seasonal", unit_code=COUNTY, season=DIG)
    assert row["season_year"] == "2025"
    this, last = measured(province, COUNTY)
    assert this == [69, 2, 0, 1, 0]
    assert last == [None] * 5, "no calendar, no reports and no ledger in 2024"


def test_a_season_over_new_year(province: Province) -> None:
    province.run("2026-01-20", ALL)
    row = province.one("published.seasonal", unit_code=OTHER_COUNTY, season=YEAR_END)
    # 15 December to 20 January: 27 weekdays, less two of 元旦, and the Sunday made up.
    assert (row["season_year"], row["school_days"], row["school_days_last_year"]) == ("2025", 26, 25)
    province.run("2026-04-01", ALL)
    assert province.one("published.seasonal", unit_code=OTHER_COUNTY, season=YEAR_END)["season_year"] == "2025"


def test_the_table_keeps_its_contract(province: Province) -> None:
    province.run("2026-05-01", ALL)
    table = CATALOGUE["published.seasonal"]
    assert check_contract(province.engine, table).passed
    province.engine.execute("update published.seasonal set season_year = null where unit_level = 'county'")
    assert not check_contract(province.engine, table).passed
