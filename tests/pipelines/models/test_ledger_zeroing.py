"""Balance and zero by unit (spec 4.3), the place of a case (4.1), lists that stand on the ledger (4.6, 5.5, 6.1)."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_TOWN,
    PREFECTURE,
    PRIMARY,
    PROVINCE,
    SECOND_TOWN,
    TOWN,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    action_row,
    assistance_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    roll_row,
    verification_row,
)

OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
PLACES = {
    # name → (registry row, enrolment row, other rows, place of the case)
    "active": ({}, OUT | {"school_code": OTHER_PRIMARY}, None, VILLAGE),
    "inactive": ({"registry_status": "注销"}, OUT | {"school_code": OTHER_PRIMARY}, None, OTHER_TOWN),
    "no_registry": (None, OUT, None, TOWN),
    "reporting_unit": (None, OUT | {"school_code": NINE_YEAR}, None, CITY_UNIT),
    "unknown_school": (None, OUT | {"school_code": UNKNOWN_SCHOOL}, None, COUNTY),
    "unknown_school_listed": (None, OUT | {"school_code": UNKNOWN_SCHOOL}, "assistance", COUNTY),
    "listed": (None, None, "assistance", SECOND_TOWN),
    "listed_with_registry": ({}, None, "assistance", VILLAGE),
    "by_roll": (None, None, "in_school", TOWN),
    "unknown_village": ({"household_division": "990121001777"}, None, None, "990121001777"),
}
WHO = {name: person(i + 1) for i, name in enumerate(PLACES)}


@pytest.fixture(scope="module")
def places() -> Province:
    made = Province()
    for name, (registry, enrolment, other, _) in PLACES.items():
        who = WHO[name]
        if registry is not None:
            made.add("registry", registry_row(who, **registry), on="2025-08-25")
        if enrolment is not None:
            made.add("enrolment", enrolment_row(who, **enrolment), on="2025-09-05", code="990121")
        if other == "assistance":
            made.add("assistance", assistance_row(who, division_code=SECOND_TOWN), on="2025-08-25")
        if other == "in_school":
            made.add("in_school", roll_row(who, present=False), on="2025-09-05")
    made.add(
        "enrolment", enrolment_row(WHO["reporting_unit"], **OUT, school_code=NINE_YEAR), on="2025-09-05", code="990190"
    )
    made.add("enrolment", on="2025-09-05", code="990122")
    foreign = [enrolment_row(WHO[n], **OUT, school_code=OTHER_PRIMARY) for n in ("active", "inactive")]
    made.add("enrolment", *foreign, on="2025-09-05", code="990122")
    return made.run("2025-10-10", ALL)


@pytest.mark.parametrize("name", PLACES)
def test_place_of_a_case(places: Province, name: str) -> None:
    case = places.one("ledger.case_state", child_id=WHO[name]["citizen_number"])
    assert case["place_division"] == PLACES[name][3]


def test_a_village_nobody_knows_counts_in_its_township(places: Province) -> None:
    uid = places.one("ledger.case_state", child_id=WHO["unknown_village"]["citizen_number"])["case_uid"]
    place = places.one("ledger.case_place", case_uid=uid)
    assert (place["village_code"], place["township_code"], place["county_code"]) == (None, TOWN, COUNTY)


def test_units_above_hold_the_sum(places: Province) -> None:
    rows = {r["unit_code"]: r for r in places.rows("indicators.zeroing", line="household", group_name="all")}
    assert rows[PROVINCE]["open_at_end"] == rows[PREFECTURE]["open_at_end"] == len(PLACES)
    assert [rows[u]["open_at_end"] for u in (COUNTY, OTHER_COUNTY, CITY_UNIT)] == [8, 1, 1]
    assert [rows[u]["open_at_end"] for u in (TOWN, SECOND_TOWN, VILLAGE)] == [5, 1, 2]
    school = {r["unit_code"]: r for r in places.rows("indicators.zeroing", line="school", group_name="all")}
    assert [school[u]["open_at_end"] for u in (PRIMARY, OTHER_PRIMARY, NINE_YEAR)] == [1, 2, 1]
    assert [school[u]["open_at_end"] for u in (PROVINCE, COUNTY, OTHER_COUNTY, CITY_UNIT)] == [4, 1, 2, 1]
    assert len(rows) == places.engine.count("core.division")


def test_a_parent_that_is_not_listed_breaks_no_sum() -> None:
    made = Province()
    orphan = {"division_code": "990121009001", "division_name": "孤村", "parent_code": "990121009000"}
    made.add("division", orphan, on="2024-08-20", code="990121")
    made.add("registry", registry_row(person(1), household_division="990121009001"), on="2025-08-25")
    made.add("enrolment", enrolment_row(person(2)), on="2025-09-05")
    made.run("2025-10-10", ALL)
    rows = {r["unit_code"]: r for r in made.rows("indicators.zeroing", line="household", group_name="all")}
    assert rows["990121009001"]["parent_code"] == COUNTY
    assert [rows[u]["open_at_end"] for u in ("990121009001", COUNTY, PROVINCE)] == [1, 1, 1]


@pytest.fixture(scope="module")
def balance() -> dict[str, Province | dict]:
    """Nights: a relapse, a merge-free balance, zero lost and won; what each published."""
    made = Province()
    lives = Lives(made)
    back, suspect, poor = person(1), person(2), person(3)
    for who in (back, suspect, poor):
        lives.resident(who)
    lives.pupil(person(50), "2025-08-25")
    lives.pupil(back, "2025-08-25", **OUT)
    lives.pupil(back, "2025-09-13", status_date="2025-09-12")
    lives.pupil(back, "2025-10-08", enrolment_status="辍学", status_date="2025-10-06")
    lives.pupil(poor, "2025-10-08", enrolment_status="辍学", status_date="2025-10-05")
    lives.pupil(suspect, "2025-09-26")
    lives.deliver()
    made.add("poverty", poverty_row(poor), on="2025-08-25")
    made.add("poverty", poverty_row(person(50)), on="2025-10-14")
    days = [f"2025-09-{d}" for d in (15, 16, 17, 18, 19, 22, 23)]
    made.add("daily_report", *(report_row(report_date=d) for d in days), on="2025-09-23")
    held = verification_row(poor, "否", result="不属实", action_date="2025-09-09")
    made.add("case_action", held, on="2025-09-09")
    kept: dict[str, dict] = {}
    for night in ("2025-09-10", "2025-09-17", "2025-09-18", "2025-09-24", "2025-09-30", "2025-10-12"):
        made.night(night, ALL)
        kept[night] = {
            (r["unit_code"], r["line"], r["group"]): r
            for r in made.rows("published.zeroing")
            if r["unit_level"] != "village"
        } | {"closures": made.rows("published.closures", unit_code=PROVINCE, line="household")}
    return {"province": made, **kept}


def county(balance: dict, night: str, group: str = "all", unit: str = COUNTY, line: str = "household") -> dict:
    return balance[night][unit, line, group]


@pytest.mark.parametrize(
    ("night", "numbers"),
    [
        # start, opened, relapsed, closed, end, suspected, verified
        ("2025-09-10", (0, 2, 0, 0, 2, 1, 1)),
        ("2025-09-17", (2, 0, 0, 0, 2, 1, 1)),
        ("2025-09-24", (2, 0, 0, 1, 1, 1, 0)),
        ("2025-09-30", (1, 0, 0, 1, 0, 0, 0)),
        ("2025-10-12", (0, 1, 1, 0, 2, 0, 2)),
    ],
)
def test_balance(balance: dict, night: str, numbers: tuple) -> None:
    columns = ("open_at_start", "opened", "relapsed", "closed", "open_at_end", "suspected_open", "verified_open")
    assert tuple(county(balance, night)[c] for c in columns) == numbers


def test_zero_and_its_spell(balance: dict) -> None:
    # Nobody verified, the suspected past its deadline: not at zero. The night after the return nobody is open.
    assert [county(balance, n)["zeroed"] for n in ("2025-09-10", "2025-09-24")] == [False, False]
    last = county(balance, "2025-09-30")
    assert (last["zeroed"], str(last["zeroed_since"]), last["days_since_zero"]) == (True, "2025-09-30", 0)
    assert county(balance, "2025-10-12")["zeroed"] is False
    # The other county is at zero from the first night on, the skipped nights are no gap.
    other = county(balance, "2025-10-12", unit=OTHER_COUNTY)
    assert (str(other["zeroed_since"]), other["days_since_zero"]) == ("2025-09-10", 32)
    # The poor are at zero until one of them drops out.
    assert county(balance, "2025-09-30", "poor")["days_since_zero"] == 20
    assert county(balance, "2025-10-12", "poor")["zeroed"] is False


def test_a_group_is_fixed_at_opening(balance: dict) -> None:
    made = balance["province"]
    made.run("2025-10-15", ALL)
    case = made.one("ledger.case_state", child_id=person(3)["citizen_number"])
    child = made.one("status.child", child_id=person(3)["citizen_number"])
    assert (case["poor"], child["poor"]) == (True, False)
    assert case["opened_on"].isoformat() == "2025-10-12"


def test_clearance_and_closures(balance: dict) -> None:
    row = county(balance, "2025-09-24")
    assert (row["ever_opened"], row["ever_closed"], str(row["clearance_rate"])) == (2, 1, "50.00")
    assert county(balance, "2025-09-10", unit=OTHER_COUNTY)["clearance_rate"] is None
    # One of two closed as returned, nobody relapsed (spec 5.5); no closing, no rate.
    assert str(row["relapse_rate"]) == "0.00"
    assert str(row["median_days_to_close"]) == "14.00"
    untouched = county(balance, "2025-09-10", unit=OTHER_COUNTY)
    assert (untouched["relapse_rate"], untouched["median_days_to_close"]) == (None, None)
    reasons = {r["close_reason"]: r for r in balance["2025-09-30"]["closures"]}
    assert {k: (r["closed_today"], r["closed_to_date"]) for k, r in reasons.items()} == {
        "returned": (0, 1),
        "found_enrolled": (1, 1),
    }


def test_ministrys_six_numbers(balance: dict) -> None:
    made = balance["province"]
    made.run("2025-09-30", ALL)
    row = made.one("published.monthly_six", unit_code=PROVINCE, stage="primary")
    assert (row["month"], row["suspected"], row["verified"], row["returned"]) == ("2025-09", 0, 0, 1)
    made.run("2025-10-12", ALL)
    row = made.one("published.monthly_six", unit_code=PROVINCE, stage="primary")
    assert (row["month"], row["verified"], row["returned"]) == ("2025-10", 2, 0)


@pytest.fixture(scope="module")
def lists() -> Province:
    """Three-way agreement, returns on paper, look-ups wanted."""
    made = Province()
    kids = [person(i) for i in range(1, 9)]
    lives = Lives(made)
    for who in kids:
        lives.resident(who)
    for who in kids[:3]:
        lives.pupil(who, "2025-08-25", **OUT)
    lives.pupil(kids[0], "2025-09-13", status_date="2025-09-12")
    lives.pupil(kids[7], "2025-08-25", **OUT)
    lives.gone("enrolment", kids[7], "2025-09-13")
    lives.deliver()
    made.add(
        "department_list",
        *(listed_row(who) for who in (kids[1], kids[3])),
        *(listed_row(who, department="乡村振兴") for who in (kids[1], kids[2], kids[4])),
        listed_row(kids[5], list_status="疑似辍学"),
        listed_row(kids[6], department="民政"),
        on="2025-09-01",
    )
    made.add("daily_report", report_row(report_date="2025-09-15"), on="2025-09-15")
    made.add("case_action", action_row(kids[1], "1", action_type="复学", result="成功"), on="2025-09-12")
    made.add("case_action", action_row(kids[2], "2", action_type="复学"), on="2025-09-12", more="_2")
    made.add(
        "lookup",
        lookup_row(kids[4], lookup_date="2025-01-10"),
        lookup_row(kids[5], lookup_date="2025-01-10", province="示例省"),
        lookup_row(kids[6], lookup_date="2025-09-01", lookup_result="无记录", province=None),
        on="2025-09-02",
    )
    made.night("2025-09-10", ALL)
    return made.run("2025-09-16", ALL)


def key(made: Province, serial: int) -> str:
    return made.one("matching.child", child_id=person(serial)["citizen_number"])["child_key"]


def test_three_way(lists: Province) -> None:
    regions = {r["child_key"]: r["region"] for r in lists.rows("restricted.three_way_children", county=COUNTY)}
    assert regions == {
        key(lists, 1): "ledger_only",
        key(lists, 2): "common",
        key(lists, 3): "poverty_ledger",
        key(lists, 4): "education_only",
        key(lists, 5): "poverty_only",
        key(lists, 8): "ledger_only",
    }
    row = lists.one("published.three_way", unit_code=COUNTY)
    assert (row["education"], row["poverty_office"], row["ledger"], row["common"], row["agreed"]) == (2, 3, 4, 1, False)
    assert lists.one("published.three_way", unit_code=OTHER_COUNTY)["agreed"] is True


def test_returns_on_paper(lists: Province) -> None:
    found = {(r["child_key"], r["reason"]) for r in lists.rows("restricted.paper_returns")}
    assert found == {(key(lists, 1), "full_attendance"), (key(lists, 2), "claimed_return")}


def test_look_ups_wanted(lists: Province) -> None:
    routes = {r["child_key"]: r["route"] for r in lists.rows("restricted.lookup_requests")}
    # 1 sits in school, 7 was looked up this month; found in this province is not found elsewhere; 8 is remembered
    assert routes == {
        key(lists, 2): "in_province",
        key(lists, 3): "in_province",
        key(lists, 4): "no_record",
        key(lists, 5): "other_province",
        key(lists, 6): "no_record",
        key(lists, 8): "in_province",
    }


def test_gaps_of_responsibility_are_named_once_per_office(lists: Province) -> None:
    gaps = {(r["role"], r["unit_code"]): r["cases"] for r in lists.rows("restricted.responsibility_gaps")}
    assert gaps["县长", COUNTY] == 8
    assert gaps["校长", PRIMARY] == 4
    assert ("校长", OTHER_PRIMARY) not in gaps
