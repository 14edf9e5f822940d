"""In school in fact (spec 3.4): absence streaks over weekends and holidays, roll call and its grace, silence."""

from __future__ import annotations

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import Row, roll_row

SUNDAY = "2025-09-14"
absence = Scenarios(SUNDAY)


def absent(given: Given, who: Row, *days: str, **changes: object) -> None:
    for missed in days:
        given.put("absence", who, absence_date=missed, on="2025-09-14", **changes)


def pupil(given: Given, **changes: object) -> Row:
    kid = given.person(1)
    given.put("enrolment", kid, **changes)
    return kid


def said(found: dict, who: Row) -> tuple[str, str | None, str | None]:
    """Status, category and evidence date of a child tonight."""
    row = found[who["citizen_number"]]
    return row["status"], row["category"], row["evidence_on"].isoformat() if row["evidence_on"] else None


IN_SCHOOL = ("in_school", None, None)


def long_absent(last_day: str) -> tuple[str, str, str]:
    return "suspected_absent", "long_absent", last_day


@absence.each(
    three_days=(("2025-09-10", "2025-09-11", "2025-09-12"), long_absent("2025-09-12")),
    two_days=(("2025-09-11", "2025-09-12"), IN_SCHOOL),
    over_a_weekend=(("2025-09-04", "2025-09-05", "2025-09-08"), long_absent("2025-09-08")),
    a_day_in_between=(("2025-09-09", "2025-09-11", "2025-09-12"), IN_SCHOOL),
    a_saturday_is_no_school_day=(("2025-09-11", "2025-09-12", "2025-09-13"), IN_SCHOOL),
    three_days_and_a_saturday=(("2025-09-10", "2025-09-11", "2025-09-12", "2025-09-13"), long_absent("2025-09-12")),
    before_the_term=(("2025-08-29", "2025-09-01", "2025-09-02"), IN_SCHOOL),
    first_days_of_term=(("2025-09-01", "2025-09-02", "2025-09-03"), long_absent("2025-09-03")),
)
def consecutive_school_days(given, days, expected):
    kid = pupil(given)
    absent(given, kid, *days)
    assert said((yield), kid) == expected


@absence
def unknown_reasons_count(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12", absence_reason="不明")
    assert said((yield), kid) == long_absent("2025-09-12")


@absence.each(
    first=(("2025-09-10",), IN_SCHOOL),
    last=(("2025-09-12",), IN_SCHOOL),
    before=(("2025-09-09",), long_absent("2025-09-12")),
)
def an_excused_day_breaks_the_streak(given, excused, expected):
    kid = pupil(given)
    days = {"2025-09-10", "2025-09-11", "2025-09-12"} - set(excused)
    absent(given, kid, *sorted(days))
    absent(given, kid, *excused, absence_reason="病假")
    assert said((yield), kid) == expected


@absence
def a_later_report_without_the_child_ends_it(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-09", "2025-09-10", "2025-09-11")
    given.report("2025-09-12", on="2025-09-14")
    assert said((yield), kid) == IN_SCHOOL


@absence
def a_report_of_another_child_is_one_too(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-09", "2025-09-10", "2025-09-11")
    absent(given, given.person(2), "2025-09-12", absence_reason="病假")
    assert said((yield), kid) == IN_SCHOOL


@absence
def a_report_of_a_weekend_ends_nothing(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12")
    given.report("2025-09-13", "2025-09-14", on="2025-09-14")
    assert said((yield), kid) == long_absent("2025-09-12")


@absence
def only_the_school_of_the_register_speaks(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12", school_code=given.new_school())
    assert said((yield), kid) == IN_SCHOOL


@absence
def home_teaching_has_no_absences_and_no_roll(given):
    kid = pupil(given, home_teaching=True)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12")
    given.put("in_school", given.person(2))
    assert said((yield), kid) == IN_SCHOOL


@absence
def days_after_the_night_are_not_seen(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-11", "2025-09-12", "2025-09-15")
    assert said((yield), kid) == IN_SCHOOL


@absence
def a_correction_replaces_the_day(given):
    kid = pupil(given)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12")
    given.put("absence", kid, absence_date="2025-09-11", absence_reason="事假", on="2025-09-14", more="_更正")
    assert said((yield), kid) == IN_SCHOOL


@absence
def a_day_delivered_again_keeps_its_first_delivery(given):
    kid = pupil(given)
    for on in ("2025-09-12", "2025-09-14"):
        for missed in ("2025-09-10", "2025-09-11", "2025-09-12"):
            given.put("absence", kid, absence_date=missed, on=on)
    assert said((yield), kid) == long_absent("2025-09-12")
    row_id = given.province.verdict(kid)["evidence_row_id"]
    (delivery,) = given.province.rows("core.delivery", delivery_order=row_id // 2**32)
    assert delivery["delivered_on"].isoformat() == "2025-09-12"


@absence
def absence_is_looked_at_before_the_roll(given):
    kid = pupil(given)
    given.put("in_school", given.person(2), on="2025-09-05")
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12")
    assert said((yield), kid) == long_absent("2025-09-12")


@absence
def the_county_has_its_own_terms(given):
    given.calendar(("2025-2026", "学期", "2025-09-11", "2026-01-20", "秋季学期"))
    kid = pupil(given)
    absent(given, kid, "2025-09-10", "2025-09-11", "2025-09-12")
    assert said((yield), kid) == IN_SCHOOL


holidays = Scenarios("2025-10-12")


@holidays.each(
    over_the_holidays=(("2025-09-30", "2025-10-09", "2025-10-10"), long_absent("2025-10-10")),
    a_saturday_made_up=(("2025-10-09", "2025-10-10", "2025-10-11"), long_absent("2025-10-11")),
    without_the_saturday=(("2025-10-09", "2025-10-10"), IN_SCHOOL),
    a_sunday_made_up=(("2025-09-26", "2025-09-28", "2025-09-29"), long_absent("2025-09-29")),
    without_that_sunday=(("2025-09-26", "2025-09-27", "2025-09-29", "2025-09-30"), IN_SCHOOL),
    inside_the_holidays=(("2025-10-06", "2025-10-07", "2025-10-08"), IN_SCHOOL),
)
def holidays_and_made_up_days(given, days, expected):
    kid = pupil(given)
    for missed in days:
        given.put("absence", kid, absence_date=missed, on="2025-10-12")
    assert said((yield), kid) == expected


@holidays
def holidays_of_all_levels_apply_together(given):
    given.calendar(("2025-2026", "放假", "2025-10-09", "2025-10-09", "地方节日"))
    kid = pupil(given)
    for missed in ("2025-09-29", "2025-09-30", "2025-10-10"):
        given.put("absence", kid, absence_date=missed, on="2025-10-12")
    assert said((yield), kid) == long_absent("2025-10-10")


roll = Scenarios("2025-09-20")
MISSING = ("suspected_absent", "not_at_roll_call", "2025-09-03")


def called(given: Given, who: Row | None = None, **changes: object) -> None:
    """The roll of the story's school: a classmate, and the child as told."""
    given.put("in_school", given.person(3), on="2025-09-05")
    if who is not None:
        given.put("in_school", who, on="2025-09-05", **changes)


@roll
def missing_on_the_roll(given):
    kid = pupil(given)
    called(given)
    assert said((yield), kid) == MISSING


@roll
def on_the_roll_as_absent(given):
    kid = pupil(given)
    called(given, kid, present=False)
    assert said((yield), kid) == MISSING


@roll
def on_the_roll(given):
    kid = pupil(given)
    called(given, kid)
    assert said((yield), kid) == IN_SCHOOL


@roll
def a_school_without_a_roll_says_nothing(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), school_code=given.new_school(), on="2025-09-05")
    assert said((yield), kid) == IN_SCHOOL


@roll.each(
    before=("2025-09-02", MISSING),
    same_day=("2025-09-03", IN_SCHOOL),
    after=("2025-09-04", IN_SCHOOL),
    no_date=(None, MISSING),
)
def a_row_of_the_register_as_new_as_the_roll_stands(given, status_date, expected):
    kid = pupil(given, status_date=status_date)
    called(given)
    assert said((yield), kid) == expected


@roll
def in_school_on_another_roll(given):
    kid = pupil(given)
    called(given, kid, present=False)
    given.put("in_school", kid, school_code=given.new_school(), on="2025-09-05")
    assert said((yield), kid) == IN_SCHOOL


@roll
def the_latest_day_of_roll_call_counts_not_the_latest_delivery(given):
    kid = pupil(given)
    called(given)
    given.put("in_school", kid, roll_date="2025-09-02", on="2025-09-15")
    assert said((yield), kid) == MISSING


@roll
def a_newer_roll_replaces_the_older(given):
    kid = pupil(given)
    called(given, kid)
    given.put("in_school", given.person(3), roll_date="2025-09-12", on="2025-09-15")
    assert said((yield), kid) == ("suspected_absent", "not_at_roll_call", "2025-09-12")


@roll
def a_roll_of_tomorrow_is_not_seen(given):
    kid = pupil(given)
    called(given, kid)
    given.put("in_school", given.person(3), roll_date="2025-09-21", on="2025-09-20")
    assert said((yield), kid) == IN_SCHOOL


@roll
def of_one_day_the_newer_delivery_counts(given):
    kid = pupil(given)
    called(given)
    given.put("in_school", kid, on="2025-09-15")
    assert said((yield), kid) == IN_SCHOOL


@roll
def of_one_day_and_delivery_date_the_narrower_code_counts(given):
    kid = pupil(given)
    row = roll_row(given.person(3), school_code=given.school)
    given.province.add("in_school", row, on="2025-09-05", code="990100", more=f"_{given.code}")
    given.put("in_school", kid, on="2025-09-05")
    assert said((yield), kid) == IN_SCHOOL


@roll
def senior_pupils_make_no_roll(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), grade=10)
    assert said((yield), kid) == IN_SCHOOL


@roll
def a_roll_shows_one_of_two_schools(given):
    """Without a row in the register: in school where the roll has the child."""
    kid, school = given.person(1), given.new_school()
    given.put("enrolment", given.person(2))
    given.put("in_school", kid, school_code=school)
    found = yield
    assert said(found, kid) == IN_SCHOOL
    assert (found[kid["citizen_number"]]["flags"], found[kid["citizen_number"]]["return_school"]) == (
        "no_enrolment",
        school,
    )


# The autumn term began on 1 September: a roll of June is in force for 30 days, and held for a case it opened.
grace = Scenarios("2025-10-01", "2025-10-02", "2025-10-06")
HELD = ("suspected_absent", "not_at_roll_call", "2025-06-10")


@grace
def an_old_roll_counts_thirty_days_into_a_new_term(given):
    kid = given.person(1)
    given.put("enrolment", given.person(2))
    given.put("in_school", kid, roll_date="2025-06-10")
    assert said((yield), kid) == IN_SCHOOL
    assert said((yield), kid) == ("out_of_school", "never_enrolled", None)


@grace
def a_roll_of_the_first_day_of_term_stays_in_force(given):
    kid = given.person(1)
    given.put("in_school", kid, roll_date="2025-09-01", on="2025-09-05")
    for _ in range(3):
        assert said((yield), kid) == IN_SCHOOL


@grace
def the_roll_that_opened_a_case_is_held(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), roll_date="2025-06-10")
    for _ in range(3):
        assert said((yield), kid) == HELD


@grace
def until_a_later_roll_shows_the_child(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), roll_date="2025-06-10")
    for _ in range(2):
        assert said((yield), kid) == HELD
    given.put("in_school", kid, roll_date="2025-10-05", on="2025-10-05")
    assert said((yield), kid) == IN_SCHOOL


@grace
def or_a_later_row_of_the_register_comes(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), roll_date="2025-06-10")
    for _ in range(2):
        assert said((yield), kid) == HELD
    given.put("enrolment", kid, status_date="2025-06-11", on="2025-10-05")
    assert said((yield), kid) == IN_SCHOOL


@grace
def or_another_school_shows_it(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), roll_date="2025-06-10")
    for _ in range(2):
        assert said((yield), kid) == HELD
    given.put("in_school", kid, school_code=given.new_school(), roll_date="2025-10-05", on="2025-10-05")
    assert said((yield), kid) == IN_SCHOOL


@grace
def a_later_roll_without_the_child_is_the_new_evidence(given):
    kid = pupil(given)
    given.put("in_school", given.person(3), roll_date="2025-06-10")
    for _ in range(2):
        assert said((yield), kid) == HELD
    given.put("in_school", given.person(3), roll_date="2025-10-05", on="2025-10-05")
    assert said((yield), kid) == ("suspected_absent", "not_at_roll_call", "2025-10-05")


test_absence = absence.test()
test_holidays = holidays.test()
test_roll = roll.test()
test_grace = grace.test()
