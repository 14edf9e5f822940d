"""The ledger over the periods of reporting (spec 1.1, 四个一): what came and went since the first day of each."""

from __future__ import annotations

import pytest

from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_COUNTY,
    PREFECTURE,
    PROVINCE,
    Province,
    calendar_row,
    person,
    request_rows,
    verification_row,
)

NIGHT = "2026-01-16"
NUMBERS = ("open_at_start", "opened", "relapsed", "verified", "returned", "placements", "closed", "open_at_end")


@pytest.fixture(scope="module")
def told() -> Province:
    """October: three cases, one verified, one placed. December: a fourth. January: one is found enrolled, a fifth."""
    made = Province()
    lives = Lives(made)
    kids = {serial: person(serial) for serial in range(1, 7)}
    for serial in (1, 2, 3):
        lives.resident(kids[serial])
    lives.resident(kids[4], "2025-12-01")
    lives.resident(kids[5], "2026-01-15")
    lives.pupil(kids[3], "2026-01-05")
    lives.resident(kids[6])
    lives.pupil(kids[6], "2025-08-25")
    lives.deliver()
    own = [
        ("2025-2026", "学期", "2025-09-08", "2026-01-10", "秋季学期"),
        ("2025-2026", "学期", "2026-03-01", "2026-07-10", "春季学期"),
    ]
    made.add("calendar", *(calendar_row(*term, division=COUNTY) for term in own), on="2025-08-25", code="990121")
    row = verification_row(kids[1], "1", result="属实", action_date="2025-10-15")
    made.add("case_action", row, on="2025-10-16", more="1")
    placed = request_rows(
        kids[2], "安", "安置", "送教上门", action_date="2025-10-20", approval={"action_date": "2025-10-21"}
    )
    made.add("case_action", *placed, on="2025-10-22")
    for night in ("2025-10-10", "2025-10-18", "2025-10-30", "2025-12-02", "2026-01-06", NIGHT):
        made.night(night, ALL)
    return made


def numbers(made: Province, unit: str, cycle: str, **more: str) -> tuple[int, ...]:
    key = {"line": "household", "group": "all", **more}
    row = made.one("published.cycle", unit_code=unit, cycle=cycle, **key)
    return tuple(row[name] for name in NUMBERS)


@pytest.mark.parametrize(
    ("cycle", "expected"),
    [
        ("week", (2, 1, 0, 0, 0, 0, 0, 3)),
        ("month", (3, 1, 0, 0, 0, 0, 1, 3)),
        ("quarter", (3, 1, 0, 0, 0, 0, 1, 3)),
        ("term", (0, 5, 0, 1, 0, 1, 2, 3)),
        ("year", (0, 5, 0, 1, 0, 1, 2, 3)),
    ],
)
def test_what_came_and_went(told: Province, cycle: str, expected: tuple[int, ...]) -> None:
    for unit in (COUNTY, PREFECTURE, PROVINCE):
        assert numbers(told, unit, cycle) == expected
    assert numbers(told, OTHER_COUNTY, cycle) == (0,) * 8


def test_the_balance_adds_up_and_ends_where_zeroing_does(told: Province) -> None:
    assert len(told.rows("published.cycle")) > 50
    for row in told.rows("published.cycle"):
        assert row["open_at_start"] + row["opened"] + row["relapsed"] - row["closed"] == row["open_at_end"]
        key = {name: row[name] for name in ("unit_code", "line", "group")}
        assert row["open_at_end"] == told.one("published.zeroing", **key)["open_at_end"]


@pytest.mark.parametrize(
    ("unit", "cycle", "expected"),
    [
        (COUNTY, "week", ("2026-W03", "2026-01-12", "2026-01-18")),
        (COUNTY, "month", ("2026-01", "2026-01-01", "2026-01-31")),
        (COUNTY, "quarter", ("2026-Q1", "2026-01-01", "2026-03-31")),
        (COUNTY, "year", ("2025-2026", "2025-09-01", "2026-08-31")),
        # The county's own calendar, the province's for the county beside it; above them the first and last day of both.
        (COUNTY, "term", ("2025-2026-1", "2025-09-08", "2026-01-10")),
        (OTHER_COUNTY, "term", ("2025-2026-1", "2025-09-01", "2026-01-23")),
        (PREFECTURE, "term", ("2025-2026-1", "2025-09-01", "2026-01-23")),
        (PROVINCE, "term", ("2025-2026-1", "2025-09-01", "2026-01-23")),
    ],
)
def test_the_period_and_its_days(told: Province, unit: str, cycle: str, expected: tuple[str, str, str]) -> None:
    row = told.one("published.cycle", unit_code=unit, cycle=cycle, line="school", group="all")
    assert (row["period"], str(row["from_date"]), str(row["to_date"])) == expected


def test_a_county_in_the_holidays_is_still_in_the_term_before(told: Province) -> None:
    """The term of COUNTY ended on 10 January; its report looks back on it until the next begins."""
    assert told.one("published.cycle", unit_code=COUNTY, cycle="term", line="household", group="all")["opened"] == 5


def test_the_contract_holds_and_catches_a_bad_row(told: Province) -> None:
    contract = CATALOGUE["published.cycle"]
    assert check_contract(told.engine, contract).passed
    assert {row["unit_level"] for row in told.rows("published.cycle")} == {
        "province",
        "prefecture",
        "county",
        "township",
    }
    told.engine.execute("update published.cycle set cycle = 'day' where cycle = 'week'")
    assert not check_contract(told.engine, contract).passed
