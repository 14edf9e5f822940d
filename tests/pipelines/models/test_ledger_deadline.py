"""Deadlines and legal steps (spec 4.4) at their boundary days; actions count from opened_on to D, or to the close."""

from __future__ import annotations

from functools import cache

import pytest

from tests.pipelines.models.support import (
    ALL,
    Province,
    action_row,
    enrolment_row,
    listed_row,
    person,
    registry_row,
    verification_row,
)

OPENED = "2025-09-10"
NAMES = (
    *("bare", "suspect", "visited", "early_visit", "three_failures", "three_visits_one_ok", "notice", "late_notice"),
    *("penalty", "penalty_first", "lawsuit", "suspect_notice", "september", "october", "both_months", "other_paper"),
)
WHO = {name: person(serial + 1) for serial, name in enumerate(NAMES)}
SUSPECTS = {"suspect", "suspect_notice"}

ACTIONS: dict[str, list[tuple[str, dict]]] = {
    "visited": [("2025-09-12", {"result": "成功"})],
    "early_visit": [("2025-09-09", {})],
    "three_failures": [("2025-09-12", {}), ("2025-09-14", {}), ("2025-09-18", {})],
    "three_visits_one_ok": [("2025-09-12", {}), ("2025-09-14", {"result": "成功"}), ("2025-09-18", {})],
    "notice": [("2025-09-15", {"action_type": "文书", "action_kind": "限期复学通知书"})],
    "late_notice": [
        ("2025-09-15", {"action_type": "文书", "action_kind": "限期复学通知书"}),
        ("2025-09-20", {"action_type": "文书", "action_kind": "敦促入学通知书"}),
    ],
    "penalty": [
        ("2025-09-15", {"action_type": "文书", "action_kind": "敦促入学通知书"}),
        ("2025-09-20", {"action_type": "文书", "action_kind": "行政处罚决定书"}),
    ],
    "penalty_first": [("2025-09-20", {"action_type": "文书", "action_kind": "行政处罚决定书"})],
    "lawsuit": [("2025-09-21", {"action_type": "文书", "action_kind": "提起诉讼"})],
    "suspect_notice": [("2025-09-15", {"action_type": "文书", "action_kind": "限期复学通知书"})],
    "other_paper": [("2025-09-15", {"action_type": "文书", "action_kind": "责令改正通知书"})],
    "september": [("2025-09-30", {"action_type": "复学", "result": "未成功"})],
    "october": [("2025-10-01", {})],
    "both_months": [("2025-09-10", {}), ("2025-10-31", {})],
}


@cache
def province() -> Province:
    made = Province()
    out = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
    made.add("registry", *(registry_row(who) for who in WHO.values()), on="2025-08-25")
    made.add("enrolment", *(enrolment_row(who, **out) for n, who in WHO.items() if n not in SUSPECTS), on="2025-08-25")
    made.night(OPENED, ALL)
    for name, actions in ACTIONS.items():
        for i, (on, changes) in enumerate(actions):
            row = action_row(WHO[name], f"{name}{i}", action_date=on, **changes)
            made.add("case_action", row, on=on, more=f"_{name}{i}")
    return made


@cache
def cases(night: str) -> dict[object, dict]:
    """The published cases of a night after OPENED, by child."""
    rows = province().run(night, ALL).rows("restricted.cases")
    keys = {row["child_key"]: row["child_id"] for row in province().rows("matching.child")}
    return {keys[row["child_key"]]: row for row in rows}


def case(night: str, name: str) -> dict:
    return cases(night)[WHO[name]["citizen_number"]]


@pytest.mark.parametrize(
    ("name", "deadline", "due"),
    [
        ("bare", "verify_due", "2025-09-17"),
        ("bare", "first_visit_due", "2025-09-17"),
        ("bare", "notice_due", "2025-10-10"),
        ("bare", "penalty_due", None),
        ("bare", "lawsuit_due", None),
        ("suspect", "verify_due", "2025-09-17"),
        ("suspect", "first_visit_due", None),
        ("suspect", "notice_due", None),
        ("suspect_notice", "penalty_due", None),
        ("three_failures", "notice_due", "2025-09-18"),
        ("three_visits_one_ok", "notice_due", "2025-10-10"),
        ("notice", "penalty_due", "2025-09-22"),
        ("late_notice", "penalty_due", "2025-09-22"),
        ("penalty", "lawsuit_due", "2025-10-20"),
        # Out of order: without a notice there is no term of it, the penalty still has one.
        ("penalty_first", "penalty_due", None),
        ("penalty_first", "lawsuit_due", "2025-10-20"),
    ],
)
def test_due(name: str, deadline: str, due: str | None) -> None:
    found = case("2025-09-25", name)[deadline]
    assert (found.isoformat() if found else None) == due


@pytest.mark.parametrize(
    ("night", "name", "overdue"),
    [
        ("2025-09-17", "bare", []),
        ("2025-09-18", "bare", ["first_visit_due"]),
        ("2025-09-17", "suspect", []),
        ("2025-09-18", "suspect", ["verify_due"]),
        ("2025-09-18", "visited", []),
        ("2025-09-18", "early_visit", ["first_visit_due"]),
        ("2025-09-18", "three_failures", []),
        ("2025-09-19", "three_failures", ["notice_due"]),
        ("2025-09-22", "notice", ["first_visit_due"]),
        ("2025-09-23", "notice", ["first_visit_due", "penalty_due"]),
        ("2025-10-10", "visited", []),
        ("2025-10-11", "visited", ["notice_due"]),
        ("2025-10-11", "other_paper", ["first_visit_due", "notice_due"]),
        ("2025-10-20", "penalty", ["first_visit_due"]),
        ("2025-10-21", "penalty", ["first_visit_due", "lawsuit_due"]),
    ],
)
def test_overdue(night: str, name: str, overdue: list[str]) -> None:
    found = [word for word in case(night, name)["overdue"] or [] if word != "month_report_due"]
    assert found == overdue


@pytest.mark.parametrize(
    ("night", "name", "due", "overdue"),
    [
        # the month of opening: its own end, met by any action in it
        ("2025-09-30", "bare", "2025-09-30", False),
        ("2025-09-30", "september", "2025-09-30", False),
        # the month after: the month before was missed
        ("2025-10-01", "bare", "2025-09-30", True),
        ("2025-10-31", "october", "2025-09-30", True),
        # an action of any kind met it: this month's end
        ("2025-10-01", "september", "2025-10-31", False),
        ("2025-10-31", "september", "2025-10-31", False),
        ("2025-11-01", "september", "2025-10-31", True),
        ("2025-11-01", "october", "2025-11-30", False),
        ("2025-11-01", "both_months", "2025-11-30", False),
        # before the case was opened nothing counts
        ("2025-10-01", "early_visit", "2025-09-30", True),
    ],
)
def test_month_report(night: str, name: str, due: str, overdue: bool) -> None:
    found = case(night, name)
    assert found["month_report_due"].isoformat() == due
    assert ("month_report_due" in (found["overdue"] or [])) is overdue


@pytest.mark.parametrize(
    ("name", "step", "visits", "last"),
    [
        ("bare", "none", 0, None),
        ("early_visit", "none", 0, None),
        ("three_failures", "none", 3, "2025-09-18"),
        ("late_notice", "notice", 0, "2025-09-20"),
        ("penalty", "penalty", 0, "2025-09-20"),
        ("lawsuit", "lawsuit", 0, "2025-09-21"),
        ("suspect_notice", "notice", 0, "2025-09-15"),
        ("other_paper", "none", 0, "2025-09-15"),
    ],
)
def test_steps(name: str, step: str, visits: int, last: str | None) -> None:
    found = case("2025-09-25", name)
    found_last = found["last_action_on"]
    assert (found["legal_step"], found["visits"]) == (step, visits)
    assert (found_last.isoformat() if found_last else None) == last


def test_deadlines_of_a_unit_count_what_is_owed() -> None:
    province().run("2025-10-21", ALL)
    row = {r["deadline"]: r for r in province().rows("published.deadlines", unit_code="990000000000")}
    of_cases = [c["overdue"] or [] for c in province().rows("restricted.cases")]
    for deadline, counted in row.items():
        assert counted["overdue"] == sum(deadline in words for words in of_cases)
        assert counted["due"] >= counted["overdue"]
    assert row["lawsuit_due"] == row["lawsuit_due"] | {"due": 2, "overdue": 2, "oldest_overdue_days": 1}
    assert row["verify_due"]["due"] == 2


def test_closed_cases_have_no_deadlines_and_keep_their_actions() -> None:
    made = Province()
    kid, other = person(1), person(2)
    out = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
    made.add("enrolment", enrolment_row(kid, **out), enrolment_row(other, **out), on="2025-08-25")
    made.add("department_list", listed_row(kid), on="2025-08-25")
    made.night(OPENED)
    made.add("case_action", action_row(kid, "1", action_date="2025-09-12"), on="2025-09-12")
    negative = verification_row(kid, "2", action_date="2025-09-13", result="不属实")
    made.add("case_action", negative, on="2025-09-14", more="_2")
    made.night("2025-09-15")
    made.add("case_action", action_row(kid, "3", action_date="2025-09-16"), on="2025-09-16")
    row = made.run("2025-09-20", ALL).one("restricted.cases", close_reason="not_substantiated")
    assert (row["visits"], str(row["last_action_on"]), row["overdue"]) == (1, "2025-09-13", None)
    assert [row[d] for d in ("verify_due", "first_visit_due", "notice_due", "month_report_due")] == [None] * 4
