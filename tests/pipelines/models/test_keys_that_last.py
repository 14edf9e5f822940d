"""Re-keying (spec 3.2, keys that last): a child of an earlier night found under another number."""

from __future__ import annotations

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import Row, unnumbered

FIRST_NIGHT, SECOND_NIGHT = "2025-09-10", "2025-09-20"
scenario = Scenarios(FIRST_NIGHT, SECOND_NIGHT)


def rekeyed(given: Given) -> list[tuple]:
    """(old child_id, new child_id) of tonight."""
    frame = given.province.read(
        "select r.old_child_id, r.child_id from matching.rekey as r inner join matching.child as c "
        "on r.child_id = c.child_id where c.birth_date between $born and $born + 1 order by all",
        {"born": given.born},
    )
    return frame.rows()


def out(given: Given, who: Row, **changes: object) -> None:
    """A pupil who dropped out, on the first night."""
    given.put("enrolment", who, **({"enrolment_status": "辍学", "status_date": "2025-09-03"} | changes))


@scenario
def a_number_comes_to_a_child_without_one(given):
    kid = given.person(1)
    out(given, unnumbered(kid), student_number=f"L{given.code}1")
    (old,) = yield
    assert old.startswith("X")
    out(given, kid, on="2025-09-15")
    (new,) = yield
    assert (new, rekeyed(given)) == (kid["citizen_number"], [(old, new)])
    (case,) = given.province.rows("ledger.case_state", child_id=new)
    assert (case["opened_on"].isoformat(), case["episode"]) == (FIRST_NIGHT, 1)


@scenario
def not_to_two_with_the_same_hash(given):
    kid = given.person(1)
    out(given, unnumbered(kid), student_number=f"L{given.code}1")
    yield
    out(given, kid, on="2025-09-15")
    out(
        given,
        {**kid, "citizen_number": given.person(2)["citizen_number"]},
        on="2025-09-15",
        school_code=given.new_school(),
    )
    yield
    assert rekeyed(given) == []


@scenario
def not_while_somebody_still_answers_to_the_old_key(given):
    kid = given.person(1)
    out(given, unnumbered(kid), student_number=f"L{given.code}1")
    yield
    out(given, unnumbered(kid), student_number=f"L{given.code}1", on="2025-09-15")
    out(given, kid, on="2025-09-15", school_code=given.new_school())
    yield
    assert rekeyed(given) == []


@scenario
def a_corrected_number_is_known_by_the_student_number(given):
    kid, corrected = given.person(1), {**given.person(1), "citizen_number": given.person(2)["citizen_number"]}
    out(given, kid, student_number=f"L{given.code}1")
    yield
    out(given, corrected, student_number=f"L{given.code}1", on="2025-09-15")
    (new,) = yield
    assert rekeyed(given) == [(kid["citizen_number"], corrected["citizen_number"])]
    (case,) = given.province.rows("ledger.case_state", child_id=new)
    assert case["opened_on"].isoformat() == FIRST_NIGHT


@scenario
def a_damaged_number_is_repaired(given):
    """The row had no valid number and another name: another hash, the same student number."""
    kid = given.person(1)
    given.put("registry", kid)
    out(given, {**unnumbered(kid), "name": f"{kid['name']}别"}, student_number=f"L{given.code}1")
    assert len((yield)) == 2
    out(given, kid, student_number=f"L{given.code}1", on="2025-09-15")
    (new,) = yield
    assert new == kid["citizen_number"]


@scenario.each(
    same=({}, True),
    other_household=({"household_number": "H2"}, False),
    other_name=({"name": "别名"}, False),
    other_birth=({"birth_date": "later"}, False),
)
def a_corrected_number_is_known_by_household_name_and_birth(given, change, known):
    kid, corrected = given.person(1), {**given.person(1), "citizen_number": given.person(2)["citizen_number"]}
    if change.get("birth_date"):
        change = {"birth_date": given.born.replace(day=given.born.day + 1)}
    given.put("enrolment", given.person(3))  # the register is in force: who is not in it is never enrolled
    given.put("registry", kid, household_number="H1")
    assert (yield)[kid["citizen_number"]]["category"] == "never_enrolled"
    given.put("registry", corrected, on="2025-09-15", **({"household_number": "H1"} | change))
    new = corrected["citizen_number"]
    assert new in (yield)
    assert rekeyed(given) == ([(kid["citizen_number"], new)] if known else [])


@scenario
def of_two_open_cases_the_older_stays(given):
    """The second night finds the two children to be one: one case goes on, the other is merged."""
    kid, corrected = given.person(1), {**given.person(1), "citizen_number": given.person(2)["citizen_number"]}
    out(given, kid, student_number=f"L{given.code}1")
    out(given, corrected, student_number=f"L{given.code}2", school_code=given.new_school())
    assert len((yield)) == 2
    out(given, corrected, student_number=f"L{given.code}1", on="2025-09-15")
    (new,) = yield
    assert new == corrected["citizen_number"]
    merged = given.province.rows("ledger.case_state", child_id=new)
    assert sorted((str(c["state"]), str(c["close_reason"])) for c in merged) == [
        ("closed", "merged"),
        ("verified", "None"),
    ]
    assert sorted(c["episode"] for c in merged) == [1, 2]


test_story = scenario.test()
