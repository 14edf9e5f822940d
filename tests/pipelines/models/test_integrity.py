"""Alarms (spec 5.8): each sounds where it should, keeps silent where it must, and says when it cannot judge."""

from __future__ import annotations

import pytest

from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    PRIMARY,
    SECOND_PRIMARY,
    SECOND_TOWN,
    TOWN,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    absence_row,
    action_row,
    change_row,
    enrolment_row,
    person,
    registry_row,
    report_row,
    request_rows,
    school_days,
    verification_row,
)

Row = tuple[int | None, int | None, bool | None]


def alarm(made: Province, unit: str, measure: str, month: str) -> Row | None:
    """Value, base, warned of a unit's alarm before anything is suppressed; None without a row."""
    found = made.rows("indicators.integrity", unit_code=unit, measure=measure, month=month)
    return (found[0]["value"], found[0]["base"], found[0]["warned"]) if found else None


def published(made: Province, unit: str, measure: str, month: str) -> tuple:
    row = made.one("published.integrity", unit_code=unit, measure=measure, month=month)
    return row["value"], row["base"], row["warned"], row["suppressed"]


def reports(school: str, first: str, last: str) -> list[dict]:
    days = school_days(first, last, without=[f"2025-10-{d:02}" for d in range(1, 9)])
    return [report_row(school_code=school, report_date=d) for d in days]


@pytest.fixture(scope="module")
def quiet() -> Province:
    """Absences of October, none in November, for four schools; of whom only some report."""
    made = Province()
    days = school_days("2025-10-13", "2025-10-31")
    first = [absence_row(person(1), absence_date=d) for d in days[::3]]  # five days, never three in a row
    second = [absence_row(person(2), absence_date=d, school_code=SECOND_PRIMARY) for d in days[::4]]  # four
    made.add("enrolment", *(enrolment_row(person(i)) for i in (1, 5)), on="2025-08-25")
    made.add("enrolment", enrolment_row(person(2), school_code=SECOND_PRIMARY), on="2025-08-25", more="")
    other = [absence_row(person(3), absence_date=d, school_code=OTHER_PRIMARY) for d in days[::3]]
    nowhere = [absence_row(person(4), absence_date=d, school_code=UNKNOWN_SCHOOL) for d in days]
    excused = [absence_row(person(5), absence_date=d, absence_reason="事假") for d in days[1::3]]
    made.add("absence", *first, *second, *nowhere, *excused, on="2025-10-31")
    made.add("absence", *other, on="2025-10-31", code="990122")
    made.add("daily_report", *reports(PRIMARY, "2025-11-03", "2025-11-28"), on="2025-11-28")
    made.add("daily_report", *reports(OTHER_PRIMARY, "2025-11-24", "2025-11-28"), on="2025-11-28", code="990122")
    return made


def test_silence_after_noise(quiet: Province) -> None:
    quiet.run("2025-11-30", ALL)
    # Four weeks of reports and nothing: somebody should look.
    assert alarm(quiet, PRIMARY, "zero_after_nonzero", "2025-11") == (0, 5, True)
    assert alarm(quiet, TOWN, "zero_after_nonzero", "2025-11") == (0, 5, True)
    # Four days are fewer than five.
    assert alarm(quiet, SECOND_PRIMARY, "zero_after_nonzero", "2025-11") == (0, 4, False)
    assert alarm(quiet, COUNTY, "zero_after_nonzero", "2025-11") == (0, 9, True)
    # One week of reports: a school that says nothing has said no zero.
    assert alarm(quiet, OTHER_PRIMARY, "zero_after_nonzero", "2025-11") == (0, 5, None)
    assert alarm(quiet, COUNTY, "zero_after_nonzero", "2025-10") == (9, 0, False)


def test_a_month_that_is_not_over_is_not_judged(quiet: Province) -> None:
    quiet.run("2025-11-29", ALL)
    assert alarm(quiet, PRIMARY, "zero_after_nonzero", "2025-11") == (0, 5, None)
    quiet.run("2025-12-05", ALL)
    assert alarm(quiet, PRIMARY, "zero_after_nonzero", "2025-11") == (0, 5, True)
    assert {row["month"] for row in quiet.rows("published.integrity")} == {"2025-11"}


def test_a_new_case_is_no_silence() -> None:
    made = Province()
    lives = Lives(made)
    lives.pupil(person(1), "2025-08-25")
    lives.pupil(person(2), "2025-08-25")
    lives.pupil(person(2), "2025-11-05", enrolment_status="辍学", status_date="2025-11-04")
    lives.deliver()
    days = school_days("2025-10-13", "2025-10-31")[::3]
    made.add("absence", *(absence_row(person(1), absence_date=d) for d in days), on="2025-10-31")
    made.add("daily_report", *reports(PRIMARY, "2025-11-03", "2025-11-28"), on="2025-11-28")
    made.night("2025-11-10", ALL)
    made.run("2025-11-30", ALL)
    assert alarm(made, PRIMARY, "zero_after_nonzero", "2025-11") == (1, 5, False)
    assert published(made, PRIMARY, "zero_after_nonzero", "2025-11") == (None, None, None, True)
    made.close()


@pytest.fixture(scope="module")
def closings() -> dict[str, Province]:
    """Nine cases opened in September: one closed in early October, seven on its last days; three opened again."""
    made = Province()
    lives = Lives(made)
    kids = {serial: person(serial) for serial in range(1, 10)}
    for serial in range(1, 10):
        lives.resident(kids[serial])
    lives.pupil(person(50), "2025-08-25")
    lives.pupil(kids[1], "2025-10-05")  # never enrolled, now found
    for serial in range(2, 9):
        lives.pupil(kids[serial], "2025-10-28")
    for serial in (2, 3, 4):
        lives.pupil(kids[serial], "2025-11-10", enrolment_status="辍学", status_date="2025-11-08")
    lives.pupil(kids[5], "2025-12-20", enrolment_status="辍学", status_date="2025-12-18")  # after 30 days: a new story
    lives.deliver()
    for night in ("2025-10-02", "2025-10-06", "2025-10-29", "2025-11-12"):
        made.night(night, ALL)
    return {"made": made}


def test_closings_of_the_last_three_days(closings: dict[str, Province]) -> None:
    made = closings["made"]
    assert alarm(made, COUNTY, "closings_bunched", "2025-10") == (7, 8, True)
    assert alarm(made, COUNTY, "closings_bunched", "2025-11") is None


def test_closings_undone(closings: dict[str, Province]) -> None:
    made = closings["made"]
    assert alarm(made, COUNTY, "closings_undone", "2025-10") == (3, 8, True)
    row = made.one("published.integrity", unit_code=COUNTY, measure="closings_undone", month="2025-10")
    assert (row["unit_level"], row["value"], row["fact"], row["suppressed"]) == ("county", 3, None, False)


def test_later_than_thirty_days_is_not_undone(closings: dict[str, Province]) -> None:
    made = closings["made"]
    made.engine.execute("begin transaction")
    made.run("2025-12-22", ALL)
    undone = [r for r in made.rows("indicators.integrity_fact", fact="closing_undone") if r["unit_code"] == COUNTY]
    made.engine.execute("rollback")
    assert [(r["month"], r["times"]) for r in undone] == [("2025-10", 3)]


def test_one_paper_for_three_children() -> None:
    made = Province()
    made.add("registry", *(registry_row(person(i)) for i in range(1, 7)), on="2025-08-25")
    made.add("enrolment", *(enrolment_row(person(i)) for i in (1, 2)), on="2025-08-25")
    for i in range(1, 6):
        rows = request_rows(
            person(i),
            f"R{i}",
            "安置",
            "送教上门",
            action_date="2025-09-20" if i == 1 else "2025-11-05",
            approval={"action_date": "2025-11-10"},
            evidence_number="证甲" if i <= 3 else f"证{i}",
        )
        made.add("case_action", *rows, on="2025-11-11", more=str(i))
    # Not approved: stands for nobody.
    made.add(
        "case_action",
        action_row(person(6), "R6", action_type="安置", action_kind="送教上门", evidence_number="证4"),
        on="2025-11-11",
    )
    made.run("2025-11-20", ALL)
    # 证甲 is of three children, one of them in September; child 2 is at the school, the others at their township.
    assert alarm(made, COUNTY, "evidence_reused", "2025-11") == (3, 4, True)
    assert alarm(made, PRIMARY, "evidence_reused", "2025-11") == (3, 1, True)
    assert published(made, PRIMARY, "evidence_reused", "2025-11") == (None, None, None, True)
    assert alarm(made, PRIMARY, "evidence_reused", "2025-10") is None
    made.close()


@pytest.fixture(scope="module")
def shifts() -> Province:
    """A year of two counties; in November transfers out of the province, sick leave and home teaching jump in one."""
    made = Province()
    kids = [person(i) for i in range(1, 60)]
    rows = [enrolment_row(kid) for kid in kids]
    made.add("enrolment", *rows, on="2025-03-03")
    taught = [row | {"home_teaching": True} if i < 6 else row for i, row in enumerate(rows)]
    made.add("enrolment", *taught, on="2025-11-05")
    made.add("enrolment", *taught, on="2025-11-15")
    away = {"transfer_scope": "跨省"}
    old = [change_row(kids[i], change_date=f"2025-{m:02}-10", **away) for i, m in enumerate((4, 5, 6, 9, 10))]
    within = [change_row(kids[i], change_date="2025-11-02", transfer_scope="县内") for i in range(20, 30)]
    now = [change_row(kids[i], change_date="2025-11-03", **away) for i in range(10, 16)]
    made.add("enrolment_change", *old, *within, *now, on="2025-11-04")
    # The other county reports changes since this month only: there is no past to be measured by.
    strange = [change_row(kids[i], change_date="2025-11-03", school_code=OTHER_PRIMARY, **away) for i in range(40, 50)]
    made.add("enrolment_change", *strange, on="2025-11-04", code="990122")
    sick = [absence_row(kids[30], absence_date="2025-04-10", absence_reason="病假")]
    sick += [absence_row(kids[31], absence_date=f"2025-11-0{d}", absence_reason="病假") for d in (3, 4, 5, 6)]
    made.add("absence", *sick, on="2025-11-07")
    return made.run("2025-11-20", ALL)


def test_exits_that_jump(shifts: Province) -> None:
    # Home teaching: 6 against 0; transfers: 6 against 4 in six months (April is out of them), of which half is 2.
    assert alarm(shifts, COUNTY, "exit_shift", "2025-11") == (6, 0, True)
    row = shifts.one("indicators.integrity", unit_code=COUNTY, measure="exit_shift", month="2025-11")
    assert row["fact"] == "home_teaching"
    shifted = {
        (r["month"], r["fact"]): r["times"]
        for r in shifts.rows("indicators.integrity_fact", unit_code=COUNTY)
        if r["fact"] in ("out_of_province", "sick_leave", "home_teaching")
    }
    assert shifted["2025-11", "out_of_province"] == 6
    assert shifted["2025-11", "sick_leave"] == 4
    assert [shifted[f"2025-{m:02}", "out_of_province"] for m in (4, 5, 6, 9, 10)] == [1] * 5


def test_who_has_no_past_is_not_judged(shifts: Province) -> None:
    assert alarm(shifts, OTHER_COUNTY, "exit_shift", "2025-11") == (10, 0, None)


def test_three_times_the_mean_is_half_the_sum() -> None:
    made = Province()
    kids = [person(i) for i in range(1, 60)]
    made.add("enrolment", *(enrolment_row(kid) for kid in kids), on="2025-03-03")
    past = [change_row(kids[i], change_date="2025-06-10", transfer_scope="跨省") for i in range(12)]
    made.add("enrolment_change", *past, change_row(kids[0], change_date="2025-03-01"), on="2025-06-11")
    now = [change_row(kids[i], change_date="2025-11-03", transfer_scope="跨省") for i in range(20, 26)]
    made.add("enrolment_change", *now, on="2025-11-04")
    made.run("2025-11-20", ALL)
    assert alarm(made, COUNTY, "exit_shift", "2025-11") == (6, 12, False)  # exactly three times the mean of 2
    one_more = change_row(kids[30], change_date="2025-11-03", transfer_scope="跨省")
    made.add("enrolment_change", one_more, on="2025-11-05")
    made.run("2025-11-20", ALL)
    assert alarm(made, COUNTY, "exit_shift", "2025-11") == (7, 12, True)
    assert published(made, PRIMARY, "exit_shift", "2025-11") == (7, 12, True, False)
    made.close()


def test_errors_en_masse() -> None:
    made = Province()
    kids = [person(i) for i in range(1, 20)]
    before = [registry_row(kid) for kid in kids]
    made.add("registry", *before, on="2025-03-03")
    gone = [
        row | {"registry_status": "注销", "status_date": f"2025-11-{i + 1:02}"} if i < 6 else row
        for i, row in enumerate(before)
    ]
    gone[6] = gone[6] | {"registry_status": "注销", "status_date": "2025-07-01"}
    gone[7] = gone[7] | {"household_division": "990121001777", "registry_status": "注销", "status_date": "2025-11-09"}
    made.add("registry", *gone, on="2025-11-12")
    made.run("2025-11-20", ALL)
    assert alarm(made, COUNTY, "errors_en_masse", "2025-11") == (7, 1, True)
    assert alarm(made, TOWN, "errors_en_masse", "2025-11") == (7, 1, True)
    assert alarm(made, SECOND_TOWN, "errors_en_masse", "2025-11") is None
    assert made.rows("published.integrity", unit_code=VILLAGE) == []
    made.close()


def test_not_substantiated_en_masse_wants_half_a_year_of_ledger() -> None:
    made = Province()
    kids = [person(i) for i in range(1, 8)]
    made.add("registry", *(registry_row(kid) for kid in kids), on="2025-08-25")
    made.add("enrolment", enrolment_row(person(50)), on="2025-08-25")
    made.night("2025-10-10", ALL)
    rows = [verification_row(kid, str(i), result="不属实", action_date="2025-10-15") for i, kid in enumerate(kids)]
    made.add("case_action", *rows, on="2025-10-16")
    made.night("2025-10-20", ALL)
    assert alarm(made, COUNTY, "errors_en_masse", "2025-10") == (7, 0, None)
    made.engine.execute("update ledger.run set night = '2025-03-01' where night = '2025-10-10'")
    made.run("2025-10-20", ("indicators", "published"))
    assert alarm(made, COUNTY, "errors_en_masse", "2025-10") == (7, 0, True)
    made.close()


def test_returns_on_paper_are_asked_about() -> None:
    made = Province()
    lives = Lives(made)
    for serial in range(1, 7):
        lives.resident(person(serial))
        lives.pupil(person(serial), "2025-08-25", enrolment_status="辍学", status_date="2025-09-05")
    lives.deliver()
    made.add("case_action", action_row(person(1), "1", action_type="复学", result="成功"), on="2025-09-12")
    made.night("2025-09-10", ALL)
    made.run("2025-09-16", ALL)
    assert published(made, COUNTY, "paper_returns", "2025-09") == (1, 6, True, False)
    # One child in a school: the alarm is told, the numbers are not.
    assert published(made, PRIMARY, "paper_returns", "2025-09") == (None, None, None, True)
    seen = made.one("restricted.integrity_alarms", unit_code=PRIMARY, measure="paper_returns", month="2025-09")
    assert seen["warned"], "those who look see it"
    made.close()
