"""A case that opens and closes again (spec 4.2): each closing has its own date, the latest reopening is the latest.

And edits of what was delivered never silence a deadline (spec 4.4): what is due follows from the case and from the last
word on each action, whatever stood there before.
"""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives, Nights
from tests.pipelines.models.support import (
    ALL,
    SECOND_PRIMARY,
    Province,
    action_row,
    person,
    registry_row,
    request_rows,
    verification_row,
)

NIGHTS = ["2025-09-10", "2025-09-17", "2025-10-13", "2025-10-20", "2025-11-10", "2025-11-17"]
KID = person(1)
OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}


@pytest.fixture(scope="module")
def nights() -> Nights:
    """Dropped out, home-taught till 10 October, out again, not substantiated, out once more by a newer exit."""
    province = Province()
    lives = Lives(province)
    lives.pupil(KID, "2025-08-25", **OUT)
    lives.pupil(KID, "2025-11-08", **(OUT | {"status_date": "2025-11-06"}))
    lives.deliver()
    window = {"start_date": "2025-09-15", "end_date": "2025-10-10", "action_date": "2025-09-15"}
    placed = request_rows(KID, "安", "安置", "送教上门", approval={"action_date": "2025-09-16"}, **window)
    province.add("case_action", *placed, on="2025-09-16")
    no = verification_row(KID, "否", result="不属实", action_date="2025-10-18")
    province.add("case_action", no, on="2025-10-19")
    return Nights(province, NIGHTS, ALL)


def test_the_story(nights: Nights) -> None:
    assert nights.story(KID) == [
        "verified",
        "placed",
        "verified#2",
        "not_substantiated#2",
        "verified#3",
        "verified#3",
    ]


def test_each_closing_has_its_own_date(nights: Nights) -> None:
    last = nights.cases[NIGHTS[-1]][str(KID["citizen_number"])]
    closed = [(case["episode"], str(case["closed_on"]), case["close_reason"]) for case in last]
    assert closed == [
        (1, "2025-09-17", "placed"),
        (2, "2025-10-20", "not_substantiated"),
        (3, "None", None),
    ]
    # The first closing is what it was, after the second one too.
    at_second = nights.cases[NIGHTS[3]][str(KID["citizen_number"])]
    assert [str(case["closed_on"]) for case in at_second] == ["2025-09-17", "2025-10-20"]


def test_the_latest_reopening_is_the_latest(nights: Nights) -> None:
    last = nights.cases[NIGHTS[-1]][str(KID["citizen_number"])]
    assert [str(case["opened_on"]) for case in last] == ["2025-09-10", "2025-10-13", "2025-11-10"]
    assert [case["relapse"] for case in last] == [False, True, True]
    (open_case,) = [case for case in last if case["state"] != "closed"]
    assert open_case["case_id"].endswith("-3")


def test_events_tell_the_same(nights: Nights) -> None:
    log = nights.province.read(
        "select e.event, e.on_date, e.reason from ledger.event_log as e join ledger.run as r using (run_id) "
        "where r.stands and e.event in ('open', 'close') order by e.on_date"
    )
    assert [(event, str(on), reason) for event, on, reason in log.iter_rows()] == [
        ("open", "2025-09-10", "dropped_out"),
        ("close", "2025-09-17", "placed"),
        ("open", "2025-10-13", "dropped_out"),
        ("close", "2025-10-20", "not_substantiated"),
        ("open", "2025-11-10", "dropped_out"),
    ]


def test_a_relapse_is_due_anew(nights: Nights) -> None:
    rows = nights.province.rows("restricted.cases")
    due = {row["episode"]: (row["verify_due"], row["first_visit_due"]) for row in rows}
    assert [due[episode] for episode in (1, 2)] == [(None, None)] * 2
    assert [str(day) for day in due[3]] == ["2025-11-17", "2025-11-17"]


# Edits ----------------------------------------------------------------------------------------------------------------


def overdue(province: Province, night: str) -> list[str]:
    (case,) = province.night(night, ALL).rows("restricted.cases")
    return case["overdue"] or []


@pytest.fixture
def verified() -> Province:
    province = Province()
    lives = Lives(province)
    lives.resident(KID)
    lives.pupil(KID, "2025-08-25", **OUT)
    lives.deliver()
    province.night("2025-09-10", ALL)
    return province


def test_a_visit_that_is_corrected_away_is_owed_again(verified: Province) -> None:
    visit = action_row(KID, "访", action_date="2025-09-12")
    verified.add("case_action", visit, on="2025-09-13")
    assert "first_visit_due" not in overdue(verified, "2025-09-20")
    verified.add("case_action", visit | {"action_type": "核查", "result": "属实"}, on="2025-09-21", more="_更正")
    assert "first_visit_due" in overdue(verified, "2025-09-22")


def test_a_visit_that_is_moved_into_the_future_meets_nothing_yet(verified: Province) -> None:
    visit = action_row(KID, "访", action_date="2025-09-12")
    verified.add("case_action", visit, on="2025-09-13")
    verified.add(
        "case_action",
        visit | {"action_date": action_row(KID, "", action_date="2025-09-30")["action_date"]},
        on="2025-09-18",
        more="_更正",
    )
    assert "first_visit_due" in overdue(verified, "2025-09-20")


def test_another_school_grade_or_place_moves_no_deadline(verified: Province) -> None:
    (before,) = verified.rows("restricted.cases")
    lives = Lives(verified)
    lives.resident(KID, "2025-09-11", registry_status="正常", status_date="2025-09-10", household_number="新户")
    lives.pupil(KID, "2025-09-11", **OUT, grade=5, school_code=SECOND_PRIMARY)
    lives.deliver()
    late = overdue(verified, "2025-09-20")
    (after,) = verified.rows("restricted.cases")
    kept = ("opened_on", "verified_on", "first_visit_due", "notice_due")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert late == ["first_visit_due"]


def test_the_same_exit_with_another_date_moves_no_deadline(verified: Province) -> None:
    """A school that writes a new 状态日期 every month does not start the case afresh."""
    (before,) = verified.rows("restricted.cases")
    lives = Lives(verified)
    lives.pupil(KID, "2025-09-16", **(OUT | {"status_date": "2025-09-15"}))
    lives.deliver()
    assert overdue(verified, "2025-09-20") == ["first_visit_due"]
    (after,) = verified.rows("restricted.cases")
    assert (after["opened_on"], after["first_visit_due"]) == (before["opened_on"], before["first_visit_due"])


def test_an_action_under_an_older_record_number_is_not_lost_by_a_new_one(verified: Province) -> None:
    notice = {"action_type": "文书", "action_kind": "限期复学通知书", "result": None}
    verified.add("registry", registry_row(KID), on="2025-09-11")
    verified.add("case_action", action_row(KID, "书1", **notice, action_date="2025-09-12"), on="2025-09-12")
    verified.add("case_action", action_row(KID, "书2", **notice, action_date="2025-09-19"), on="2025-09-19", more="_二")
    # The term runs from the first notice: a second one does not prolong it.
    assert "penalty_due" in overdue(verified, "2025-09-20")
