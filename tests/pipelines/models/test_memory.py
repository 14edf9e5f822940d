"""Memory (spec 3.3): who stays in the universe without a row of tonight, as what, and when memory ends."""

from __future__ import annotations

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import Row, unnumbered

NEW_REGISTER = "2025-05-25"
MAY, JUNE, AUTUMN, GRACE, AFTER = "2025-05-30", "2025-06-01", "2025-09-20", "2025-10-01", "2025-10-02"
scenario = Scenarios("2025-05-20", MAY, JUNE, AUTUMN, GRACE, AFTER)
GONE = ("out_of_school", "vanished", NEW_REGISTER)


def said(found: dict, who: Row | str) -> tuple[str, str | None, str | None] | None:
    """Status, category and evidence date; None for a child that is not in the universe."""
    row = found.get(who if isinstance(who, str) else who["citizen_number"])
    if row is None:
        return None
    return row["status"], row["category"], row["evidence_on"].isoformat() if row["evidence_on"] else None


def pupil(given: Given, **changes: object) -> Row:
    """A pupil of the register of 1 May; the one of 25 May has only a classmate."""
    kid = given.person(1)
    given.put("enrolment", kid, on="2025-05-01", **changes)
    given.put("enrolment", given.person(3), on=NEW_REGISTER)
    return kid


@scenario
def a_pupil_whose_row_is_gone_has_vanished(given):
    kid = pupil(given, grade=7)
    assert said((yield), kid) == ("in_school", None, None)
    found = yield
    assert said(found, kid) == GONE
    row = found[kid["citizen_number"]]
    assert (row["school_code"], row["grade"], row["match_tier"]) == (given.school, 7, None)
    assert said((yield), kid) == GONE


@scenario
def the_first_delivery_without_the_row_is_the_evidence(given):
    kid = pupil(given)
    given.put("enrolment", given.person(3), on="2025-05-22")
    yield
    assert said((yield), kid) == ("out_of_school", "vanished", "2025-05-22")


@scenario
def a_child_without_a_student_number_vanishes_too(given):
    kid = pupil(given, student_number=None)
    given.put("enrolment", kid, on="2025-05-18", student_number=None)
    yield
    assert said((yield), kid) == GONE


@scenario
def a_child_without_any_number_is_remembered_by_its_name(given):
    kid = unnumbered(given.person(1))
    given.put("enrolment", kid, on="2025-05-01", student_number=None)
    given.put("enrolment", given.person(3), on=NEW_REGISTER)
    (key,) = yield
    assert key.startswith("X")
    assert said((yield), key) == GONE


@scenario
def in_the_holidays_the_last_word_stands(given):
    kid = given.person(1)
    given.put("enrolment", kid, on="2025-05-01")
    for _ in range(6):
        assert said((yield), kid) == ("in_school", None, None)


@scenario
def a_suspended_pupil_vanishes(given):
    kid = pupil(given, enrolment_status="休学", suspended_until="2025-12-31")
    assert said((yield), kid) == ("suspended", None, None)
    assert said((yield), kid) == GONE


@scenario
def who_dropped_out_stays_so(given):
    kid = pupil(given, enrolment_status="辍学", status_date="2025-04-14")
    yield
    for _ in range(5):
        assert said((yield), kid) == ("out_of_school", "dropped_out", "2025-04-14")


@scenario
def who_was_transferred_is_lost_after_the_grace(given):
    kid = pupil(given, enrolment_status="转出", status_date="2025-05-02")
    yield
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("out_of_school", "transfer_lost", "2025-05-02")


@scenario
def a_remembered_exit_of_the_summer_waits_for_the_autumn(given):
    kid = given.person(1)
    given.put("enrolment", kid, on="2025-05-01", enrolment_status="转出", status_date="2025-06-01")
    given.put("enrolment", given.person(3), on="2025-09-05")
    for _ in range(3):
        yield
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("out_of_school", "transfer_lost", "2025-06-01")


@scenario
def a_leaver_of_grade_nine_is_presumed_graduated_from_june_on(given):
    kid = pupil(given, grade=9)
    yield
    assert said((yield), kid) == GONE
    found = yield
    assert said(found, kid) == ("graduated", None, None)
    assert found[kid["citizen_number"]]["flags"] == "graduation_presumed"
    assert said((yield), kid) is None


@scenario
def a_leaver_of_grade_six_waits_for_the_next_school(given):
    kid = pupil(given, grade=6)
    yield
    assert said((yield), kid) == GONE
    for _ in (JUNE, AUTUMN, GRACE):
        assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("out_of_school", "transfer_lost", None)


@scenario
def of_an_earlier_school_year_in_any_month(given):
    """The old register stays in force until September: its rows are of the old school year."""
    kid, leaver = given.person(1), given.person(2)
    given.put("enrolment", kid, on="2025-05-01", grade=9)
    given.put("enrolment", leaver, on="2025-05-01", grade=6)
    given.put("enrolment", given.person(3), on="2025-09-22")
    for _ in range(4):
        assert said((yield), kid) == ("in_school", None, None)
    found = yield
    assert (said(found, kid), said(found, leaver)) == (("graduated", None, None), ("transfer_pending", None, None))


@scenario
def graduation_once_seen_is_kept(given):
    """A leaver of grade 9 is seen again in grade 9, then drops out: graduated he was."""
    kid = pupil(given, grade=9, enrolment_status="毕业")
    given.put("registry", kid, on="2025-05-01")
    assert said((yield), kid) == ("graduated", None, None)
    assert said((yield), kid) == ("graduated", None, None)
    given.put("enrolment", kid, on="2025-05-31", grade=9)
    assert said((yield), kid) == ("in_school", None, None)
    given.put("enrolment", kid, on="2025-09-10", grade=9, enrolment_status="辍学", status_date="2025-09-09")
    assert said((yield), kid) == ("graduated", None, None)


@scenario.each(
    deceased=("死亡", "deceased"),
    emigrated=("出国", "emigrated"),
)
def memory_ends(given, status, expected):
    kid = pupil(given, enrolment_status=status)
    assert said((yield), kid) == (expected, None, None)
    assert said((yield), kid) is None


@scenario
def memory_that_ended_stays_ended(given):
    """A slip of the registry ended it; corrected, the child is one without any row in the register."""
    kid = pupil(given)
    given.put("registry", kid, registry_status="出国(境)", on="2025-05-01")
    assert said((yield), kid) == ("emigrated", None, None)
    assert said((yield), kid) == ("emigrated", None, None)
    given.put("registry", kid, on="2025-05-31")
    assert said((yield), kid) == ("out_of_school", "never_enrolled", None)
    assert said((yield), kid) == ("out_of_school", "never_enrolled", None)


@scenario
def a_remembered_child_does_not_move_away(given):
    kid = pupil(given)
    given.put("registry", kid, on="2025-05-01")
    yield
    given.put("registry", kid, on="2025-05-25", registry_status="注销")
    assert said((yield), kid) == GONE


@scenario
def a_registry_row_that_moved_gives_thirty_days(given):
    kid = pupil(given)
    yield
    given.put("registry", kid, on="2025-05-25", registry_status="迁出", status_date="2025-05-02")
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == ("transfer_pending", None, None)
    assert said((yield), kid) == GONE


@scenario
def a_roll_shows_a_remembered_child(given):
    kid = pupil(given)
    yield
    given.put("in_school", kid, roll_date="2025-05-26", on="2025-05-27")
    found = yield
    assert said(found, kid) == ("in_school", None, None)
    assert found[kid["citizen_number"]]["flags"] == "no_enrolment"


@scenario
def a_look_up_finds_a_remembered_child(given):
    """Nothing else speaks of it tonight: no registry row, no listing."""
    kid = pupil(given)
    yield
    given.put("lookup", kid, lookup_date="2025-05-28", on="2025-05-29")
    assert said((yield), kid) == ("enrolled_elsewhere", None, None)


@scenario
def an_approval_places_a_remembered_child(given):
    kid = pupil(given)
    yield
    given.ask(
        kid, "安置", "送教上门", on="2025-05-28", action_date="2025-05-27", approval={"action_date": "2025-05-28"}
    )
    assert said((yield), kid) == ("placed", None, None)


@scenario
def a_verification_refutes_the_case_of_a_remembered_child(given):
    kid = pupil(given)
    yield
    assert said((yield), kid) == GONE
    given.act(
        kid, action_type="核查", result="不属实", action_date="2025-05-31", evidence_number="证1", on="2025-06-01"
    )
    yield
    (case,) = given.province.rows("ledger.case_state", child_id=kid["citizen_number"])
    assert case["close_reason"] == "not_substantiated"


@scenario
def groups_are_remembered(given):
    kid = pupil(given, migrant=True, disability_type="听力残疾", left_behind="单亲留守儿童")
    given.put("poverty", kid, on="2025-05-01")
    yield
    given.put("poverty", given.person(3), on=NEW_REGISTER)
    row = (yield)[kid["citizen_number"]]
    assert [row[c] for c in ("poor", "migrant", "disabled", "left_behind")] == [True, True, True, True]


@scenario
def tonights_rows_say_who_is_poor(given):
    """The child still has a registry row: the poverty list of tonight counts, not the remembered one."""
    kid = pupil(given)
    given.put("registry", kid, on="2025-05-01")
    given.put("poverty", kid, on="2025-05-01")
    assert (yield)[kid["citizen_number"]]["poor"]
    given.put("poverty", given.person(3), on=NEW_REGISTER)
    assert not (yield)[kid["citizen_number"]]["poor"]


@scenario
def a_pupil_stays_in_the_universe_beyond_its_age(given):
    """19 years old since 25 May, and still in the register."""
    kid = given.person(1, birth="2006-05-25")
    stranger = given.person(2, birth="2006-05-25")
    given.put("enrolment", kid, on="2025-05-01", grade=9)
    given.put("enrolment", kid, on=NEW_REGISTER, grade=9)
    given.put("enrolment", stranger, on=NEW_REGISTER, grade=9)
    yield
    yield
    assert given.province.verdict(kid)["status"] == "in_school"
    assert given.province.rows("status.verdict", child_id=stranger["citizen_number"]) == []


@scenario
def a_row_that_comes_back_is_the_childs(given):
    kid = pupil(given)
    yield
    assert said((yield), kid) == GONE
    given.put("enrolment", kid, on="2025-05-31")
    assert said((yield), kid) == ("in_school", None, None)


test_story = scenario.test()
