"""The trend (spec 6.2, item 11): the last thirty nights, before them the last night of every month of a year."""

from __future__ import annotations

import datetime as dt

import pytest

from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import ALL, COUNTY, PREFECTURE, PROVINCE, Province, day, person

TABLE = CATALOGUE["published.trend"]


@pytest.fixture(scope="module")
def province() -> Province:
    """One child out of school since the first night, a second one since October, and none from the end of October."""
    made = Province()
    lives = Lives(made)
    first, second = person(1), person(2)
    for kid in (first, second):
        lives.resident(kid)
        lives.pupil(kid, "2025-08-25")
    lives.pupil(first, "2025-09-05", enrolment_status="辍学", status_date="2025-09-04")
    lives.pupil(second, "2025-10-05", enrolment_status="辍学", status_date="2025-10-04")
    lives.deliver()
    for night in ("2025-09-02", "2025-09-10", "2025-10-10"):
        made.night(night, ALL)
    return made


def told(made: Province, unit: str) -> list[tuple]:
    columns = ("night", "open_at_end", "verified_open", "zeroed")
    rows = made.rows("published.trend", unit_code=unit)
    return sorted(tuple(row[name] for name in columns) for row in rows)


def test_every_unit_down_to_the_county_night_by_night(province: Province) -> None:
    expected = [
        (day("2025-09-02"), 0, 0, True),
        (day("2025-09-10"), 1, 1, False),
        (day("2025-10-10"), 2, 2, False),
    ]
    assert [told(province, unit) for unit in (PROVINCE, PREFECTURE, COUNTY)] == [expected] * 3
    levels = {row["unit_level"] for row in province.rows("published.trend")}
    assert levels == {"province", "prefecture", "county"}


def test_a_night_that_is_run_again_does_not_look_ahead(province: Province) -> None:
    province.run("2025-09-10", ALL)
    assert [row[0] for row in told(province, COUNTY)] == [day("2025-09-02"), day("2025-09-10")]


def test_a_month_by_nights_and_a_year_by_months(province: Province) -> None:
    """Of a ledger with a night on every day of two years."""
    tonight, first = day("2026-03-20"), day("2024-03-20")
    before = [first + dt.timedelta(days=n) for n in range((tonight - first).days)]
    with province.engine.transaction():
        province.engine.execute(
            "update history.zeroing set from_night = $first where from_night = date '2025-09-02'", {"first": first}
        )
        for run_id, night in enumerate(before, start=100):
            province.engine.execute(
                "insert into ledger.run by name select * replace ($run_id as run_id, $night as night) "
                "from ledger.run limit 1",
                {"run_id": run_id, "night": night},
            )
    province.run(tonight, ALL)
    nights = [row[0] for row in told(province, COUNTY)]
    assert nights[-30:] == [tonight - dt.timedelta(days=n) for n in range(29, -1, -1)]
    months = [*(day(f"2025-{month:02}-01") for month in range(4, 13)), day("2026-01-01"), day("2026-02-01")]
    assert nights[:-30] == [month - dt.timedelta(days=1) for month in months]


@pytest.mark.parametrize("change", ["open_at_end = null", "unit_level = 'township'", "night = null"])
def test_the_contract_holds_and_catches_a_bad_row(province: Province, change: str) -> None:
    province.run("2025-10-10", ALL)
    assert check_contract(province.engine, TABLE).passed
    province.engine.execute(f"update published.trend set {change} where unit_code = '{COUNTY}'")
    assert not check_contract(province.engine, TABLE).passed
