"""Keys that last (spec 3.2, 4.1): cases and memory move with the child, episodes are renumbered."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives, Nights, date
from tests.pipelines.models.support import (
    ALL,
    Province,
    action_row,
    person,
    registry_row,
    unnumbered,
    verification_row,
)

NIGHTS = ["2025-09-10", "2025-09-17", "2025-09-24", "2025-10-10", "2025-10-20"]
OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
NUMBER = {
    name: person(serial + 1)
    for serial, name in enumerate(("gained", "corrected", "chain", "chain_last", "older", "younger", "closed", "twice"))
}
# The same child under a number of another serial: a number that was corrected.
AGAIN = {name: NUMBER[name] | {"citizen_number": person(50 + i)["citizen_number"]} for i, name in enumerate(NUMBER)}


@pytest.fixture(scope="module")
def nights() -> Nights:
    province = Province()
    lives = Lives(province)
    # X child: a pupil without number; the number comes with the second delivery.
    for name in ("gained", "chain"):
        lives.pupil(unnumbered(NUMBER[name]), "2025-08-25", **OUT)
        lives.pupil(NUMBER[name], "2025-09-16", **OUT)
    lives.pupil(AGAIN["chain"], "2025-09-22", **OUT, student_number=f"G{NUMBER['chain']['citizen_number']}")
    # A corrected number on the enrolment row, the student number stays.
    lives.pupil(NUMBER["corrected"], "2025-08-25", **OUT)
    kept = {"student_number": f"G{NUMBER['corrected']['citizen_number']}"}
    lives.pupil(AGAIN["corrected"], "2025-09-16", **OUT, **kept)
    # Two children that turn out to be one: the registry's child never enrolled, the pupil under a wrong number.
    for name in ("older", "younger"):
        wrong = f"G{NUMBER[name]['citizen_number']}"
        lives.pupil(NUMBER[name], "2025-08-25" if name == "older" else "2025-09-15", **OUT)
        on = "2025-09-15" if name == "older" else "2025-08-25"
        lives.say("registry", on, f"{name}-R", registry_row(AGAIN[name]))
        lives.pupil(AGAIN[name], "2025-09-22", **OUT, student_number=wrong)
    # A child whose first case is closed when the number changes, and open again when it changes once more.
    name = "twice"
    lives.pupil(NUMBER[name], "2025-08-25", **OUT)
    lives.pupil(AGAIN[name], "2025-09-22", **OUT, student_number=f"G{NUMBER[name]['citizen_number']}")
    third = NUMBER[name] | {"citizen_number": person(80)["citizen_number"]}
    again = OUT | {"status_date": "2025-10-05"}
    lives.pupil(third, "2025-10-06", **again, student_number=f"G{NUMBER[name]['citizen_number']}")
    no = verification_row(NUMBER[name], "否1", result="不属实", action_date="2025-09-12")
    province.add("case_action", no, on="2025-09-13")
    visit = action_row(NUMBER["corrected"], "访1", action_date="2025-09-11")
    province.add("case_action", visit, on="2025-09-12", more="_a")
    visit = action_row(AGAIN["corrected"], "访2", action_date="2025-09-18")
    province.add("case_action", visit, on="2025-09-18", more="_b")
    lives.deliver()
    return Nights(province, NIGHTS)


def child_of(nights: Nights, night: str, name: str) -> str:
    """The child_id under which the name is known that night."""
    return nights.province.one("ledger.memory_history", name=NUMBER[name]["name"], to_night=None)["child_id"]


def events(nights: Nights, night: int, uid: str) -> list[str]:
    return sorted(e["event"] for e in nights.events[NIGHTS[night]] if e["case_uid"] == uid)


def test_a_number_gained_moves_the_case(nights: Nights) -> None:
    (before,) = [c[0] for child, c in nights.cases[NIGHTS[0]].items() if child.startswith("X") and c][:1]
    after = nights.case(NIGHTS[1], NUMBER["gained"])
    assert before["opened_on"] == after["opened_on"] == date("09-10")
    assert after["case_id"] == f"{after['child_key']}-1"
    assert events(nights, 1, after["case_uid"]) == ["rekey"]
    assert not [child for child in nights.cases[NIGHTS[-1]] if child.startswith("X")]


def test_a_number_corrected_moves_the_case(nights: Nights) -> None:
    assert nights.case(NIGHTS[1], NUMBER["corrected"]) == {}
    case = nights.case(NIGHTS[1], AGAIN["corrected"])
    assert (case["state"], case["episode"], case["opened_on"]) == ("verified", 1, date("09-10"))
    assert case["case_uid"] == nights.case(NIGHTS[0], NUMBER["corrected"])["case_uid"]


def test_a_chain_of_numbers_is_one_case(nights: Nights) -> None:
    case = nights.case(NIGHTS[2], AGAIN["chain"])
    assert (case["state"], case["opened_on"], case["episode"]) == ("verified", date("09-10"), 1)
    assert [events(nights, n, case["case_uid"]) for n in (1, 2, 3)] == [["rekey"], ["rekey"], []]


@pytest.mark.parametrize("name", ["older", "younger"])
def test_of_two_open_cases_the_older_stays(nights: Nights, name: str) -> None:
    first, second = nights.cases[NIGHTS[2]][str(AGAIN[name]["citizen_number"])]
    assert (first["episode"], first["opened_on"], first["close_reason"]) == (1, date("09-10"), None)
    assert (second["episode"], second["opened_on"], second["close_reason"]) == (2, date("09-17"), "merged")
    assert second["closed_on"] == date("09-24")
    moved = first if name == "older" else second
    assert "rekey" in events(nights, 2, moved["case_uid"])
    assert "close" in events(nights, 2, second["case_uid"])
    # The one that stays goes on by its own state: the school says 辍学.
    assert first["state"] == "verified"


def test_closed_cases_move_too_and_episodes_go_on(nights: Nights) -> None:
    child = str(person(80)["citizen_number"])
    first, second = nights.cases[NIGHTS[3]][child]
    assert (first["close_reason"], second["state"]) == ("not_substantiated", "verified")
    assert (first["case_id"], second["case_id"]) == (f"{first['child_key']}-1", f"{first['child_key']}-2")
    assert events(nights, 2, first["case_uid"]) == ["rekey"]
    assert events(nights, 3, first["case_uid"]) == ["rekey"]
    assert second["relapse"] is False


def test_tables_of_the_last_night_keep_their_keys(nights: Nights) -> None:
    province = nights.province.run("2025-10-21", ALL)
    rows = province.rows("restricted.events")
    keys = {(r["case_id"], r["event"], r["on_date"]) for r in rows}
    assert len(keys) == len(rows)
    cases = province.rows("restricted.cases")
    assert len({c["case_id"] for c in cases}) == len(cases)
    assert {r["case_id"] for r in rows} == {c["case_id"] for c in cases}
    known = {r["child_key"] for r in province.rows("restricted.children")}
    assert {c["child_key"] for c in cases if c["state"] != "closed"} <= known


def test_actions_under_the_new_number_go_on_with_the_case(nights: Nights) -> None:
    uid = nights.case(NIGHTS[-1], AGAIN["corrected"])["case_uid"]
    assert [a["record_number"] for a in nights.province.rows("ledger.case_action", case_uid=uid)] == ["访2"]
