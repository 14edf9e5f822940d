"""Yield of suspicion (spec 5.9): what came of the cases that each comparison opened."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    PREFECTURE,
    PROVINCE,
    Province,
    enrolment_row,
    person,
    registry_row,
    request_rows,
    verification_row,
)

OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}


@pytest.fixture(scope="module")
def told() -> Province:
    """October: eight never enrolled, two dropped out, one in another county. November: one more, some results."""
    made = Province()
    lives = Lives(made)
    kids = {serial: person(serial) for serial in range(1, 14)}
    for serial in range(1, 11):
        lives.resident(kids[serial])
    lives.pupil(kids[9], "2025-08-25", **OUT)
    lives.pupil(kids[10], "2025-08-25", **OUT)
    lives.pupil(kids[4], "2025-11-01")  # found enrolled
    lives.pupil(kids[5], "2025-11-01", enrolment_status="休学", suspended_until="2025-12-31")  # never decided
    lives.resident(kids[11], "2025-11-01")
    lives.deliver()
    made.add("registry", registry_row(kids[12], household_division=OTHER_VILLAGE), on="2025-08-25", code="990122")
    made.add("enrolment", enrolment_row(kids[13]), on="2025-08-25", code="990122")
    found = [(1, "属实"), (2, "属实"), (3, "不属实"), (10, "不属实")]
    for serial, result in found:
        row = verification_row(kids[serial], str(serial), result=result, action_date="2025-10-15")
        made.add("case_action", row, on="2025-10-16", more=str(serial))
    placed = request_rows(
        kids[2], "安", "安置", "送教上门", action_date="2025-10-20", approval={"action_date": "2025-10-21"}
    )
    made.add("case_action", *placed, on="2025-10-22")
    for night in ("2025-10-10", "2025-10-18", "2025-10-30", "2025-11-03"):
        made.night(night, ALL)
    return made


def numbers(made: Province, unit: str, category: str, month: str) -> tuple:
    row = made.one("published.yield", unit_code=unit, category=category, month=month)
    columns = ("opened", "verified", "not_substantiated", "found_enrolled", "undecided", "yield")
    return tuple(str(row[c]) if c == "yield" else row[c] for c in columns)


def test_each_case_stands_in_one_class(told: Province) -> None:
    # 1 verified and open, 2 verified and placed; 3 not substantiated; 4 found enrolled; 5 suspended, 6-8 open.
    assert numbers(told, COUNTY, "never_enrolled", "2025-10") == (8, 2, 1, 1, 4, "50.00")
    for row in told.rows("published.yield"):
        parts = ("verified", "not_substantiated", "found_enrolled", "undecided")
        assert row["opened"] == sum(row[c] for c in parts)


def test_a_case_once_verified_stays_verified(told: Province) -> None:
    """The school marked it, a later verification says 不属实: it counts as verified, once."""
    reasons = {c["close_reason"] for c in told.rows("ledger.case_state", child_id=person(10)["citizen_number"])}
    assert reasons == {"not_substantiated"}
    assert numbers(told, COUNTY, "dropped_out", "2025-10") == (2, 2, 0, 0, 0, "100.00")


def test_nothing_decided_is_no_rate(told: Province) -> None:
    assert numbers(told, COUNTY, "never_enrolled", "2025-11") == (1, 0, 0, 0, 1, "None")
    assert numbers(told, OTHER_COUNTY, "never_enrolled", "2025-10") == (1, 0, 0, 0, 1, "None")


def test_units_above_hold_the_sum(told: Province) -> None:
    for unit in (PREFECTURE, PROVINCE):
        assert numbers(told, unit, "never_enrolled", "2025-10") == (9, 2, 1, 1, 5, "50.00")
    assert {row["unit_level"] for row in told.rows("published.yield")} == {"county", "prefecture", "province"}


def test_a_case_that_nobody_opened_has_no_row(told: Province) -> None:
    assert told.rows("published.yield", category="vanished") == []
