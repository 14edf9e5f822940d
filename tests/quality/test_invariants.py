"""Each invariant (spec 4.3) holds on a good night and finds the row that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.invariants import INVARIANTS, check_invariants
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    PRIMARY,
    VILLAGE,
    Province,
    person,
    poverty_row,
    report_row,
    verification_row,
)

OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}


@pytest.fixture(scope="module")
def good() -> Province:
    """The second of two nights: cases open and closed, a return pending, a negative that stands, one closed tonight."""
    made = Province()
    lives = Lives(made)
    for serial in range(1, 7):
        lives.resident(person(serial))
    for serial in (1, 2, 5):
        lives.pupil(person(serial), "2025-08-25", **OUT)
    lives.pupil(person(2), "2025-09-15")
    lives.pupil(person(3), "2025-09-15")
    lives.deliver()
    made.add("poverty", poverty_row(person(1)), on="2025-08-25")
    made.add("daily_report", report_row(), on="2025-09-08")
    held = verification_row(person(4), "否", result="不属实", action_date="2025-09-09")
    closing = verification_row(person(5), "否2", result="不属实", action_date="2025-09-12")
    made.add("case_action", held, on="2025-09-09")
    made.add("case_action", closing, on="2025-09-12")
    made.night("2025-09-10", ALL)
    made.run("2025-09-17", ALL)
    return made


@pytest.fixture
def broken(good: Province) -> Iterator[Province]:
    """The good night in a transaction that is rolled back: break what you like."""
    good.engine.execute("begin transaction")
    yield good
    good.engine.execute("rollback")


def verdicts(made: Province) -> dict[str, tuple[str, ...]]:
    """Offenders by invariant that failed."""
    found = check_invariants(made.engine)
    assert [o.check for o in found] == [f"invariant_{i.name}" for i in INVARIANTS]
    return {o.check.removeprefix("invariant_"): tuple(o.sample) for o in found if not o.passed}


def test_the_good_night_has_every_kind_of_case(good: Province) -> None:
    assert verdicts(good) == {}
    assert all(o.severity == "stop" for o in check_invariants(good.engine))
    states = {(c["state"], c["sub_state"], c["close_reason"]) for c in good.rows("ledger.case_state")}
    assert states == {
        ("verified", None, None),
        ("verified", "return_pending", None),
        ("suspected", None, None),
        ("closed", None, "found_enrolled"),
        ("closed", None, "not_substantiated"),
    }
    assert len(good.rows("ledger.standing_negative")) == 2


CASE = "update ledger.case_state set"
BROKEN = {
    "balance": f"update indicators.zeroing set closed = closed + 1 where unit_code = '{COUNTY}'",
    "balance ": f"update indicators.zeroing set suspected_open = 0 where unit_code = '{VILLAGE}'",
    "open_at_start": "delete from ledger.case_state where state = 'verified' and sub_state is null",
    "sum_of_units": f"update indicators.zeroing set ever_opened = 99 where unit_code = '{PRIMARY}'",
    "sum_of_case_tables": f"update published.deadlines set due = due + 1 where unit_code = '{COUNTY}'",
    "sum_of_school_tables": f"update indicators.dropout_rate set numerator = 99 where unit_code = '{COUNTY}'",
    "sum_of_entry_rates": f"update indicators.enrolment_rate set denominator = 0 where unit_code = '{COUNTY}'",
    "sum_of_county_tables": f"update published.reasons set cases = cases + 1 where unit_code = '{COUNTY}'",
    "in_school_not_open": f"{CASE} sub_state = null where sub_state = 'return_pending'",
    "out_of_school_has_case": "delete from ledger.standing_negative",
    "one_open_case": "insert into ledger.case_state select * replace ('again' as case_uid, case_id || '0' as case_id) "
    "from ledger.case_state where state = 'suspected'",
    "one_case_id": f"{CASE} case_id = (select min(case_id) from ledger.case_state)",
    "events_fold_to_cases": f"{CASE} verified_on = verified_on + 1 where state = 'verified'",
    "events_fold_to_cases  ": f"{CASE} close_reason = 'returned' where close_reason = 'found_enrolled'",
    "events_fold_to_cases   ": "insert into ledger.event_tonight select * from ledger.event_tonight "
    "where event = 'close'",
    "events_fold_to_cases    ": f"{CASE} state = 'suspected' where state = 'verified'",
    "units_complete": f"delete from published.zeroing where unit_code = '{VILLAGE}'",
    "units_complete ": f"delete from published.zeroing where unit_code = '{PRIMARY}'",
    "bridge": f"update published.bridge set remainder = -1 where unit_code = '{COUNTY}' and side = 'ledger'",
    "bridge ": f"delete from published.bridge where unit_code = '{COUNTY}' and side = 'school'",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_it_is_found(broken: Province, name: str) -> None:
    broken.engine.execute(BROKEN[name])
    assert verdicts(broken)[name.strip()]


def test_every_invariant_was_broken_once() -> None:
    assert {name.strip() for name in BROKEN} == {i.name for i in INVARIANTS}


def test_offenders_are_keys_and_never_persons(broken: Province) -> None:
    broken.engine.execute("delete from ledger.standing_negative")
    (found,) = [o for o in check_invariants(broken.engine) if o.check == "invariant_out_of_school_has_case"]
    who = broken.one("matching.child", child_id=person(4)["citizen_number"])
    assert found.sample == (who["child_key"],)
    assert found.count == 1
    assert str(who["name"]) not in found.message + found.action
