"""Memory (spec 3.3): what stays of a child whose enrolment row is gone, and when memory ends."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives, Nights
from tests.pipelines.models.support import (
    JUNIOR,
    Province,
    change_row,
    disability_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    request_rows,
)

# name → status and category night by night; None: not in the universe.
NIGHTS = ["2025-08-30", "2025-09-10", "2025-10-01", "2025-10-02", "2025-11-05"]
OUT = "out_of_school"
STORIES = {
    "vanished": ["in_school", f"{OUT}/vanished", "~", "~", "~"],
    "vanished_suspended": ["suspended", f"{OUT}/vanished", "~", "~", "~"],
    "dropped": [f"{OUT}/dropped_out", "~", "~", "~", "~"],
    # line 10 first, by the remembered date: 15 July counts from the autumn term's first day
    "transferred": ["transfer_pending", "~", "~", f"{OUT}/transfer_lost", "~"],
    "leaver_junior": ["in_school", "graduated", "~", "~", "~"],
    "leaver_primary": ["in_school", "transfer_pending", "~", f"{OUT}/transfer_lost", "~"],
    # never enrolled counts only without memory
    "slip_of_death": ["deceased", "~", f"{OUT}/never_enrolled", "~", "~"],
    "graduated_then_back": ["graduated", "in_school", "graduated", "~", "~"],
    "elsewhere": ["in_school", "enrolled_elsewhere", "~", "~", "~"],
    "elsewhere_no_row": ["in_school", "enrolled_elsewhere", "~", "~", "~"],
    "placed_no_row": ["in_school", "placed", "~", "~", "~"],
    "dead_no_row": ["in_school", "deceased", None, None, None],
    "no_row_at_all": ["in_school", f"{OUT}/vanished", "~", "~", "~"],
    "back": ["in_school", f"{OUT}/vanished", "in_school", "~", "~"],
}
WHO = {name: person(serial + 1) for serial, name in enumerate(STORIES)}
WHO |= {
    "leaver_junior": person(101, "2010-03-01"),
    "placed_no_row": person(102, "2011-03-01"),
    "graduated_then_back": person(103, "2010-10-01"),
    "leaver_primary": person(104, "2013-03-01"),
}
ROWS: dict[str, dict] = {
    "vanished_suspended": {
        "enrolment_status": "休学",
        "status_date": "2025-05-01",
        "suspended_until": "2026-05-01",
    },
    "dropped": {"enrolment_status": "辍学", "status_date": "2025-06-20"},
    "transferred": {"enrolment_status": "转出", "status_date": "2025-07-15"},
    "leaver_junior": {"grade": 9, "school_code": JUNIOR},
    "leaver_primary": {"grade": 6},
    "graduated_then_back": {
        "grade": 9,
        "school_code": JUNIOR,
        "enrolment_status": "毕业",
        "status_date": "2025-06-30",
    },
    "placed_no_row": {"grade": 8, "school_code": JUNIOR},
}
NO_REGISTRY = ("elsewhere_no_row", "placed_no_row", "dead_no_row", "no_row_at_all")


@pytest.fixture(scope="module")
def nights() -> Nights:
    province = Province()
    lives = Lives(province)
    for name, who in WHO.items():
        if name not in NO_REGISTRY:
            lives.resident(who, "2025-08-25")
        lives.pupil(who, "2025-08-25", **ROWS.get(name, {}))
        lives.gone("enrolment", who, "2025-09-05")
    lives.pupil(person(200), "2025-08-25")
    slip = WHO["slip_of_death"]
    lives.resident(slip, "2025-08-25", registry_status="死亡", status_date="2025-08-01")
    lives.resident(slip, "2025-09-25")
    lives.pupil(WHO["graduated_then_back"], "2025-09-05", grade=9, school_code=JUNIOR, status_date="2025-09-01")
    lives.gone("enrolment", WHO["graduated_then_back"], "2025-09-25")
    lives.pupil(WHO["back"], "2025-09-25", status_date="2025-09-20")
    province.add("lookup", lookup_row(WHO["elsewhere"]), lookup_row(WHO["elsewhere_no_row"]), on="2025-09-09")
    actions = request_rows(WHO["placed_no_row"], "安1", "安置", "职业学校")
    province.add("case_action", *actions, on="2025-09-09")
    # A change finds the child by its number although no row of tonight has it.
    dead = change_row(WHO["dead_no_row"], change_type="死亡", change_date="2025-09-06")
    province.add("enrolment_change", dead, on="2025-09-09")
    vanished = WHO["vanished"]
    province.add("poverty", poverty_row(WHO["no_row_at_all"]), poverty_row(vanished), on="2025-08-25")
    province.add("poverty", poverty_row(person(200)), on="2025-09-05")
    province.add("disability", disability_row(person(200)), on="2025-08-25")
    lives.deliver()
    return Nights(province, NIGHTS)


@pytest.mark.parametrize("name", STORIES)
def test_story(nights: Nights, name: str) -> None:
    expected: list[str | None] = []
    for word in STORIES[name]:
        expected.append(expected[-1] if word == "~" else word)
    found = []
    for night in NIGHTS:
        verdict = nights.verdicts[night].get(str(WHO[name]["citizen_number"]))
        if verdict is None:
            found.append(None)
        else:
            found.append("/".join(w for w in (verdict["status"], verdict["category"]) if w))
    assert found == expected


def test_school_and_stage_are_the_remembered_ones(nights: Nights) -> None:
    case = nights.case(NIGHTS[1], WHO["vanished"])
    assert (case["school_code"], case["stage"], case["category"]) == ("2199000001", "primary", "vanished")
    verdict = nights.verdicts[NIGHTS[1]][str(WHO["vanished"]["citizen_number"])]
    assert str(verdict["evidence_on"]) == "2025-09-05"
    lost = nights.case(NIGHTS[3], WHO["leaver_primary"])
    assert (lost["stage"], str(lost["dropped_on"])) == ("primary", "2025-10-02")


def test_groups_are_remembered_only_where_nothing_is_said(nights: Nights) -> None:
    assert nights.case(NIGHTS[1], WHO["no_row_at_all"])["poor"] is True
    # The registry names the child tonight and the poverty list does not.
    assert nights.case(NIGHTS[1], WHO["vanished"])["poor"] is False


def test_presumption_of_graduation_is_said_once(nights: Nights) -> None:
    flags = [nights.verdicts[night][str(WHO["leaver_junior"]["citizen_number"])]["flags"] for night in NIGHTS[1:3]]
    assert flags == ["graduation_presumed", None]


def test_a_remembered_child_grows_old_in_the_universe() -> None:
    province = Province()
    old = person(1, "2006-09-20")
    stranger = person(2, "2006-09-20")
    rows = [{"who": old}, {"who": stranger}]
    lives = Lives(province)
    lives.pupil(rows[0]["who"], "2025-08-25", grade=9, school_code=JUNIOR)
    lives.say("registry", "2025-08-25", "old", registry_row(old))
    lives.deliver()
    province.night("2025-09-10")
    province.add("department_list", listed_row(stranger), on="2025-09-21")
    province.night("2025-09-22")
    child = province.one("status.child", child_id=old["citizen_number"])
    assert (str(child["birth_date"]), province.verdict(old)["status"]) == ("2006-09-20", "in_school")  # 19
    assert province.rows("status.child", child_id=stranger["citizen_number"]) == []
