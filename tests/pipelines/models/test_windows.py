"""Days of grace and windows that end in the holidays (spec 3.3): nobody drops out in the holidays."""

from __future__ import annotations

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import UNKNOWN_SCHOOL, Row

LATE_AUTUMN = ("2025-2026", "学期", "2025-09-10", "2026-01-20", "秋季学期")


def status(given: Given, who: Row) -> str:
    """Tonight's status, with the category where there is one."""
    verdict = given.province.verdict(who)
    return verdict["category"] or verdict["status"]


# 1 October is 30 days after 1 September, 10 October 30 days after the county's own first day.
autumn = Scenarios("2025-10-01", "2025-10-02", "2025-10-10", "2025-10-11")
PENDING_TO_SECOND = ["transfer_pending", "transfer_lost", "transfer_lost", "transfer_lost"]
PENDING_TO_THIRD = ["transfer_pending", "transfer_pending", "transfer_pending", "transfer_lost"]


@autumn.each(
    last_day_of_may=("2025-05-31", ["transfer_lost"] * 4),
    first_of_june=("2025-06-01", PENDING_TO_SECOND),
    in_august=("2025-08-31", PENDING_TO_SECOND),
    first_day_of_term=("2025-09-01", PENDING_TO_SECOND),
    second_day_of_term=("2025-09-02", ["transfer_pending", "transfer_pending", "transfer_lost", "transfer_lost"]),
)
def a_transfer_in_the_summer_counts_from_the_autumn_term(given, exit_on, expected):
    kid = given.person(1)
    given.put("enrolment", kid, enrolment_status="转出", status_date=exit_on)
    for wanted in expected:
        yield
        assert status(given, kid) == wanted


@autumn.each(
    in_august=("2025-08-20",),
    before_the_late_term=("2025-09-09",),
    its_first_day=("2025-09-10",),
)
def the_autumn_term_is_that_of_the_old_schools_county(given, exit_on):
    given.calendar(LATE_AUTUMN)
    kid = given.person(1)
    given.put("enrolment", kid, enrolment_status="毕业", grade=6, status_date=exit_on)
    for wanted in PENDING_TO_THIRD:
        yield
        assert status(given, kid) == wanted


@autumn
def without_a_known_county_it_begins_on_the_first_of_september(given):
    kid = given.person(1)
    given.put("enrolment", kid, enrolment_status="转出", status_date="2025-06-30", school_code=UNKNOWN_SCHOOL)
    for wanted in PENDING_TO_SECOND:
        yield
        assert status(given, kid) == wanted


@autumn.each(
    six=("2019-08-31", ["not_due", "never_enrolled", "never_enrolled", "never_enrolled"], False),
    six_late_term=("2019-08-31", ["not_due", "not_due", "not_due", "never_enrolled"], True),
    seven=("2018-08-31", ["never_enrolled"] * 4, False),
    five=("2019-09-01", ["not_due"] * 4, False),
)
def entry_has_thirty_days_from_the_first_day_of_term(given, birth, expected, late):
    if late:
        given.calendar(LATE_AUTUMN)
    kid = given.person(1, birth=birth)
    given.put("registry", kid)
    given.put("enrolment", given.person(2))
    for wanted in expected:
        yield
        assert status(given, kid) == wanted


@autumn.each(
    this_summer=("2025-08-31", ["not_due", "never_enrolled"]),
    moved_to_the_end_of_the_holidays=("2025-07-20", ["not_due", "never_enrolled"]),
    a_year_ago=("2024-10-01", ["not_due", "never_enrolled"]),
    longer_ago=("2024-09-30", ["never_enrolled", "never_enrolled"]),
)
def a_deferral_that_ended_in_the_last_year_has_them_too(given, end, expected):
    kid = given.person(1, birth="2018-03-01")
    given.put("registry", kid)
    given.put("enrolment", given.person(2))
    given.ask(kid, "延缓入学", "疾病", start_date="2024-09-01", end_date=end)
    for wanted in expected:
        yield
        assert status(given, kid) == wanted


# Winter holidays from 24 January to 1 March 2026; after 10 July 2026 no term is known.
holidays = Scenarios("2026-01-22", "2026-01-31", "2026-03-01", "2026-03-02", "2026-07-31", "2026-08-31", "2026-09-01")


@holidays.each(
    last_day_of_term=("2026-01-23", 1, "2026-01-23"),
    in_the_winter_holidays=("2026-01-30", 3, "2026-03-01"),
    first_day_of_the_holidays=("2026-01-24", 3, "2026-03-01"),
    first_day_of_term=("2026-03-02", 4, "2026-03-02"),
    last_day_of_the_last_term=("2026-07-10", 4, "2026-07-10"),
    in_the_summer_without_a_next_term=("2026-07-20", 6, "2026-08-31"),
)
def a_suspension_ends_with_the_holidays(given, end, nights, evidence):
    kid = given.person(1)
    given.put("enrolment", kid, enrolment_status="休学", suspended_until=end)
    for night in range(7):
        yield
        verdict = given.province.verdict(kid)
        if night < nights:
            assert verdict["status"] == "suspended"
        else:
            assert (verdict["category"], verdict["evidence_on"].isoformat()) == ("suspension_lapsed", evidence)


@holidays.each(
    placement=("安置", "随班就读", "placed", "never_enrolled"),
    deferral=("延缓入学", "疾病", "deferred", "not_due"),
)
def so_do_placements_and_deferrals(given, action_type, kind, expected, next_autumn):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("enrolment", given.person(2))
    given.ask(kid, action_type, kind, end_date="2026-01-30")
    for wanted in [expected] * 3 + ["never_enrolled"] * 3 + [next_autumn]:
        yield
        assert status(given, kid) == wanted


@holidays
def an_open_end_is_open_for_ever(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("enrolment", given.person(2))
    given.ask(kid, "安置", "随班就读")
    for _ in range(7):
        yield
        assert status(given, kid) == "placed"


@holidays
def a_county_with_its_own_winter(given):
    given.calendar(LATE_AUTUMN, ("2025-2026", "学期", "2026-02-10", "2026-07-10", "春季学期"))
    kid = given.person(1)
    given.put("enrolment", kid, enrolment_status="休学", suspended_until="2026-01-30")
    for night in range(7):
        yield
        verdict = given.province.verdict(kid)
        if night < 2:
            assert verdict["status"] == "suspended"
        else:
            assert verdict["evidence_on"].isoformat() == "2026-02-09"


test_autumn = autumn.test()
test_holidays = holidays.test()
