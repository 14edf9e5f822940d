"""The count bridge (spec 5.7): every child stands in one term, whatever the rows say; a lost one shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.engine import discover
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    LEDGER,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PREFECTURE,
    PROVINCE,
    SECOND_PRIMARY,
    SENIOR,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    Row,
    absence_row,
    action_row,
    change_row,
    decision_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    request_rows,
    roll_row,
    unnumbered,
    verification_row,
)
from tests.pipelines.models.test_properties import births

OUT = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
MODELS = (
    *("missing_person", "outside_person", "child_count", "bridge_registry", "bridge_school", "bridge_ledger"),
    *("unit", "bridge"),
)
Terms = dict[tuple[str, str | None], int]


def run_bridge(province: Province) -> Province:
    """Make the bridge, and what it reads beside the layers that have run, once more."""
    for model in discover().values():
        if model.layer in ("indicators", "published") and model.table in MODELS:
            province.model(model.name)
    return province


def terms(province: Province, unit: str, side: str) -> Terms:
    """Children of a unit's side by step and reason; the remainder is one number for all of them."""
    rows = province.rows("published.bridge", unit_code=unit, side=side)
    assert len({row["remainder"] for row in rows}) == 1
    return {(row["step"], row["reason"]): row["children"] for row in rows}


def remainders(province: Province) -> dict[tuple[str, str], int]:
    """What is left unexplained, by unit and side; empty when everybody is accounted for."""
    found = province.read("select distinct unit_code, side, remainder from published.bridge where remainder <> 0")
    return {(unit, side): number for unit, side, number in found.iter_rows()}


def test_a_senior_row_gives_nobody_a_birth_date() -> None:
    """Grades 10-12 make no person: of a pupil whose rows of grades 1-9 have no birth date none is known."""
    made, who = Province(), unnumbered(person(1))
    row = enrolment_row(who | {"birth_date": None}, grade=9, school_code=JUNIOR, student_number="G990121201503010017")
    made.add(
        "enrolment", row, row | enrolment_row(who, grade=10, school_code=SENIOR, student_number="G990121201503010017")
    )
    made.night("2025-09-10", ALL)
    run_bridge(made)
    assert [one["reason"] for one in made.rows("indicators.outside_person")] == ["no_birth_date"]
    assert remainders(made) == {}


@pytest.fixture(scope="module")
def told() -> Province:
    """Two nights in which children end in every term, each once or twice, counted by hand below."""
    made = Province()
    lives = Lives(made)
    kids = {serial: person(serial) for serial in range(1, 30)}
    for serial in range(1, 17):
        lives.resident(kids[serial])
    for serial in (1, 2):  # in school
        lives.pupil(kids[serial], "2025-08-25")
    for serial in (3, 4, 5, 6):  # dropped out, verified by the school
        lives.pupil(kids[serial], "2025-08-25", **OUT)
    lives.pupil(kids[4], "2025-09-15", status_date="2025-09-12")  # back, return not confirmed
    lives.pupil(kids[5], "2025-09-15", enrolment_status="转出", status_date="2025-09-14")  # under way
    # 6, 9: closed not substantiated on the second night. 7-12: never enrolled, of whom 11 is placed, 12 deceased.
    lives.resident(kids[12], registry_status="死亡", status_date="2025-09-01")
    lives.pupil(unnumbered(kids[13]), "2025-08-25", student_number="L13")  # tier 3
    lives.pupil(unnumbered(kids[14]), "2025-08-25", student_number=f"G{kids[14]['citizen_number']}")  # tier 2
    lives.pupil(kids[15], "2025-08-25")
    lives.pupil(kids[16], "2025-08-25", enrolment_status="毕业", grade=9, school_code=JUNIOR)
    lives.resident(kids[17], registry_status="迁出", status_date="2025-03-01")  # not active
    lives.pupil(kids[18], "2025-08-25")  # no registry row
    lives.pupil(kids[19], "2025-08-25", school_code=UNKNOWN_SCHOOL)  # of no known school: the file's county
    lives.pupil(person(20, "2004-01-01"), "2025-08-25", grade=9, school_code=JUNIOR)  # too old
    lives.pupil(unnumbered(kids[21]) | {"birth_date": None}, "2025-08-25", student_number="L21")  # no birth date
    lives.resident(person(22, "2004-01-01"))  # not of school age
    lives.resident(person(23, "2020-01-01"))  # not yet
    lives.deliver()
    # Double enrolment in the other county, and a pupil and a resident there.
    made.add("enrolment", enrolment_row(kids[15], school_code=OTHER_PRIMARY), on="2025-08-25", code="990122")
    made.add("enrolment", enrolment_row(kids[24], school_code=OTHER_PRIMARY), on="2025-08-25", code="990122")
    made.add("registry", registry_row(kids[24], household_division=OTHER_VILLAGE), on="2025-08-25", code="990122")
    # Absent for three days at 16 years of age: suspected, but over the age of a case.
    old = person(25, "2009-06-01")
    made.add("enrolment", enrolment_row(old, school_code=NINE_YEAR, grade=9), on="2025-08-25", code="990190")
    days = ("2025-09-15", "2025-09-16", "2025-09-17")
    made.add(
        "absence",
        *(absence_row(old, school_code=NINE_YEAR, absence_date=d) for d in days),
        on="2025-09-17",
        code="990190",
    )
    made.add("case_action", verification_row(kids[9], "1", result="不属实", action_date="2025-09-17"), on="2025-09-17")
    made.add("case_action", verification_row(kids[6], "2", result="不属实", action_date="2025-09-12"), on="2025-09-12")
    made.add("case_action", *request_rows(kids[11], "3", "安置", "送教上门"), on="2025-09-08")
    # A case of nobody whom tonight's rows name: the listing is gone on the second night.
    made.add("poverty", poverty_row(kids[26]), on="2025-08-25")
    made.add("poverty", poverty_row(kids[1]), on="2025-10-03")
    made.night("2025-09-10", ALL)
    made.night("2025-10-10", ALL)
    return made


def test_registry_side(told: Province) -> None:
    assert terms(told, COUNTY, "registry") == {
        ("total", None): 15,  # 1-16 without the deceased
        ("in_school", None): 6,  # 1, 2, 4, 13, 14, 15
        ("out_of_school", "dropped_out"): 2,  # 3, 6
        ("out_of_school", "never_enrolled"): 4,  # 7-10
        ("transfer_pending", None): 1,  # 5
        ("placed", None): 1,  # 11
        ("graduated", None): 1,  # 16
    }
    assert terms(told, OTHER_COUNTY, "registry") == {("total", None): 1, ("in_school", None): 1}
    assert terms(told, CITY_UNIT, "registry") == {("total", None): 0}


def test_school_side(told: Province) -> None:
    assert terms(told, COUNTY, "school") == {
        ("total", None): 10,  # 1, 2, 4, 13, 14, 15, 18, 19, 20, 21
        ("matched", "id"): 4,  # 1, 2, 4, 15
        ("matched", "student_number"): 1,
        ("matched", "name_birth_place"): 1,
        ("no_registry", None): 2,  # 18, 19
        ("outside", "too_old"): 1,
        ("outside", "no_birth_date"): 1,
    }
    assert terms(told, OTHER_COUNTY, "school") == {("total", None): 2, ("matched", "id"): 1, ("duplicate", None): 1}
    assert terms(told, CITY_UNIT, "school") == {("total", None): 1, ("no_registry", None): 1}


def test_ledger_side(told: Province) -> None:
    cases = {c["child_id"]: c for c in told.rows("ledger.case_state")}
    assert cases[person(6)["citizen_number"]]["close_reason"] == "not_substantiated"
    assert terms(told, COUNTY, "ledger") == {
        ("total", None): 6,  # 3, 6, 7-10
        ("open", "verified"): 3,  # 3, 4, 5
        ("open", "suspected"): 4,  # 7, 8, 10, 26
        ("kept", "return_pending"): 1,  # 4
        ("kept", "transfer_pending"): 1,  # 5
        ("kept", "unseen"): 1,  # 26
        ("closed", "not_substantiated"): 2,  # 6, 9
    }
    assert terms(told, CITY_UNIT, "ledger") == {("total", None): 1, ("over_age", None): 1}


def test_who_is_held_the_night_after(told: Province) -> None:
    told.engine.execute("begin transaction")
    told.run("2025-10-11", ALL)
    found = terms(told, COUNTY, "ledger")
    told.engine.execute("rollback")
    assert {key: n for key, n in found.items() if key[0] in ("held", "closed")} == {("held", None): 2}


def test_nobody_is_lost_and_units_hold_the_sum(told: Province) -> None:
    assert remainders(told) == {}
    check_sums(told)
    assert terms(told, PROVINCE, "school")["total", None] == 13


def check_sums(province: Province) -> None:
    """Each term of a unit is the sum of the units below it and of what belongs to the unit itself and no lower."""
    by_unit: dict[str, dict] = {}
    parents: dict[str, str | None] = {}
    for row in province.rows("published.bridge"):
        by_unit.setdefault(row["unit_code"], {})[row["side"], row["step"], row["reason"]] = row["children"]
        parents[row["unit_code"]] = row["parent_code"]
    own: dict[str, dict] = {}
    for side in ("registry", "school", "ledger"):
        for row in province.rows(f"indicators.bridge_{side}"):
            code, term = row["place_code"], (side, row["step"], row["reason"])
            prefixes = (code, *(code[:digits].ljust(12, "0") for digits in (6, 4, 2)), PROVINCE)
            at = own.setdefault(next(unit for unit in prefixes if unit in parents), {})
            at[term] = at.get(term, 0) + row["children"]
    for unit, found in by_unit.items():
        below = [by_unit[child] for child, parent in parents.items() if parent == unit]
        for key, number in found.items():
            assert number == sum(b.get(key, 0) for b in below) + own.get(unit, {}).get(key, 0), (unit, key)


@pytest.fixture
def broken(told: Province) -> Iterator[Province]:
    told.engine.execute("begin transaction")
    yield told
    told.engine.execute("rollback")


@pytest.mark.parametrize(
    ("lose", "sides"),
    [
        # A child that the matching forgot: both who counts residents and who counts pupils miss it.
        (f"delete from status.child where child_id = '{person(1)['citizen_number']}'", {"registry", "school"}),
        # A verdict that was never given.
        (f"delete from status.verdict where child_id = '{person(7)['citizen_number']}'", {"registry"}),
        # A case that was never opened, or one opened twice.
        (f"delete from ledger.case_state where child_id = '{person(3)['citizen_number']}'", {"ledger"}),
        (
            "insert into ledger.case_state select * replace ('again' as case_uid) from ledger.case_state "
            f"where child_id = '{person(3)['citizen_number']}'",
            set(),  # its place is unknown: another invariant finds it
        ),
        # An open case whose child is placed: no rule keeps it.
        ("update status.verdict set status = 'placed' where status = 'transfer_pending'", {"ledger"}),
        # A negative verification that holds nobody any more.
        ("update ledger.case_state set closed_on = closed_on - 1 where close_reason = 'not_substantiated'", {"ledger"}),
        ("delete from matching.enrolment_person where row_id in (select max(row_id) from core.enrolment)", {"school"}),
        # A duplicate that counts twice.
        ("update matching.enrolment_person set is_primary = false", {"school"}),
    ],
)
def test_a_lost_child_shows(broken: Province, lose: str, sides: set[str]) -> None:
    if "standing" not in lose and "closed_on" in lose:
        broken.engine.execute("delete from ledger.standing_negative")
    broken.engine.execute(lose)
    found = remainders(run_bridge(broken))
    assert {side for _, side in found} == sides
    if sides:
        assert {PROVINCE, PREFECTURE} <= {unit for unit, _ in found}


def test_places_that_nobody_knows_count_above() -> None:
    made = Province()
    made.add("registry", registry_row(person(1), household_division="999901001001"), on="2025-08-25", code="990100")
    made.add("registry", registry_row(person(2), household_division="980101001001"), on="2025-08-25", code="990000")
    made.add("enrolment", enrolment_row(person(3), school_code=UNKNOWN_SCHOOL), on="2025-08-25", code="980101")
    made.add("poverty", poverty_row(person(4), division_code="990155001001"), on="2025-08-25", code="990100")
    made.run("2025-10-10", ALL)
    assert remainders(made) == {}
    check_sums(made)
    assert terms(made, PREFECTURE, "registry")["total", None] == 1
    assert terms(made, PROVINCE, "registry")["total", None] == 2
    assert terms(made, COUNTY, "registry")["total", None] == 0
    # A file of another province lies in our folder: somebody must see it, so the province counts it.
    assert terms(made, PROVINCE, "school") == {("total", None): 1, ("no_registry", None): 1}
    made.close()


def test_one_number_on_rows_of_two_persons() -> None:
    """Listings bring one number to two registry rows without any: one child stands for it, the other row says so."""
    made = Province()
    one, other = (unnumbered(person(serial)) for serial in (1, 2))
    number = {"citizen_number": person(1)["citizen_number"]}
    made.add("registry", registry_row(one), registry_row(other), on="2025-08-25")
    made.add("poverty", poverty_row(one | number), on="2025-08-25")
    made.add("department_list", listed_row(other | number), on="2025-08-25")
    made.run("2025-10-10", ALL)
    assert terms(made, COUNTY, "registry") == {
        ("total", None): 2,
        ("undetermined", None): 1,
        ("outside", "same_number"): 1,
    }
    assert remainders(made) == {}
    made.close()


def test_a_remembered_child_whom_reviewers_joined_to_a_grown_up() -> None:
    """The registry row is too old, the remembered child is not: both sides go by the row."""
    made = Province()
    kid, grown = person(900), person(1, "2004-01-01")
    made.add("enrolment", enrolment_row(kid), on="2025-08-25")
    made.add("registry", registry_row(grown), on="2025-08-25")
    made.night("2025-09-10", ALL)
    numbers = (kid["citizen_number"], grown["citizen_number"])
    made.add("match_decision", decision_row("1", *numbers), on="2025-09-12")
    made.night("2025-09-13", ALL)
    assert remainders(made) == {}
    made.close()


# Whatever registers say, over three nights.
STATUSES = ("在读", "在读", "在读", "休学", "转出", "辍学", "毕业", "死亡", "出国")
SCHOOLS = ("2199000001", SECOND_PRIMARY, OTHER_PRIMARY, NINE_YEAR, UNKNOWN_SCHOOL)
PLACES = (VILLAGE, VILLAGE, OTHER_VILLAGE, "990121777001", "990177001001", "980101001001")
CODES = ("990121", "990121", "990121", "990122", "990190", "990000")
NIGHTS = ("2025-09-20", "2025-10-20", "2025-11-20")


def said(kind: str, who: Row, draw: int, on: str) -> list[tuple[str, Row]]:
    """Rows of a kind about somebody; `draw` chooses what they say."""
    who = unnumbered(who) if draw % 5 == 0 else who
    if draw % 41 == 0:
        who = {**who, "birth_date": None, "citizen_number": None}
    student_number = f"L{draw % 7}" if draw % 3 == 0 else f"G{who['citizen_number']}" if who["citizen_number"] else "L0"
    dated = f"{on[:8]}{draw % 19 + 1:02}" if draw % 4 else None
    record = f"R{who['name']}{draw}{on}"
    if kind == "registry":
        status = ("正常", "正常", "正常", "迁出", "死亡", "出国(境)", "注销")[draw % 7]
        return [
            (kind, registry_row(who, household_division=PLACES[draw % 6], registry_status=status, status_date=dated))
        ]
    if kind == "enrolment":
        return [
            (
                kind,
                enrolment_row(
                    who,
                    student_number=student_number,
                    enrolment_status=STATUSES[draw % 9],
                    grade=draw % 11 + 1,
                    school_code=SCHOOLS[draw % 5],
                    status_date=dated,
                    suspended_until="2025-10-30" if draw % 2 else None,
                    home_teaching=draw % 13 == 0,
                ),
            )
        ]
    if kind == "in_school":
        return [
            (
                kind,
                roll_row(
                    who,
                    school_code=SCHOOLS[draw % 4],
                    present=draw % 3 > 0,
                    student_number=student_number,
                    roll_date=f"{on[:8]}03",
                ),
            )
        ]
    if kind == "case_action":
        if draw % 3 == 0:
            return [(kind, row) for row in request_rows(who, record, "安置", "送教上门", action_date=f"{on[:8]}05")]
        if draw % 3 == 1:
            return [(kind, action_row(who, record, action_date=f"{on[:8]}06"))]
        result = "属实" if draw % 2 else "不属实"
        return [(kind, verification_row(who, record, result=result, action_date=f"{on[:8]}{draw % 19 + 1:02}"))]
    if kind == "absence":
        days = [f"{on[:8]}{d:02}" for d in (15, 16, 17, 18, 19)]
        school = SCHOOLS[draw % 4]
        rows = [absence_row(who, absence_date=d, school_code=school, student_number=student_number) for d in days]
        reports = [report_row(school_code=school, report_date=d) for d in days]
        return [*((kind, row) for row in rows), *(("daily_report", row) for row in reports)]
    builders = {
        "poverty": lambda: poverty_row(who, division_code=PLACES[draw % 6]),
        "department_list": lambda: listed_row(who, division_code=PLACES[draw % 6]),
        "enrolment_change": lambda: change_row(
            who,
            student_number=student_number,
            change_type=("转出", "毕业", "死亡")[draw % 3],
            change_date=f"{on[:8]}02",
        ),
        "lookup": lambda: lookup_row(who, lookup_date=f"{on[:8]}04"),
    }
    if kind == "lookup" and not who["citizen_number"]:
        return []
    return [(kind, builders[kind]())]


KINDS = (
    *("registry", "registry", "registry", "enrolment", "enrolment", "enrolment", "enrolment", "in_school"),
    *("case_action", "case_action", "absence", "poverty", "department_list", "enrolment_change", "lookup"),
)
SNAPSHOTS = ("registry", "enrolment", "in_school", "poverty", "department_list")
facts = st.tuples(st.sampled_from(KINDS), st.integers(0, 9999), st.integers(0, 2), st.integers(0, 5))
people = st.tuples(births, st.lists(facts, min_size=1, max_size=9))
pairs = st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=8)


def populate(world: list, decisions: list[tuple[int, int]]) -> Province:
    """A province in which these facts are delivered; a snapshot mostly repeats what it said before."""
    province = Province()
    rows: list[str] = []
    for serial, (birth, of_child) in enumerate(world):
        for kind, draw, first, place in of_child:
            # Now and then a row bears the number of a neighbour: persons joined and parted, cases rekeyed.
            who = person(max(0, serial - (draw % 29 == 0)), birth)
            last = 2 if kind in SNAPSHOTS and draw % 6 else first
            for night in range(first, last + 1):
                for made, row in said(kind, who, draw, NIGHTS[first if draw % 2 else night]):
                    named = province.add(made, row, on=NIGHTS[night], code=CODES[place])
                    rows += named if made in ("registry", "enrolment") else ()
    for i, (one, other) in enumerate(decisions):
        if i % 2 and rows:  # rows next to each other are often of one number
            parties = [rows[(one * 7 + step) % len(rows)] for step in (0, other % 3 + 1)]
        else:
            parties = [person(s, world[s][0])["citizen_number"] for s in (one, other)]
        word = "不同人" if i % 3 else "同一人"
        province.add("match_decision", decision_row(str(i), *parties, word), on=NIGHTS[i % 3])
    return province


@settings(
    # A failure is told as it is: each step of shrinking would cost three nights.
    phases=(Phase.explicit, Phase.generate),
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(people, min_size=40, max_size=80), pairs)
def test_no_world_loses_a_child(world, decisions):
    province = populate(world, decisions)
    for night in NIGHTS:
        run_bridge(province.night(night, LEDGER))
        assert remainders(province) == {}, night
        check_sums(province)
    province.close()
