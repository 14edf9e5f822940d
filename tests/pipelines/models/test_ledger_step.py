"""The nightly step (spec 4.2): which cases open, verify, close, stay and open again, told as lives over nights."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives, Nights, date
from tests.pipelines.models.support import (
    OTHER_COUNTY,
    OTHER_VILLAGE,
    VILLAGE,
    Province,
    absence_row,
    action_row,
    change_row,
    listed_row,
    lookup_row,
    person,
    registry_row,
    request_rows,
    verification_row,
)

NIGHTS = ["2025-09-10", "2025-09-17", "2025-09-24", "2025-10-01", "2025-10-02", "2025-10-10", "2025-11-05"]
FIRST = "2025-08-25"  # snapshots before the first night
SECOND = "2025-09-16"  # snapshots between the first and the second night
THIRD = "2025-09-22"

# name → the states after each of NIGHTS; `-` for no case, `~` for the state before.
STORIES = {
    # opening
    "dropped_out": "verified ~ ~ ~ ~ ~ ~",
    "never_enrolled": "suspected ~ ~ ~ ~ ~ ~",
    "transfer_grace": "- - - - suspected ~ ~",
    "over_age": "- - - - - - -",
    "in_school": "- - - - - - -",
    # a 不属实 that stands against opening: no date of evidence, 30 days; a date, for ever; newer evidence ends it
    "negative_never": "- - - - suspected ~ ~",
    "negative_no_evidence_number": "suspected ~ ~ ~ ~ ~ ~",
    "negative_dated": "- - - - - - -",
    "negative_newer_evidence": "- - verified ~ ~ ~ ~",
    "negative_then_positive": "verified ~ ~ ~ ~ ~ ~",
    # verifications that belong
    "verified_after": "suspected verified ~ ~ ~ ~ ~",
    "verified_late_30": "suspected verified ~ ~ ~ ~ ~",
    "verified_late_31": "suspected ~ ~ ~ ~ ~ ~",
    "verified_before_delivered_before": "suspected ~ ~ ~ ~ ~ ~",
    "verified_before_delivered_that_day": "suspected ~ ~ ~ ~ ~ ~",
    "verified_redelivered_unchanged": "suspected ~ ~ ~ ~ ~ ~",
    "verified_by_school": "suspected verified ~ ~ ~ ~ ~",
    # the close wins; the last word counts; of one day the first row
    "yes_then_no": "suspected not_substantiated ~ ~ ~ ~ suspected#2",
    "no_then_yes": "suspected verified ~ ~ ~ ~ ~",
    "yes_and_no_one_day": "suspected verified ~ ~ ~ ~ ~",
    "no_after_verified": "verified not_substantiated ~ ~ ~ ~ ~",
    "no_without_number": "suspected ~ ~ ~ ~ ~ ~",
    # order of the rules
    "pending_keeps_against_no": "verified ~ not_substantiated ~ ~ ~ ~",
    "undetermined_keeps": "suspected ~ ~ ~ ~ ~ ~",
    "found_enrolled": "suspected found_enrolled ~ ~ ~ ~ ~",
    "found_wins_over_verify": "suspected found_enrolled ~ ~ ~ ~ ~",
    "found_then_out_again": "suspected found_enrolled verified#2 ~ ~ ~ ~",
    "not_due": "suspected not_due ~ ~ ~ ~ ~",
    # closing by status
    "deceased": "suspected deceased ~ ~ ~ ~ ~",
    "emigrated": "suspected emigrated ~ ~ ~ ~ ~",
    "graduated": "verified graduated ~ ~ ~ ~ ~",
    "enrolled_elsewhere": "suspected enrolled_elsewhere ~ ~ ~ ~ ~",
    "placed_then_lost": "verified placed ~ verified#2 ~ ~ ~",
    "deferred": "suspected deferred ~ ~ ~ ~ ~",
    "suspended": "verified suspended ~ ~ ~ ~ ~",
    "aged_out": "verified aged_out ~ ~ ~ ~ ~",
    "moved_away": "suspected ~ ~ ~ ~ moved_away ~",
    "absent_at_closing_age": "suspected aged_out ~ ~ ~ ~ ~",
    # nobody says anything
    "unseen": "suspected ~ ~ ~ ~ ~ ~",
    "vanished_no_rows": "suspected ~ not_substantiated ~ ~ ~ ~",
}
WHO = {name: person(serial + 1) for serial, name in enumerate(STORIES)}
WHO |= {
    "over_age": person(100, "2009-09-01"),
    "aged_out": person(101, "2009-09-15"),
    "absent_at_closing_age": person(102, "2009-09-15"),
    "graduated": person(103, "2010-03-01"),
    "placed_then_lost": person(104, "2011-03-01"),
    "not_due": person(105, "2014-03-01"),
}


def told() -> tuple[Province, Lives]:
    """The lives of STORIES."""
    province = Province()
    lives = Lives(province)
    for name, who in WHO.items():
        if name not in ("unseen", "vanished_no_rows"):
            lives.resident(who, FIRST)
    pupils = {
        "dropped_out": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "transfer_grace": {"enrolment_status": "转出", "status_date": "2025-07-20"},
        "over_age": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "in_school": {},
        "negative_dated": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "negative_newer_evidence": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "negative_then_positive": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "no_after_verified": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "pending_keeps_against_no": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "graduated": {"enrolment_status": "辍学", "status_date": "2025-09-05", "grade": 9},
        "placed_then_lost": {"enrolment_status": "辍学", "status_date": "2025-09-05", "grade": 8},
        "suspended": {"enrolment_status": "辍学", "status_date": "2025-09-05"},
        "aged_out": {"enrolment_status": "辍学", "status_date": "2025-09-05", "grade": 9},
        "absent_at_closing_age": {},
        "vanished_no_rows": {"enrolment_status": "转出", "status_date": "2025-05-01"},
        "verified_by_school": {"enrolment_status": "转出", "status_date": "2025-05-01"},
    }
    for name, row in pupils.items():
        lives.pupil(WHO[name], FIRST, **row)

    def action(name: str, *rows: dict, on: str) -> None:
        province.add("case_action", *rows, on=on, more=f"_{name}")

    no = {"result": "不属实"}
    for name, changes, on in (
        ("negative_never", no | {"action_date": "2025-09-01"}, "2025-09-02"),
        ("negative_no_evidence_number", no | {"action_date": "2025-09-01", "evidence_number": None}, "2025-09-02"),
        ("negative_dated", no | {"action_date": "2025-09-05"}, "2025-09-06"),
        ("negative_newer_evidence", no | {"action_date": "2025-09-05"}, "2025-09-06"),
        ("negative_then_positive", no | {"action_date": "2025-09-05"}, "2025-09-06"),
        ("verified_after", {"action_date": "2025-09-12"}, "2025-09-14"),
        ("verified_late_30", {"action_date": "2025-08-11"}, "2025-09-14"),
        ("verified_late_31", {"action_date": "2025-08-10"}, "2025-09-14"),
        ("verified_before_delivered_before", {"action_date": "2025-09-09"}, "2025-09-09"),
        ("verified_before_delivered_that_day", {"action_date": "2025-09-09"}, "2025-09-10"),
        ("verified_redelivered_unchanged", {"action_date": "2025-09-09"}, "2025-09-10"),
        ("verified_redelivered_unchanged", {"action_date": "2025-09-09"}, "2025-09-14"),
        ("yes_then_no", {"action_date": "2025-09-12"}, "2025-09-14"),
        ("no_then_yes", no | {"action_date": "2025-09-12"}, "2025-09-14"),
        ("yes_and_no_one_day", {"action_date": "2025-09-12"}, "2025-09-13"),
        ("no_after_verified", no | {"action_date": "2025-09-12"}, "2025-09-14"),
        ("no_without_number", no | {"action_date": "2025-09-12", "evidence_number": None}, "2025-09-14"),
        ("pending_keeps_against_no", no | {"action_date": "2025-09-12"}, "2025-09-14"),
        ("found_wins_over_verify", {"action_date": "2025-09-12"}, "2025-09-14"),
        ("vanished_no_rows", no | {"action_date": "2025-09-20"}, "2025-09-21"),
    ):
        action(name, verification_row(WHO[name], name, **changes), on=on)
    for name, changes in (
        ("negative_then_positive", {"action_date": "2025-09-06"}),
        ("yes_then_no", no | {"action_date": "2025-09-13"}),
        ("no_then_yes", {"action_date": "2025-09-13"}),
        ("yes_and_no_one_day", no | {"action_date": "2025-09-12"}),
    ):
        on = "2025-09-07" if name == "negative_then_positive" else "2025-09-15"
        action(name, verification_row(WHO[name], f"{name}+", **changes), on=on)

    # what registers say from the second night on
    lives.pupil(WHO["negative_newer_evidence"], THIRD, enrolment_status="辍学", status_date="2025-09-18")
    lives.pupil(WHO["verified_by_school"], SECOND, enrolment_status="辍学", status_date="2025-09-14")
    lives.pupil(WHO["pending_keeps_against_no"], SECOND, enrolment_status="转出", status_date="2025-09-12")
    lives.pupil(WHO["pending_keeps_against_no"], THIRD, enrolment_status="辍学", status_date="2025-09-12")
    lives.resident(WHO["undetermined_keeps"], SECOND, household_division=VILLAGE)
    lives.gone("registry", WHO["undetermined_keeps"], SECOND)
    province.add(
        "registry",
        registry_row(WHO["undetermined_keeps"], household_division=OTHER_VILLAGE),
        on=SECOND,
        code=OTHER_COUNTY[:6],
    )
    for name in ("found_enrolled", "found_wins_over_verify", "found_then_out_again"):
        lives.pupil(WHO[name], SECOND)
    lives.pupil(WHO["found_then_out_again"], THIRD, enrolment_status="辍学", status_date="2025-09-20")
    lives.resident(WHO["not_due"], SECOND, birth_date="2019-09-01")
    lives.resident(WHO["deceased"], SECOND, registry_status="死亡", status_date="2025-09-12")
    lives.resident(WHO["emigrated"], SECOND, registry_status="出国(境)", status_date="2025-09-12")
    province.add(
        "enrolment_change",
        change_row(WHO["graduated"], change_type="毕业", change_date="2025-09-12", grade=9),
        on=SECOND,
    )
    province.add("lookup", lookup_row(WHO["enrolled_elsewhere"], lookup_date="2025-09-12"), on=SECOND)
    placement = {"action_date": "2025-09-12", "start_date": "2025-09-12", "end_date": "2025-09-30"}
    approval = {"approval": {"action_date": "2025-09-13"}}
    action(
        "placed", *request_rows(WHO["placed_then_lost"], "安1", "安置", "职业学校", **placement, **approval), on=SECOND
    )
    action(
        "deferred",
        *request_rows(WHO["deferred"], "延1", "延缓入学", "疾病", action_date="2025-09-12", **approval),
        on=SECOND,
    )
    lives.pupil(
        WHO["suspended"], SECOND, enrolment_status="休学", status_date="2025-09-12", suspended_until="2026-06-01"
    )
    lives.resident(WHO["moved_away"], SECOND, registry_status="迁出", status_date="2025-09-05")
    days = ("2025-09-08", "2025-09-09", "2025-09-10")
    absent = WHO["absent_at_closing_age"]
    province.add("absence", *(absence_row(absent, absence_date=d) for d in days), on="2025-09-10")
    province.add("department_list", listed_row(WHO["unseen"]), on=FIRST)
    # 民政 replaces nothing of 教育, an empty list of 教育 does: somebody else is listed now.
    province.add("department_list", listed_row(WHO["dropped_out"]), on=SECOND)
    action("unseen", action_row(WHO["unseen"], "访1", action_date="2025-09-12"), on="2025-09-14")
    lives.gone("enrolment", WHO["vanished_no_rows"], SECOND)
    lives.deliver()
    return province, lives


@pytest.fixture(scope="module")
def nights() -> Nights:
    province, _ = told()
    return Nights(province, NIGHTS)


@pytest.mark.parametrize("name", STORIES)
def test_story(nights: Nights, name: str) -> None:
    words = STORIES[name].split()
    expected = [
        next(w for w in reversed(words[: i + 1]) if w != "~").replace("-", "") or None for i in range(len(words))
    ]
    assert nights.story(WHO[name]) == expected


@pytest.mark.parametrize(
    ("name", "night", "column", "value"),
    [
        ("dropped_out", 0, "verified_on", date("09-10")),
        ("dropped_out", 0, "dropped_on", date("09-05")),
        ("dropped_out", 0, "category", "dropped_out"),
        ("never_enrolled", 0, "dropped_on", date("09-10")),
        ("never_enrolled", 0, "stage", "none"),
        ("transfer_grace", 4, "dropped_on", date("07-20")),
        ("transfer_grace", 4, "category", "transfer_lost"),
        ("transfer_grace", 4, "stage", "primary"),
        ("negative_newer_evidence", 2, "dropped_on", date("09-18")),
        ("verified_after", 1, "verified_on", date("09-12")),
        ("verified_late_30", 1, "verified_on", date("09-10")),
        ("verified_by_school", 1, "verified_on", date("09-17")),
        ("verified_by_school", 1, "category", "transfer_lost"),
        ("verified_by_school", 1, "dropped_on", date("05-01")),
        ("no_then_yes", 1, "verified_on", date("09-13")),
        ("yes_then_no", 1, "verified_on", None),
        ("yes_then_no", 1, "closed_on", date("09-17")),
        ("yes_then_no", 6, "relapse", False),
        ("found_then_out_again", 2, "relapse", False),
        ("placed_then_lost", 3, "relapse", True),
        ("placed_then_lost", 3, "dropped_on", date("09-05")),
        ("placed_then_lost", 3, "opened_on", date("10-01")),
        ("absent_at_closing_age", 0, "category", "long_absent"),
        ("pending_keeps_against_no", 1, "sub_state", None),
        ("undetermined_keeps", 1, "sub_state", None),
        ("unseen", 0, "sub_state", None),
        ("unseen", 1, "sub_state", "unseen"),
        ("unseen", 6, "sub_state", "unseen"),
        # Remembered, the child has a status tonight: it is not unseen.
        ("vanished_no_rows", 1, "sub_state", None),
        ("vanished_no_rows", 1, "category", "transfer_lost"),
    ],
)
def test_of_the_case(nights: Nights, name: str, night: int, column: str, value: object) -> None:
    assert nights.case(NIGHTS[night], WHO[name])[column] == value


def test_cases_keep_what_they_closed_with(nights: Nights) -> None:
    first = nights.cases[NIGHTS[3]][str(WHO["placed_then_lost"]["citizen_number"])][0]
    assert (first["state"], first["close_reason"], first["closed_on"]) == ("closed", "placed", date("09-17"))
    assert [c["case_id"][-2:] for c in nights.cases[NIGHTS[3]][str(WHO["placed_then_lost"]["citizen_number"])]] == [
        "-1",
        "-2",
    ]


def test_events_of_a_night_are_dated_and_caused(nights: Nights) -> None:
    def of(name: str, night: int) -> list[tuple]:
        uid = nights.case(NIGHTS[night], WHO[name])["case_uid"]
        return [(e["event"], e["on_date"], e["reason"]) for e in nights.events[NIGHTS[night]] if e["case_uid"] == uid]

    assert sorted(of("dropped_out", 0)) == [
        ("open", date("09-10"), "dropped_out"),
        ("verify", date("09-10"), "dropped_out"),
    ]
    assert of("verified_after", 1) == [("verify", date("09-12"), "verification")]
    assert of("verified_by_school", 1) == [("verify", date("09-17"), "dropped_out")]
    assert of("yes_then_no", 1) == [("close", date("09-17"), "not_substantiated")]
    assert of("never_enrolled", 1) == []


def test_actions_of_an_unseen_child_stay_with_its_case(nights: Nights) -> None:
    uid = nights.case(NIGHTS[-1], WHO["unseen"])["case_uid"]
    step = nights.province.one("ledger.case_step", case_uid=uid)
    assert (step["visits"], step["last_action_on"]) == (1, date("09-12"))


def test_no_extract_of_the_county_makes_no_case(nights: Nights) -> None:
    who = str(WHO["undetermined_keeps"]["citizen_number"])
    assert nights.verdicts[NIGHTS[1]][who]["status"] == "undetermined"


@pytest.mark.parametrize(
    ("name", "night", "event", "kind"),
    [
        ("dropped_out", 0, "open", "enrolment"),
        ("never_enrolled", 0, "open", "registry"),
        ("unseen", 0, "open", "department_list"),
        ("absent_at_closing_age", 0, "open", "absence"),
        ("verified_after", 1, "verify", "case_action"),
        ("verified_by_school", 1, "verify", "enrolment"),
        ("yes_then_no", 1, "close", "case_action"),
        ("enrolled_elsewhere", 1, "close", "lookup"),
        ("placed_then_lost", 1, "close", "case_action"),
        ("deferred", 1, "close", "case_action"),
        ("deceased", 1, "close", "registry"),
        ("found_enrolled", 1, "close", "enrolment"),
        ("aged_out", 1, "close", None),
        ("moved_away", 5, "close", "registry"),
    ],
)
def test_evidence_is_the_row_that_decided(nights: Nights, name: str, night: int, event: str, kind: str | None) -> None:
    uid = nights.case(NIGHTS[night], WHO[name])["case_uid"]
    (found,) = [e for e in nights.events[NIGHTS[night]] if (e["case_uid"], e["event"]) == (uid, event)]
    assert found["evidence_kind"] == kind
    assert (found["evidence_delivery"] is None) == (found["evidence_row"] is None) == (kind is None)
