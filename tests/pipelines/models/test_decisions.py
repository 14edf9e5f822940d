"""Reviewers' decisions come before all tiers (spec 3.2): 同一人 links, 不同人 forbids, the latest wins."""

from __future__ import annotations

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import Row, decision_row, unnumbered

# A decision of 1 September, one of the second night; a new register between the two.
scenario = Scenarios("2025-09-10", "2025-09-20")
SAME, DIFFERENT = "同一人", "不同人"


def alias(who: Row) -> Row:
    return {**who, "name": f"{who['name']}别"}


def decide(
    given: Given, first: object, second: object, decision: str = SAME, *, on: str = "2025-09-05", **more: object
) -> None:
    given.records += 1
    given.add("match_decision", decision_row(f"C{given.place}-{given.records}", first, second, decision, **more), on=on)


@scenario
def two_numbers_are_one_child(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("registry", kid)
    given.put("enrolment", other)
    given.put("poverty", other)
    decide(given, other["citizen_number"], kid["citizen_number"])
    (child,) = (yield).values()
    assert (child["child_id"], child["match_tier"], child["poor"]) == (kid["citizen_number"], "decision", True)


@scenario
def a_chain_is_one_child(given):
    first, second, third = (given.person(i) for i in (1, 2, 3))
    given.put("registry", second)
    given.put("enrolment", first)
    given.put("poverty", third)
    decide(given, first["citizen_number"], second["citizen_number"])
    decide(given, second["citizen_number"], third["citizen_number"])
    (child,) = (yield).values()
    assert (child["child_id"], child["status"], child["poor"]) == (second["citizen_number"], "in_school", True)


@scenario
def a_decision_counts_from_its_date_on(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("registry", kid)
    given.put("enrolment", other)
    decide(given, kid["citizen_number"], other["citizen_number"], decided_on="2025-09-11")
    assert len((yield)) == 2
    assert (yield)[kid["citizen_number"]]["match_tier"] == "decision"


@scenario
def the_latest_decision_wins(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("registry", kid)
    given.put("enrolment", other)
    decide(given, kid["citizen_number"], other["citizen_number"], decided_on="2025-09-03")
    decide(given, other["citizen_number"], kid["citizen_number"], DIFFERENT, decided_on="2025-09-12")
    assert set((yield)) == {kid["citizen_number"]}
    assert set((yield)) == {kid["citizen_number"], other["citizen_number"]}


@scenario
def a_decision_is_corrected_under_its_number(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("registry", kid)
    given.put("enrolment", other)
    row = decision_row(f"C{given.place}", kid["citizen_number"], other["citizen_number"])
    given.add("match_decision", row, on="2025-09-05")
    given.add("match_decision", row | {"decision": DIFFERENT}, on="2025-09-12")
    assert set((yield)) == {kid["citizen_number"]}
    assert len((yield)) == 2


@scenario
def rows_named_by_delivery_and_line_are_joined(given):
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("enrolment", alias(unnumbered(kid)), student_number=f"L{given.code}1")
    decide(given, kid["citizen_number"], row)
    (child,) = (yield).values()
    assert (child["match_tier"], child["student_number"]) == ("decision", f"L{given.code}1")


@scenario
def a_decision_outlives_the_delivery_of_the_row_it_names(given):
    """The register comes every month: the row in force with the same student number goes on."""
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("enrolment", alias(unnumbered(kid)), student_number=f"L{given.code}1")
    decide(given, kid["citizen_number"], row)
    assert len((yield)) == 1
    given.put("enrolment", alias(unnumbered(kid)), student_number=f"L{given.code}1", on="2025-09-15")
    (child,) = (yield).values()
    assert child["match_tier"] == "decision"


@scenario
def so_does_one_on_a_registry_row_without_a_number(given):
    kid = given.person(1)
    row = given.put("registry", alias(unnumbered(kid)))
    given.put("enrolment", kid)
    decide(given, row, kid["citizen_number"])
    assert set((yield)) == {kid["citizen_number"]}
    given.put("registry", alias(unnumbered(kid)), on="2025-09-15")
    (child,) = (yield).values()
    assert child["match_tier"] == "decision"


@scenario
def a_named_row_with_a_number_speaks_by_it(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("registry", kid)
    row = given.put("enrolment", other)
    decide(given, kid["citizen_number"], row)
    assert len((yield)) == 1
    given.put("enrolment", other, on="2025-09-15")
    assert len((yield)) == 1


@scenario
def a_child_key_names_a_child_that_was_never_remembered(given):
    """A child of the registry alone has no memory; its key is still its own."""
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("enrolment", alias(unnumbered(kid)), student_number=f"L{given.code}1")
    found = yield
    decide(given, found[kid["citizen_number"]]["child_key"], row, on="2025-09-15", decided_on="2025-09-15")
    (child,) = (yield).values()
    assert child["match_tier"] == "decision"


@scenario
def a_child_key_names_a_child_without_a_number(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("enrolment", alias(unnumbered(kid)), student_number=f"L{given.code}1")
    found = yield
    (nameless,) = (c for c in found.values() if c["number"] is None)
    decide(given, kid["citizen_number"], nameless["child_key"], on="2025-09-15", decided_on="2025-09-15")
    (child,) = (yield).values()
    assert child["match_tier"] == "decision"


@scenario
def a_poverty_row_without_a_number_is_joined(given):
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("poverty", alias(unnumbered(kid)))
    decide(given, row, kid["citizen_number"])
    (child,) = (yield).values()
    assert child["poor"]


@scenario
def persons_without_registry_and_enrolment_rows_are_joined(given):
    kid, other = given.person(1), alias(given.person(2))
    given.put("poverty", kid)
    given.put("disability", other)
    decide(given, kid["citizen_number"], other["citizen_number"])
    (child,) = (yield).values()
    assert (child["poor"], child["disabled"]) == (True, True)


@scenario
def different_persons_are_not_linked_by_a_name(given):
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("enrolment", unnumbered(kid), student_number=f"L{given.code}1")
    decide(given, kid["citizen_number"], row, DIFFERENT, decided_on="2025-09-12")
    assert (yield)[kid["citizen_number"]]["match_tier"] == "name_birth_place"
    assert [c["match_tier"] for c in (yield).values()] == [None, None]


@scenario
def what_is_joined_to_a_person_is_forbidden_with_it(given):
    """A and B are one child; C is not A: the name of B does not bring C in."""
    kid, second = given.person(1), given.person(2)
    given.put("registry", kid)
    given.put("registry", {**kid, "citizen_number": second["citizen_number"]}, household_number="H2")
    row = given.put("enrolment", unnumbered(kid), student_number=f"L{given.code}1")
    decide(given, kid["citizen_number"], second["citizen_number"])
    decide(given, kid["citizen_number"], row, DIFFERENT)
    assert sorted(str(c["match_tier"]) for c in (yield).values()) == ["None", "None"]


@scenario
def a_listing_is_not_linked_against_a_decision(given):
    kid = given.person(1)
    given.put("registry", kid)
    row = given.put("poverty", unnumbered(kid))
    decide(given, row, kid["citizen_number"], DIFFERENT, decided_on="2025-09-12")
    assert (yield)[kid["citizen_number"]]["poor"]
    found = yield
    assert not found[kid["citizen_number"]]["poor"]
    assert len(found) == 2


@scenario
def what_names_nobody_decides_nothing(given):
    kid = given.person(1)
    given.put("registry", kid)
    decide(given, kid["citizen_number"], "2025-01-01/学籍_990121.csv#7")
    decide(given, "0123456789abcdef", kid["citizen_number"])
    assert set((yield)) == {kid["citizen_number"]}


@scenario
def two_rows_of_one_number_are_two_children(given):
    """A pupil under the number of a child of the registry: the registry's keeps it, the pupil is known by name."""
    kid = given.person(1)
    resident = given.put("registry", kid)
    pupil = given.put("enrolment", alias(kid), student_number=f"L{given.code}1")
    decide(given, resident, pupil, DIFFERENT, decided_on="2025-09-12")
    assert set((yield)) == {kid["citizen_number"]}
    children = yield
    child = children.pop(kid["citizen_number"])
    assert (child["status"], child["category"], child["student_number"]) == ("out_of_school", "never_enrolled", None)
    ((child_id, other),) = children.items()
    assert child_id.startswith("X")
    assert (other["status"], other["student_number"], other["flags"]) == ("in_school", f"L{given.code}1", "id_invalid")


@scenario
def a_pupil_of_the_same_name_stays_apart(given):
    kid = given.person(1)
    resident = given.put("registry", kid)
    pupil = given.put("enrolment", kid)
    decide(given, pupil, resident, DIFFERENT)
    assert sorted(child["match_tier"] or "" for child in (yield).values()) == ["", ""]


@scenario
def the_number_stays_away_in_the_next_delivery(given):
    kid = given.person(1)
    given.put("registry", kid)
    pupil = given.put("enrolment", alias(kid), student_number=f"L{given.code}1")
    decide(given, kid["citizen_number"], pupil, DIFFERENT)
    assert len((yield)) == 2
    given.put("enrolment", alias(kid), student_number=f"L{given.code}1", grade=5, on="2025-09-15")
    assert len((yield)) == 2


@scenario
def a_later_decision_brings_them_together_again(given):
    kid = given.person(1)
    resident = given.put("registry", kid)
    pupil = given.put("enrolment", alias(kid), student_number=f"L{given.code}1")
    decide(given, resident, pupil, DIFFERENT, decided_on="2025-09-05")
    decide(given, pupil, resident, SAME, decided_on="2025-09-12")
    assert len((yield)) == 2
    (child,) = (yield).values()
    assert (child["child_id"], child["match_tier"]) == (kid["citizen_number"], "id")


@scenario
def of_two_pupils_the_first_delivered_keeps_the_number(given):
    kid = given.person(1)
    first = given.put("enrolment", kid, student_number=f"L{given.code}1")
    second = given.put("enrolment", alias(kid), student_number=f"L{given.code}2")
    decide(given, second, first, DIFFERENT)
    children = yield
    assert children.pop(kid["citizen_number"])["student_number"] == f"L{given.code}1"
    assert [child["student_number"] for child in children.values()] == [f"L{given.code}2"]


@scenario
def a_pupil_set_apart_can_be_given_its_own_number(given):
    kid, own = given.person(1), given.person(2)
    resident = given.put("registry", kid)
    other = given.put("registry", own)
    pupil = given.put("enrolment", alias(kid), student_number=f"L{given.code}1")
    decide(given, resident, pupil, DIFFERENT)
    decide(given, pupil, other)
    children = yield
    assert children[own["citizen_number"]]["student_number"] == f"L{given.code}1"
    assert children[own["citizen_number"]]["match_tier"] == "decision"
    assert set(children) == {kid["citizen_number"], own["citizen_number"]}


test_story = scenario.test()
