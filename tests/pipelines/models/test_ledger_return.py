"""Confirmed return (spec 4.2, 防止空挂学籍): how many reported school days, from when on, and who confirms nobody."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives, Nights
from tests.pipelines.models.support import (
    OTHER_PRIMARY,
    PRIMARY,
    SECOND_PRIMARY,
    Province,
    absence_row,
    person,
    report_row,
    roll_row,
    school_days,
)

# Pupils come back with the delivery of Saturday 13 September: r is the 14th where the night of the 15th saw it first.
NIGHTS = ["2025-09-10", "2025-09-15", "2025-09-19", "2025-09-21", "2025-09-23", "2025-09-27", "2025-09-30"]
STORIES = {
    # 15-19 September are five reported days
    "returns": "verified ~ returned ~ ~ ~ ~",
    # 状态日期 17 September: (17th, …] wants 18, 19, 22, 23, 24
    "late_status_date": "verified ~ ~ ~ ~ returned ~",
    # 旷课 on the 18th lies among the last five reported days until 25 September is reported
    "absent_once": "verified ~ ~ ~ ~ returned ~",
    "excused": "verified ~ returned ~ ~ ~ ~",
    "absent_at_another_school": "verified ~ returned ~ ~ ~ ~",
    "silent_school": "verified ~ ~ ~ ~ ~ ~",
    # reports on days that are no school days count for nothing
    "weekend_reports": "verified ~ ~ ~ ~ ~ ~",
    # out again on the night of the 19th: the spell begins anew with the 21st
    "broken_spell": "verified ~ ~ ~ ~ returned ~",
    "by_roll": "verified ~ returned ~ ~ ~ ~",
    # one of the five days is reported by an absence row of somebody else alone, no daily report
    "reported_by_absence": "verified ~ ~ ~ ~ returned ~",
}
WHO = {name: person(serial + 1) for serial, name in enumerate(STORIES)}
SCHOOL = {
    "silent_school": SECOND_PRIMARY,
    "weekend_reports": "2199000021",
    "reported_by_absence": "2199000031",
}


@pytest.fixture(scope="module")
def nights() -> Nights:
    province = Province()
    more = [
        {"school_code": code, "school_name": code, "division_code": "990121001001", "school_type": "小学"}
        for code in ("2199000021", "2199000031")
    ]
    province.add("school", *more, on="2024-08-20", code="990121")
    lives = Lives(province)
    for name, who in WHO.items():
        school = SCHOOL.get(name, PRIMARY)
        out = {"enrolment_status": "辍学", "status_date": "2025-09-05", "school_code": school}
        back = {"school_code": school, "status_date": "2025-09-13"}
        lives.resident(who)
        lives.pupil(who, "2025-08-25", **out)
        if name != "by_roll":
            lives.pupil(who, "2025-09-13", **back)
        if name == "late_status_date":
            lives.pupil(who, "2025-09-13", **back | {"status_date": "2025-09-17"})
        if name == "broken_spell":
            lives.pupil(who, "2025-09-18", **out)
            lives.pupil(who, "2025-09-20", **back)
    lives.deliver()
    by_roll = WHO["by_roll"]
    province.add("in_school", roll_row(by_roll, roll_date="2025-09-12"), on="2025-09-13")
    # Other pupils of the school are not named in the roll: they are tested by it as long as no later 状态日期 stands.
    days = school_days("2025-09-08", "2025-09-30")
    province.add("daily_report", *(report_row(report_date=d) for d in days), on="2025-09-30", more="_a")
    for night in NIGHTS:
        known = [d for d in days if d <= night]
        province.add("daily_report", *(report_row(report_date=d) for d in known), on=night)
    weekend = ["2025-09-13", "2025-09-14", "2025-09-20", "2025-09-21", "2025-09-15", "2025-09-16"]
    rows = [report_row(school_code="2199000021", report_date=d) for d in weekend]
    province.add("daily_report", *rows, on="2025-09-15", more="_b")
    partly = [
        d for d in days if d not in ("2025-09-16", "2025-09-17", "2025-09-18", "2025-09-22", "2025-09-24", "2025-09-25")
    ]
    for night in NIGHTS:
        rows = [report_row(school_code="2199000031", report_date=d) for d in partly if d <= night]
        province.add("daily_report", *rows, on=night, more="_c")
    somebody = person(90)
    province.add(
        "absence",
        absence_row(WHO["absent_once"], absence_date="2025-09-18"),
        absence_row(WHO["excused"], absence_date="2025-09-18", absence_reason="病假"),
        absence_row(WHO["absent_at_another_school"], absence_date="2025-09-18", school_code=OTHER_PRIMARY),
        absence_row(somebody, absence_date="2025-09-22", school_code="2199000031"),
        on="2025-09-19",
    )
    return Nights(province, NIGHTS)


@pytest.mark.parametrize("name", STORIES)
def test_story(nights: Nights, name: str) -> None:
    words = STORIES[name].split()
    expected = [next(w for w in reversed(words[: i + 1]) if w != "~") for i in range(len(words))]
    assert nights.story(WHO[name]) == expected


def test_pending_is_said_and_the_first_night_of_the_spell_kept(nights: Nights) -> None:
    case = nights.case("2025-09-15", WHO["silent_school"])
    assert (case["sub_state"], str(case["return_seen_on"])) == ("return_pending", "2025-09-15")
    assert str(nights.case("2025-09-30", WHO["silent_school"])["return_seen_on"]) == "2025-09-15"
    broken = [nights.case(night, WHO["broken_spell"]) for night in NIGHTS[1:4]]
    assert [c["sub_state"] for c in broken] == ["return_pending", None, "return_pending"]
    assert [str(c["return_seen_on"]) for c in broken] == ["2025-09-15", "None", "2025-09-21"]


def test_a_child_by_roll_alone_is_confirmed_by_the_school_of_the_roll(nights: Nights) -> None:
    verdict = nights.verdicts["2025-09-15"][str(WHO["by_roll"]["citizen_number"])]
    assert (verdict["status"], verdict["by_roll"], verdict["return_school"]) == ("in_school", True, PRIMARY)
