"""Dropout rate (spec 5.1): three numerators, one denominator, limits by place, two consecutive years."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    PREFECTURE,
    PRIMARY,
    PROVINCE,
    TOWN,
    UNKNOWN_SCHOOL,
    Province,
    Row,
    change_row,
    person,
    verification_row,
)

OUT = {"enrolment_status": "辍学"}


def statistics(school: str, grade: int, stock: int, year: str = "2025-2026", **more: object) -> Row:
    """教基统计: one grade of a school."""
    flows = ("admissions", "resumed", "transfers_in", "other_increase", "graduated", "suspended", "deaths")
    none = dict.fromkeys((*flows, "transfers_out", "dropouts", "other_decrease"), 0)
    return {"school_year": year, "school_code": school, "grade": grade, "stock": stock, **none, **more}


@pytest.fixture(scope="module")
def province() -> Province:
    """Nights in June (the year before), in September and at the year's end."""
    made = Province()
    lives = Lives(made)
    kids = {
        name: person(i + 1)
        for i, name in enumerate(
            ("spring", "autumn", "second", "back", "suspect", "lost", "closed", "moved", "unplaced")
        )
    }
    kids["old"] = person(30, "2009-09-20")
    for name, who in kids.items():
        if name not in ("suspect", "unplaced"):
            lives.resident(who)
    # counted in the year before, and again as ledger's in this one
    lives.pupil(kids["spring"], "2025-06-01", **OUT, status_date="2025-05-20")
    lives.pupil(kids["autumn"], "2025-09-05", **OUT, status_date="2025-09-01")
    lives.pupil(kids["second"], "2025-09-05", **OUT, status_date="2025-09-10", school_code=JUNIOR, grade=8)
    lives.pupil(kids["old"], "2025-09-05", **OUT, status_date="2025-09-03", school_code=JUNIOR, grade=9)
    lives.pupil(kids["closed"], "2025-09-05", **OUT, status_date="2025-09-03")
    lives.pupil(kids["suspect"], "2025-09-05", enrolment_status="转出", status_date="2025-04-01")
    lives.pupil(kids["lost"], "2025-09-05", enrolment_status="转出", status_date="2025-09-02")
    lives.pupil(kids["moved"], "2025-09-05", **OUT, status_date="2025-09-03")
    lives.pupil(kids["moved"], "2025-10-10", **OUT, status_date="2025-09-03", school_code=JUNIOR, grade=7)
    lives.pupil(kids["unplaced"], "2025-09-05", **OUT, status_date="2025-09-03", school_code=UNKNOWN_SCHOOL)
    lives.deliver()
    no = verification_row(kids["closed"], "否", result="不属实", action_date="2025-09-13")
    made.add("case_action", no, on="2025-09-14")
    yes = verification_row(kids["lost"], "是", action_date="2025-10-08")
    made.add("case_action", yes, on="2025-10-09", more="_2")
    stock = [(PRIMARY, 4, 200), (PRIMARY, 5, 133), (JUNIOR, 7, 50), (JUNIOR, 9, 61), (OTHER_PRIMARY, 1, 0)]
    before = [statistics(PRIMARY, 4, 100, "2024-2025"), statistics(JUNIOR, 7, 90, "2024-2025")]
    made.add("annual_statistics", *before, *(statistics(*s) for s in stock), on="2025-06-01", code="990000")
    changes = [("休学", 4), ("辍学", 4), ("死亡", 5), ("出国", 5), ("转出", 4), ("转入", 4), ("转入", 5), ("复学", 4)]
    rows = [
        change_row(person(100 + i), change_type=kind, change_date="2025-09-08", grade=grade)
        for i, (kind, grade) in enumerate(changes)
    ]
    rows += [
        change_row(person(120), change_type="休学", change_date="2025-08-31"),
        change_row(person(121), change_type="休学", change_date="2025-09-01"),
        change_row(person(122), change_type="休学", change_date="2025-09-08", grade=None),
        change_row(person(123), change_type="毕业", change_date="2025-09-08"),
        change_row(person(124), change_type="转入", change_date="2025-09-08", school_code=JUNIOR, grade=7),
        change_row(person(125), change_type="转入", change_date="2025-09-08", school_code=JUNIOR, grade=8),
        change_row(person(126), change_type="休学", change_date="2025-09-08", school_code=JUNIOR, grade=11),
    ]
    made.add("enrolment_change", *rows, on="2025-09-09")
    for night in ("2025-06-10", "2025-08-20", "2025-09-12", "2025-09-25", "2025-10-06"):
        made.night(night, ALL)
    return made.run("2025-10-20", ALL)


def rate(province: Province, unit: str, stage: str, variant: str = "event") -> dict:
    return province.one("indicators.dropout_rate", unit_code=unit, stage=stage, variant=variant)


@pytest.mark.parametrize(
    ("unit", "stage", "variant", "numerator", "denominator"),
    [
        # autumn and lost; spring dropped out before 1 September; closed is closed; moved counts where its row is now
        (PRIMARY, "primary", "event", 2, 333),
        (PRIMARY, "primary", "ledger", 3, 333),
        # 6 out (one on 1 September), 3 back; no grade and 31 August left out
        (PRIMARY, "primary", "flow", 3, 333),
        # the verified that aged out stays in the year's numerator, not in the open cases
        (JUNIOR, "junior", "event", 3, 111),
        (JUNIOR, "junior", "ledger", 2, 111),
        (JUNIOR, "junior", "flow", -2, 111),
        (COUNTY, "primary", "event", 2, 333),
        (TOWN, "junior", "event", 3, 111),
        (PROVINCE, "junior", "event", 3, 111),
        (OTHER_COUNTY, "primary", "event", 0, 0),
        (OTHER_COUNTY, "junior", "event", 0, None),
        (CITY_UNIT, "primary", "flow", 0, None),
        (NINE_YEAR, "junior", "event", 0, None),
    ],
)
def test_numerators(
    province: Province, unit: str, stage: str, variant: str, numerator: int, denominator: int | None
) -> None:
    row = rate(province, unit, stage, variant)
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    assert row["note"] == (None if denominator is not None else "no_statistics")
    if not denominator:
        assert (row["rate"], row["over_limit"], row["at_bound"]) == (None, None, None)


def test_rates_and_limits(province: Province) -> None:
    assert rate(province, PRIMARY, "primary")["rate"] == Decimal("0.60")  # 2 / 333 = 0.6006 …
    # Compared is the exact fraction, not what is shown.
    assert [rate(province, PRIMARY, "primary", v)["over_limit"] for v in ("event", "ledger", "flow")] == [True] * 3
    assert rate(province, JUNIOR, "junior", "flow")["rate"] == Decimal("-1.80")
    assert rate(province, JUNIOR, "junior", "flow")["over_limit"] is True
    assert rate(province, PRIMARY, "primary")["limit_rate"] == Decimal("0.60")


def test_rows_are_divisions_and_schools_that_teach_the_stage(province: Province) -> None:
    rows = province.rows("indicators.dropout_rate", variant="event")
    schools = {(r["unit_code"], r["stage"]) for r in rows if r["unit_level"] == "school"}
    assert {(PRIMARY, "primary"), (JUNIOR, "junior"), (NINE_YEAR, "primary"), (NINE_YEAR, "junior")} <= schools
    assert (PRIMARY, "junior") not in schools
    assert {(r["unit_code"], r["stage"]) for r in rows if r["unit_level"] == "county"} == {
        (code, stage) for code in (COUNTY, OTHER_COUNTY, CITY_UNIT) for stage in ("primary", "junior")
    }
    assert not [r for r in rows if r["unit_level"] == "village"]


def test_two_years_in_a_row_over_the_limit(province: Province) -> None:
    row = rate(province, PRIMARY, "primary")
    # Spring's one of 100 on the last night of the year before (20 August), as published then.
    assert (row["last_year_rate"], row["consecutive"]) == (Decimal("1.00"), True)
    junior = rate(province, JUNIOR, "junior")
    assert (junior["last_year_rate"], junior["over_limit"], junior["consecutive"]) == (Decimal("0.00"), True, False)
    assert rate(province, OTHER_COUNTY, "primary")["consecutive"] is False
    known = {(r["school_year"], r["stage"]) for r in province.rows("indicators.rate_state", unit_code=PROVINCE)}
    assert known == {(year, stage) for year in ("2024-2025", "2025-2026") for stage in ("primary", "junior")}


def test_small_schools_are_not_shown(province: Province) -> None:
    row = province.one("published.dropout_rate", unit_code=PRIMARY, stage="primary", variant="event")
    assert (row["suppressed"], row["numerator"], row["rate"], row["over_limit"]) == (True, None, None, None)
    row = province.one("published.dropout_rate", unit_code=COUNTY, stage="primary", variant="event")
    assert (row["suppressed"], row["numerator"]) == (False, 2)


def test_policy_decides_headline_rounding_and_stages() -> None:
    made = Province()
    lives = Lives(made)
    for i, grade in enumerate((5, 6, 6)):
        lives.pupil(person(i + 1), "2025-09-05", **OUT, status_date="2025-09-05", grade=grade)
    lives.deliver()
    rows = [statistics(PRIMARY, 5, 301), statistics(PRIMARY, 6, 999)]
    made.add("annual_statistics", *rows, on="2025-06-01")
    made.changes = {
        "stages": {"primary_last": 5},
        "rates": {"dropout_variant": "flow", "rounding": "truncate", "decimals": 1},
    }
    made.run("2025-09-10", ALL)
    primary, junior = (rate(made, PREFECTURE, stage) for stage in ("primary", "junior"))
    assert (primary["numerator"], primary["denominator"], primary["rate"]) == (1, 301, Decimal("0.30"))  # 0.332 …
    assert (junior["numerator"], junior["denominator"], junior["rate"]) == (2, 999, Decimal("0.20"))
    assert (primary["over_limit"], junior["over_limit"]) == (False, False)
    # The headline of no flow is not over the limit; what next year calls consecutive is the variant event.
    made.changes["targets"] = {"primary_dropout_max": 0.1}
    made.run("2025-09-10", ALL)
    assert rate(made, PREFECTURE, "primary")["over_limit"] is False
    assert made.one("indicators.rate_state", unit_code=PREFECTURE, stage="primary")["over_limit"] is True
    assert {r["stage"] for r in made.rows("ledger.case_state")} == {"primary", "junior"}
    assert made.one("ledger.case_state", child_id=person(1)["citizen_number"])["stage"] == "primary"


def test_a_closed_case_leaves_the_numerator(province: Province) -> None:
    case = province.one("ledger.case_state", child_id=person(7)["citizen_number"])
    assert (case["close_reason"], str(case["dropped_on"])) == ("not_substantiated", "2025-09-03")
