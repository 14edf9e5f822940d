"""Counties side by side (spec 5.6, 5.10): rank among siblings, change since last month, lines of [targets], veto."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from pipelines.settings import load_policy
from quality.contracts import check_contract
from schemas import values
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_JUNIOR,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    Province,
    Row,
    day,
    enrolment_row,
    person,
    registry_row,
)

OUT = {"enrolment_status": "辍学"}
FAR = [person(n, "2011-04-01") for n in range(20, 23)]
CITY = person(30, "2011-04-01")


def stock(school: str, grade: int, pupils: int) -> Row:
    """教基统计: one grade of a school at 1 September 2025."""
    flows = ("admissions", "resumed", "transfers_in", "other_increase", "graduated", "suspended", "deaths")
    none = dict.fromkeys((*flows, "transfers_out", "dropouts", "other_decrease"), 0)
    return {"school_year": "2025-2026", "school_code": school, "grade": grade, "stock": pupils, **none}


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    """One dropout of a hundred here in October, three of a hundred there since September, one of twenty in the city."""
    made = Province()
    lives = Lives(made)
    kid = person(1, "2011-04-01")
    junior = {"grade": 8, "school_code": JUNIOR}
    lives.resident(kid)
    lives.pupil(kid, "2025-09-02", **junior)
    lives.pupil(kid, "2025-10-06", **junior, **OUT, status_date="2025-10-05")
    lives.deliver()
    made.add("registry", *(registry_row(who, household_division=OTHER_VILLAGE) for who in FAR), code="990122")
    out = [enrolment_row(who, **OUT, grade=8, school_code=OTHER_JUNIOR, status_date="2025-09-04") for who in FAR]
    made.add("enrolment", *out, on="2025-09-05", code="990122")
    city = enrolment_row(CITY, **OUT, grade=8, school_code=NINE_YEAR, status_date="2025-09-04")
    made.add("enrolment", city, on="2025-09-05", code="990190")
    rows = [stock(s, 8, 100) for s in (JUNIOR, OTHER_JUNIOR)] + [stock(s, 4, 100) for s in (PRIMARY, OTHER_PRIMARY)]
    made.add("annual_statistics", *rows, stock(NINE_YEAR, 8, 20), on="2025-09-02", code="990100")
    for night in ("2025-09-20", "2025-09-28", "2025-10-08"):
        made.night(night, ALL)
    yield made.run("2025-10-12", ALL)
    made.close()


def ranked(made: Province, unit: str, indicator: str) -> tuple:
    row = made.one("published.ranking", unit_code=unit, indicator=indicator)
    return row["value"], row["rank"], row["of"], row["change_since_last_month"]


def test_rank_among_siblings_the_lower_dropout_the_better(province: Province) -> None:
    province.run("2025-10-12", ALL)
    assert ranked(province, COUNTY, "junior_dropout") == (Decimal("1.00"), 1, 2, Decimal("1.00"))
    assert ranked(province, OTHER_COUNTY, "junior_dropout") == (Decimal("3.00"), 2, 2, Decimal("0.00"))
    # Below ranking.floor: shown and not ranked.
    assert ranked(province, CITY_UNIT, "junior_dropout") == (Decimal("5.00"), None, 2, Decimal("0.00"))


def test_equal_values_have_equal_ranks_and_no_rate_no_rank(province: Province) -> None:
    province.run("2025-10-12", ALL)
    assert [ranked(province, c, "primary_dropout")[:3] for c in (COUNTY, OTHER_COUNTY)] == [(Decimal("0.00"), 1, 2)] * 2
    assert ranked(province, COUNTY, "nine_year_retention") == (None, None, 0, None)


def test_the_floor_is_policy_and_more_is_better_of_targets(province: Province) -> None:
    province.changes = {"ranking": {"floor": 1}}
    province.run("2025-10-12", ALL)
    province.changes = {}
    assert ranked(province, CITY_UNIT, "junior_dropout")[1:3] == (3, 3)
    rates = {u: ranked(province, u, "junior_gross_enrolment")[:2] for u in (COUNTY, OTHER_COUNTY)}
    assert rates == {COUNTY: (Decimal("0.00"), 1), OTHER_COUNTY: (Decimal("0.00"), 1)}


@pytest.mark.parametrize(
    ("night", "change"),
    [
        ("2025-09-30", None),  # no night in August
        ("2025-10-31", Decimal("1.00")),  # against the last night of September
        ("2025-11-30", Decimal("0.00")),  # against the night of 8 October
        ("2026-09-10", None),  # another school year
    ],
)
def test_change_is_against_the_last_night_of_the_month_before(
    province: Province, night: str, change: Decimal | None
) -> None:
    province.run(night, ALL)
    assert ranked(province, COUNTY, "junior_dropout")[3] == change


def test_a_replay_of_an_older_night_does_not_look_ahead(province: Province) -> None:
    # The warehouse knows October; September must not.
    province.run("2025-09-28", ALL)
    assert ranked(province, COUNTY, "junior_dropout") == (Decimal("0.00"), 1, 2, None)
    history = province.rows("history.dropout_rate", unit_code=COUNTY, stage="junior", variant="event")
    assert day("2025-10-08") in {r["from_night"] for r in history}


def assessed(made: Province, unit: str) -> dict[str, tuple]:
    columns = ("value", "line", "met", "veto", "gap_children", "failed")
    rows = made.rows("published.assessment", unit_code=unit)
    return {r["indicator"]: tuple(r[c] for c in columns) for r in rows}


def test_every_line_side_by_side(province: Province) -> None:
    province.run("2025-10-12", ALL)
    found = assessed(province, OTHER_COUNTY)
    assert set(found) == set(values.ASSESSED)
    # Two of three must come back: one of a hundred is the most that 1.8 % allows.
    assert found["junior_dropout"] == (Decimal("3.00"), Decimal("1.80"), False, True, 2, True)
    assert found["primary_dropout"] == (Decimal("0.00"), Decimal("0.60"), True, True, 0, True)
    assert found["nine_year_retention"] == (None, Decimal("95.00"), None, True, None, True)
    assert found["junior_gross_enrolment"][2:5] == (False, True, 3)


def test_only_what_may_fail_a_county_fails_it(province: Province) -> None:
    province.changes = {"assessment": {"veto": ["primary_dropout_max", "nine_year_retention_min"]}}
    province.run("2025-10-12", ALL)
    province.changes = {}
    found = assessed(province, OTHER_COUNTY)
    assert found["junior_dropout"] == (Decimal("3.00"), Decimal("1.80"), False, False, 2, False)
    # A line that nobody knows the rate of fails nobody.
    assert not any(row[5] for row in found.values())


def test_the_lines_are_those_of_the_policy() -> None:
    targets = load_policy(None, day("2025-10-12"))["targets"]
    assert {target.removesuffix("_max").removesuffix("_min") for target in targets} == set(values.ASSESSED)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("published.ranking", "indicator = 'height'"),
        ("published.ranking", '"of" = null'),
        ("published.assessment", "failed = null"),
        ("published.assessment", "unit_level = 'school'"),
    ],
)
def test_contracts_hold_and_catch_a_bad_row(province: Province, table: str, change: str) -> None:
    province.run("2025-10-12", ALL)
    contract = CATALOGUE[table]
    assert check_contract(province.engine, contract).passed
    province.engine.execute(f"update {table} set {change} where unit_code = '{COUNTY}'")
    assert not check_contract(province.engine, contract).passed
