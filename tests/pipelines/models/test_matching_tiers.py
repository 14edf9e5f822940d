"""Who is one person (spec 3.2): each tier, what it must not join, and what is left over."""

from __future__ import annotations

import hashlib

from tests.pipelines.models.scenarios import Given, Scenarios
from tests.pipelines.models.support import OTHER_PRIMARY, UNKNOWN_SCHOOL, Row, enrolment_row, unnumbered

scenario = Scenarios("2025-11-10")


def x_id(who: Row, county: str) -> str:
    """The child_id of somebody without a number, by the words of the specification."""
    text = f"{who['name']}|{who['birth_date']}|{who['sex']}|{county}"
    return "X" + hashlib.sha256(text.encode()).hexdigest()[:16]


def alias(who: Row) -> Row:
    """The same person under another name."""
    return {**who, "name": f"{who['name']}别"}


def same_name(given: Given) -> tuple[Row, Row]:
    """Two persons with two numbers whom name, birth date, sex and county do not tell apart."""
    kid = given.person(1)
    return kid, {**kid, "citizen_number": given.person(2)["citizen_number"]}


@scenario
def rows_of_one_number_are_one_child(given):
    kid = given.person(1)
    for kind in ("registry", "enrolment", "in_school", "poverty", "assistance", "disability", "department_list"):
        given.put(kind, kid)
    given.act(kid)
    (child,) = (yield).values()
    assert (child["child_id"], child["match_tier"]) == (kid["citizen_number"], "id")
    assert (child["poor"], child["assisted"], child["disabled"]) == (True, True, True)


@scenario
def the_number_links_whatever_name_and_place_say(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("enrolment", alias(kid), school_code=UNKNOWN_SCHOOL)
    (child,) = (yield).values()
    assert (child["name"], child["match_tier"]) == (kid["name"], "id")


@scenario
def the_number_inside_a_formal_student_number_links(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("enrolment", alias(unnumbered(kid)), student_number=f"G{kid['citizen_number']}", id_invalid=True)
    (child,) = (yield).values()
    assert (child["match_tier"], child["child_id"]) == ("student_number", kid["citizen_number"])
    assert child["flags"] == "id_invalid"


@scenario.each(L=("L",), J=("J",))
def temporary_student_numbers_say_nothing_of_the_person(given, letter):
    kid = given.person(1)
    pupil = alias(unnumbered(kid))
    given.put("registry", kid)
    given.put("enrolment", pupil, student_number=f"{letter}{kid['citizen_number']}")
    assert set((yield)) == {kid["citizen_number"], x_id(pupil, given.code)}


@scenario
def the_own_number_goes_before_the_one_inside(given):
    kid, other = given.person(1), given.person(2)
    given.put("registry", kid)
    given.put("registry", other)
    given.put("enrolment", alias(kid), student_number=f"G{other['citizen_number']}")
    found = yield
    assert found[kid["citizen_number"]]["match_tier"] == "id"
    assert found[other["citizen_number"]]["match_tier"] is None


@scenario
def name_birth_sex_and_county_link_where_a_number_is_missing(given):
    kid, second = given.person(1), given.person(2)
    given.put("registry", unnumbered(kid))
    given.put("enrolment", kid)
    given.put("registry", second)
    given.put("enrolment", unnumbered(second), student_number="L1")
    found = yield
    assert set(found) == {kid["citizen_number"], second["citizen_number"]}
    assert {c["match_tier"] for c in found.values()} == {"name_birth_place"}


@scenario.each(
    name=({"name": "王别"},),
    birth_date=({"birth": 1},),
    sex=({"sex": "女"},),
    no_sex=({"sex": None},),
    no_place=({"school_code": UNKNOWN_SCHOOL},),
)
def every_part_of_the_key_must_agree(given, change):
    kid = given.person(1)
    if "birth" in change:
        change = {"birth_date": given.born.replace(day=given.born.day + 1)}
    given.put("registry", kid)
    given.put("enrolment", unnumbered(kid), student_number="L1", **change)
    assert [c["match_tier"] for c in (yield).values()] == [None, None]


@scenario
def the_county_of_the_school_must_agree(given):
    kid = given.person(1)
    given.put("registry", kid)
    row = enrolment_row(unnumbered(kid), student_number=f"L{given.place}", school_code=OTHER_PRIMARY)
    given.province.add("enrolment", row, code="990122")
    assert set((yield)) == {kid["citizen_number"], x_id(kid, "990122")}


@scenario
def two_different_numbers_are_never_joined_by_a_name(given):
    kid, other = same_name(given)
    given.put("registry", kid)
    given.put("enrolment", other)
    assert set((yield)) == {kid["citizen_number"], other["citizen_number"]}


@scenario
def two_rows_with_one_key_on_a_side_are_not_joined(given):
    kid, twin = same_name(given)
    given.put("registry", kid)
    given.put("registry", twin)
    given.put("enrolment", unnumbered(kid), student_number="L1")
    assert set((yield)) == {kid["citizen_number"], twin["citizen_number"], x_id(kid, given.code)}


@scenario
def only_rows_that_are_still_unmatched_count(given):
    kid, twin = same_name(given)
    given.put("registry", kid)
    given.put("registry", twin)
    given.put("enrolment", twin)
    given.put("enrolment", unnumbered(kid), student_number="L1")
    found = yield
    assert {i: c["match_tier"] for i, c in found.items()} == {
        kid["citizen_number"]: "name_birth_place",
        twin["citizen_number"]: "id",
    }


@scenario
def twins_with_their_own_names_stay_two(given):
    kid, twin = given.person(1), given.person(2)
    for one in (kid, twin):
        given.put("registry", one, household_number="H")
        given.put("enrolment", unnumbered(one), student_number=f"L{one['name']}")
    found = yield
    assert {c["name"] for c in found.values()} == {kid["name"], twin["name"]}
    assert {c["match_tier"] for c in found.values()} == {"name_birth_place"}


@scenario
def children_without_a_number_that_share_a_name_stay_apart(given):
    kid = unnumbered(given.person(1))
    given.put("enrolment", kid, student_number="L1")
    given.put("enrolment", kid, student_number="L2", school_code=given.new_school())
    found = yield
    own = x_id(kid, given.code)
    assert {i: c["student_number"] for i, c in found.items()} == {own: "L1", f"{own}-2": "L2"}
    assert {c["flags"] for c in found.values()} == {"shared_name"}


@scenario
def a_number_tells_children_of_one_name_apart(given):
    kid = given.person(1)
    given.put("enrolment", kid)
    given.put("enrolment", unnumbered(kid), student_number="L2", school_code=given.new_school())
    found = yield
    assert set(found) == {kid["citizen_number"], x_id(kid, given.code)}
    assert {c["flags"] for c in found.values()} == {None}


REGISTRY = {
    "active": ({"registry_status": "正常"}, {"registry_status": "迁出", "status_date": "2025-10-01"}),
    "latest": ({"status_date": "2025-02-01"}, {"status_date": "2025-01-01"}),
    "dated": ({"status_date": "2025-02-01"}, {"status_date": None}),
    "division": ({}, {"household_division": "second_village"}),
}
ENROLMENT = {
    "active": ({"status_date": None}, {"enrolment_status": "转出", "status_date": "2025-10-01"}),
    "latest": ({"status_date": "2025-02-01"}, {"status_date": "2025-01-01"}),
    "dated": (
        {"enrolment_status": "辍学", "status_date": "2025-02-01"},
        {"enrolment_status": "转出", "status_date": None},
    ),
    "school": ({}, {}),
}


def both_ways(table):
    """Each pair in the order of its rows in the file, and turned."""
    return {f"{n}-{turned}": (*pair, turned) for n, pair in table.items() for turned in (False, True)}


@scenario.each(**both_ways(REGISTRY))
def which_registry_row_is_the_childs(given, first, second, turned):
    kid = given.person(1)
    rows = [("first", first), ("second", second)]
    for name, change in reversed(rows) if turned else rows:
        place = getattr(given, change.get("household_division", "village"))
        given.put("registry", kid, household_number=name, **(change | {"household_division": place}))
    (child,) = (yield).values()
    assert child["household_number"] == "first"


@scenario.each(**both_ways(ENROLMENT))
def which_enrolment_row_is_the_childs(given, first, second, turned):
    kid = given.person(1)
    rows = [("first", first | {"school_code": given.school}), ("second", second | {"school_code": given.new_school()})]
    for name, change in reversed(rows) if turned else rows:
        given.put("enrolment", kid, student_number=name, **change)
    (child,) = (yield).values()
    assert child["student_number"] == "first"


@scenario
def senior_rows_are_never_the_primary_row(given):
    kid = given.person(1)
    given.put("enrolment", kid, grade=10)
    given.put("enrolment", kid, grade=9, enrolment_status="转出")
    (child,) = (yield).values()
    assert (child["grade"], child["senior"]) == (9, True)


@scenario
def a_roll_row_joins_the_pupil_of_its_student_number_and_school(given):
    kid = unnumbered(given.person(1))
    given.put("enrolment", kid, student_number="L1")
    given.put("in_school", alias(kid), student_number="L1")
    (child,) = (yield).values()
    assert (child["child_id"], child["roll_school"]) == (x_id(kid, given.code), given.school)


@scenario
def not_the_pupil_of_another_school(given):
    kid = unnumbered(given.person(1))
    given.put("enrolment", kid, student_number="L1")
    given.put("in_school", alias(kid), student_number="L1", school_code=given.new_school())
    assert set((yield)) == {x_id(kid, given.code), x_id(alias(kid), given.code)}


@scenario
def a_roll_row_joins_by_the_number_inside_its_student_number(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("in_school", alias(unnumbered(kid)), student_number=f"G{kid['citizen_number']}")
    assert set((yield)) == {kid["citizen_number"]}


@scenario
def a_roll_row_joins_by_name_and_county_of_its_school(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("in_school", unnumbered(kid), student_number=None)
    assert set((yield)) == {kid["citizen_number"]}


@scenario
def a_number_on_the_roll_names_the_pupil_of_its_student_number(given):
    """The register has no number, the roll has: rows of other offices with that number are the same child."""
    kid = given.person(1)
    given.put("enrolment", unnumbered(kid), student_number="L1")
    given.put("in_school", kid, student_number="L1")
    given.put("poverty", alias(kid))
    given.put("lookup", kid)
    (child,) = (yield).values()
    assert (child["child_id"], child["poor"]) == (kid["citizen_number"], True)
    assert child["lookup_date"] is not None


@scenario
def listings_join_by_name_but_not_with_another_number(given):
    kid, other = same_name(given)
    given.put("registry", kid)
    given.put("poverty", unnumbered(kid))
    given.put("disability", other)
    found = yield
    assert set(found) == {kid["citizen_number"], other["citizen_number"]}
    assert (found[kid["citizen_number"]]["poor"], found[kid["citizen_number"]]["disabled"]) == (True, False)


@scenario
def two_poverty_rows_of_one_key_join_nobody(given):
    kid = given.person(1)
    given.put("registry", kid)
    given.put("poverty", unnumbered(kid), household_id="1")
    given.put("poverty", unnumbered(kid), household_id="2")
    own = x_id(kid, given.code)
    assert set((yield)) == {kid["citizen_number"], own, f"{own}-2"}


@scenario.each(
    assistance=("assistance", "assistance_type", ("特困", "孤儿")),
    departments=("department_list", "department", ("教育", "民政")),
)
def kinds_with_several_rows_for_a_person_count_them_as_one(given, kind, column, values):
    kid = given.person(1)
    given.put("registry", kid)
    for value in values:
        given.put(kind, unnumbered(kid), **{column: value})
    (child,) = (yield).values()
    assert len(given.province.rows("matching.attached", person=child["person"])) == 2


@scenario
def a_row_without_number_joins_the_numbered_row_of_its_kind(given):
    kid = given.person(1)
    given.put("assistance", kid)
    given.put("assistance", unnumbered(kid), assistance_type="孤儿")
    assert set((yield)) == {kid["citizen_number"]}


@scenario
def rows_with_the_number_of_one_attached_by_name_follow_it(given):
    kid = given.person(1)
    given.put("enrolment", unnumbered(kid), student_number="L1")
    given.put("poverty", kid)
    given.put("assistance", alias(kid))
    given.put("lookup", kid)
    (child,) = (yield).values()
    assert (child["child_id"], child["poor"], child["assisted"]) == (kid["citizen_number"], True, True)
    assert child["lookup_date"] is not None


@scenario
def tier_3_looks_at_all_rows_of_a_person(given):
    """The primary enrolment row has another name; the other one has the key."""
    kid = given.person(1)
    given.put("enrolment", alias(kid), status_date="2025-01-01")
    given.put("enrolment", kid, status_date="2024-01-01", school_code=given.new_school())
    given.put("poverty", unnumbered(kid))
    (child,) = (yield).values()
    assert (child["name"], child["poor"]) == (alias(kid)["name"], True)


@scenario
def the_left_over_attach_to_one_another_by_number_then_by_name(given):
    kid = given.person(1)
    given.put("poverty", kid)
    given.put("assistance", alias(kid))
    given.put("disability", unnumbered(kid))
    (child,) = (yield).values()
    assert child["child_id"] == kid["citizen_number"]
    assert (child["poor"], child["assisted"], child["disabled"]) == (True, True, True)


@scenario
def the_left_over_without_any_number_attach_by_name(given):
    kid = unnumbered(given.person(1))
    given.put("poverty", kid)
    given.put("disability", kid)
    (child,) = (yield).values()
    assert (child["child_id"], child["poor"], child["disabled"]) == (x_id(kid, given.code), True, True)


@scenario
def a_name_that_two_rows_of_a_kind_bear_joins_nobody(given):
    kid = unnumbered(given.person(1))
    given.put("poverty", kid, household_id="1")
    given.put("poverty", kid, household_id="2")
    given.put("disability", kid)
    own = x_id(kid, given.code)
    assert set((yield)) == {own, f"{own}-2", f"{own}-3"}


@scenario
def two_numbers_under_one_name_stay_two(given):
    kid, other = same_name(given)
    given.put("poverty", kid)
    given.put("disability", other)
    assert set((yield)) == {kid["citizen_number"], other["citizen_number"]}


@scenario.each(
    verified=({"action_type": "核查", "result": "属实"}, True),
    not_verified=({"action_type": "核查", "result": "不属实"}, False),
    visit=({}, False),
    placement=({"action_type": "安置"}, False),
)
def a_case_action_makes_a_child_only_by_a_verification(given, change, exists):
    given.act(given.person(1), **change)
    assert len((yield)) == exists


@scenario
def look_ups_absences_and_aid_make_nobody(given):
    for kind in ("lookup", "absence", "aid"):
        given.put(kind, given.person(1))
    assert not (yield)


@scenario
def the_first_kind_that_names_a_child_says_who_it_is(given):
    kid = given.person(1)
    given.put("department_list", {**kid, "name": "后名"})
    given.put("assistance", {**kid, "name": "前名"})
    (child,) = (yield).values()
    assert child["name"] == "前名"
    assert given.province.one("matching.child", child_id=child["child_id"])["origin_rank"] == 5


@scenario
def a_number_on_a_later_source_is_the_childs(given):
    kid = given.person(1)
    given.put("registry", unnumbered(kid))
    given.put("enrolment", unnumbered(kid), student_number="L1")
    given.put("poverty", kid)
    (child,) = (yield).values()
    assert (child["child_id"], child["match_tier"]) == (kid["citizen_number"], "name_birth_place")


@scenario
def rows_without_a_birth_date_are_no_children(given):
    given.put("poverty", {**given.person(1), "birth_date": None})
    yield
    assert not given.province.rows("matching.person_identity", child_id=given.person(1)["citizen_number"])


@scenario
def changes_absences_and_aid_attach_by_student_number_first(given):
    """A change carries one child's student number and another's citizen number."""
    kid, other = given.person(1), given.person(2)
    given.put("enrolment", kid)
    given.put("enrolment", other)
    given.put("enrolment_change", other, student_number=f"G{kid['citizen_number']}", change_type="死亡")
    found = yield
    assert found[kid["citizen_number"]]["status"] == "deceased"
    assert found[other["citizen_number"]]["status"] == "in_school"


@scenario.each(
    own_number=(False,),
    inside=(True,),
)
def changes_attach_by_citizen_number_where_nobody_carries_the_student_number(given, inside):
    kid = given.person(1)
    given.put("registry", kid)
    who = unnumbered(kid) if inside else kid
    given.put(
        "enrolment_change", who, student_number=f"G{kid['citizen_number']}" if inside else "L9", change_type="死亡"
    )
    (child,) = (yield).values()
    assert child["status"] == "deceased"


test_story = scenario.test()
