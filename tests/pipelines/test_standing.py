"""What stands from the night before saves work and changes nothing: every table is the one that is made without it."""

from __future__ import annotations

import datetime as dt
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from pipelines import ledger_store, linkage, night, sparing, standing
from pipelines.engine import DuckDBEngine, Model, discover
from pipelines.errors import ModelError
from pipelines.making import Own, make_tables
from pipelines.policy_tables import mark
from pipelines.publish import databases
from pipelines.publish.databases import Since
from schemas.catalogue import CATALOGUE, tables_of
from schemas.shown import A_ROW_A_CHILD
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    SCHOOLS,
    Day,
    Province,
    Row,
    absence_row,
    action_row,
    aid_row,
    assistance_row,
    day,
    decision_row,
    enrolment_row,
    lookup_row,
    person,
    policy_of,
    poverty_row,
    registry_row,
    roll_row,
    unnumbered,
    verification_row,
)
from tests.pipelines.test_ledger_machine import LedgerMachine, run_lives
from tests.support.deliveries import World, people

SECRET = b"standing"


class LargeProvince(Province):
    """A province whose nights begin from what the one before left."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.home = Path(self._folder.name)
        super().__init__(references=False)
        self.stands = standing.Standing("")

    def _open(self) -> DuckDBEngine:
        return DuckDBEngine(Path(self._folder.name) / "w.duckdb", threads=1, large=True)

    def night(self, as_of: Day, layers: tuple[str, ...] = ALL) -> Province:
        """Run and commit a night, all models at once; `leave` it before the next one."""
        self._flush()
        found = standing.find_standing(self._engine, day(as_of), self.home, mark(policy_of(day(as_of))), SECRET)
        assert found is not None
        self.stands = found
        self.run(as_of, layers)
        self._empty_states()
        policy = self._policy
        assert policy is not None
        pairs = Own(linkage.PAIRS, frozenset({linkage.RESIDUAL}), lambda: linkage.score_residual(self._engine, policy))
        with self._engine.makers() as makers:
            make_tables(
                self._to_run.values(), self._given, sparing.sparing(makers, found), found.own(pairs, linkage.READS)
            )
        self._to_run = {}
        ledger_store.commit(self._engine, day(as_of), moved=found.moved_children())
        return self

    def leave(self, unsound: set[str] | None = None) -> None:
        """Leave the night's tables to the next one, in another process so to speak."""
        on = self._engine.fetch("select as_of from core.night")[0][0]
        standing.leave_standing(self._engine, self.stands, on, self.home / "cases.duckdb", unsound or ())
        self._engine.close()
        self._engine = self._open()
        ledger_store.prepare(self._engine)

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


class Twins(Province):
    """A province, and the same beside it whose nights begin from what the one before left."""

    def __init__(self) -> None:
        self.large = LargeProvince()
        super().__init__()
        self.kept: set[str] = set()
        self.patched: set[str] = set()

    def add(self, kind: str, *rows: Row, **where: object) -> list[str]:  # type: ignore[override]
        self.large.add(kind, *rows, **where)  # type: ignore[arg-type]
        return super().add(kind, *rows, **where)  # type: ignore[arg-type]

    def night(self, as_of: Day, layers: tuple[str, ...] = ALL) -> Province:
        super().night(as_of, ALL)
        self.large.night(as_of)
        assert contents(self.large._engine) == contents(self.engine)
        self.kept |= self.large.stands.kept
        self.patched |= self.large.stands.patched.keys()
        self.large.leave()
        return self

    def close(self) -> None:
        self.large.close()
        super().close()


def contents(engine: DuckDBEngine) -> dict[str, str]:
    """What tells the rows of each working and lasting table."""
    found = engine.fetch(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name in ('work', 'warehouse') and schema_name <> 'main' order by all"
    )
    return {name: standing.content_of(engine, name) for (name,) in found}


@pytest.fixture
def every_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few children: what is little of a province is all of them."""
    monkeypatch.setattr(sparing, "_MOST_TOUCHED", 100.0)
    monkeypatch.setattr(sparing, "_MOST_REPLACED", 100.0)
    monkeypatch.setattr(standing, "_MOST_NEW", 100.0)


@pytest.fixture
def twins(every_share: None) -> Iterator[Twins]:
    made = Twins()
    yield made
    made.close()


KIDS = [person(place, f"20{11 + place}-09-15") for place in range(5)]


def pupils(**changed: object) -> list[Row]:
    """Enrolment rows of all but the last child; `changed` says what is otherwise of the second."""
    rows = [enrolment_row(kid, student_number=f"L{place}") for place, kid in enumerate(KIDS[:-1])]
    return [rows[0], rows[1] | changed, *rows[2:]]


def test_a_night_without_news_makes_only_what_the_day_moves(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils(enrolment_status="辍学", status_date="2025-09-10"))
    for on in ("2025-09-20", "2025-09-21", "2025-09-22"):
        twins.night(on)
    kept = twins.large.stands.kept
    assert {"core.registry", "core.enrolment", "matching.unit", "matching.probable_pair", "matching.person"} <= kept
    assert {"status.child", "status.verdict", "core.absence", "matching.listed_row"} <= kept
    assert not kept & {"core.night", "core.delivery", "status.day_fact"}


def test_a_grace_that_runs_out_moves_one_child_alone(twins: Twins) -> None:
    left = pupils(enrolment_status="转出", status_date="2025-09-10")
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *left)
    status = []
    for on in ("2025-09-20", "2025-10-10", "2025-10-11"):
        twins.night(on)  # which holds every table against the same one made anew
        status += [row["status"] for row in twins.rows("status.verdict", child_id=KIDS[1]["citizen_number"])]
    assert status == ["transfer_pending", "transfer_pending", "out_of_school"]
    stands = twins.large.stands
    patched = {"status.verdict", "restricted.children", "restricted.figure_children", "restricted.evidence"}
    assert patched <= stands.patched.keys()
    # A view's contract is asked of this child's row alone; without a decision nobody asks whom one names.
    assert "indicators.entry_judged" in stands.patched
    assert "matching.decision_party" in stands.kept
    # Neither counts in a numerator: the entry counts of the division come out the same.
    kept = {"status.child", "matching.person", "indicators.aided", "indicators.entry_child"}
    assert kept <= stands.kept


@pytest.mark.full
def test_entry_counts_are_made_anew_for_the_division_of_a_child_that_moved(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils(enrolment_status="转出", status_date="2025-09-10"))
    twins.add("lookup", lookup_row(KIDS[1], lookup_date="2025-09-11"))
    valid = int(policy_of(day("2025-09-11"))["lookup"]["valid_days"])
    last = day("2025-09-11") + dt.timedelta(valid)
    status, patched = [], []
    for on in (day("2025-09-20"), last, last + dt.timedelta(1)):
        twins.night(on)
        status += [row["status"] for row in twins.rows("status.verdict", child_id=KIDS[1]["citizen_number"])]
        patched.append("indicators.entry_child" in twins.large.stands.patched)
    assert status == ["enrolled_elsewhere", "enrolled_elsewhere", "out_of_school"]
    assert patched[2]


@pytest.mark.full
def test_rows_that_fall_due_are_asked_for_on_their_day(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    twins.add("aid", aid_row(KIDS[0], paid_on="2025-09-22"))
    kept, aided = [], []
    for on in ("2025-09-20", "2025-09-21", "2025-09-22", "2025-09-23"):
        twins.night(on)
        kept.append("core.aid" in twins.large.stands.kept)
        aided.append(len(twins.rows("indicators.aided")))
    assert kept == [False, True, False, True]
    assert aided == [0, 0, 1, 1]


def test_rows_of_one_child_alone_are_made_anew(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    # The second pupil drops out; of the third the row alone is another one.
    twins.add("enrolment", *pupils(enrolment_status="辍学", status_date="2025-09-21"), on="2025-09-22")
    twins.night("2025-09-22")
    patched = twins.large.stands.patched
    assert {"status.child", "ledger.memory_state", "restricted.children"} <= patched.keys()
    assert "restricted.identities" in twins.large.stands.kept  # new rows, which say the same


@pytest.mark.full
def test_memory_that_tonights_rows_say_again_touches_nobody(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    # On the second night of a home everybody is remembered who was not the night before.
    assert {"matching.child", "status.child", "ledger.memory_state"} <= twins.large.stands.kept
    # One has graduated, as its row says every night; of the last nothing but memory tells.
    left = pupils(grade=9, enrolment_status="毕业", status_date="2025-09-21")[:-1]
    twins.add("enrolment", *left, on="2025-09-22")
    for on in ("2025-09-22", "2025-09-23"):
        twins.night(on)
    told = {row["memory_id"] for row in twins.rows("matching.memory")}
    assert KIDS[3]["citizen_number"] in told
    assert KIDS[1]["citizen_number"] not in told
    assert {"matching.memory", "matching.child", "status.child"} <= twins.large.stands.kept
    # Where its row is gone memory alone tells that it has.
    twins.add("enrolment", left[0], *left[2:], on="2025-09-24")
    twins.night("2025-09-24")
    assert twins.one("matching.memory", graduated=True)["memory_id"] == KIDS[1]["citizen_number"]
    assert twins.one("status.verdict", child_id=KIDS[1]["citizen_number"])["status"] == "graduated"
    assert {"matching.memory", "status.child"} <= twins.large.stands.patched.keys()


def test_rows_that_say_the_same_in_another_delivery_touch_only_who_asks_for_their_place(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils(), on="2025-09-19")
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("enrolment", *pupils(), on="2025-09-22")
    twins.night("2025-09-22")
    stands = twins.large.stands
    assert stands.touched["status.child"].moved == {"e_row_id"}
    assert stands.touched["status.verdict"].moved == {"evidence_row_id"}
    assert {"status.child", "status.verdict", "restricted.children"} <= stands.patched.keys()
    kept = {"restricted.identities", "restricted.figure_children", "ledger.case_state", "indicators.aided"}
    assert kept <= stands.kept
    assert {"ledger.memory_state", "indicators.entry_judged"} <= stands.same


def test_whom_a_confirmed_visit_alone_names_is_a_person_of_the_night_it_comes(twins: Twins) -> None:
    # Of nobody else's rows has anything moved: the visit's own row is what matching.person is asked of.
    stranger = person(8, "2014-09-15")
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    twins.add("case_action", action_row(stranger, "1"), on="2025-09-12")  # not confirmed: it names nobody
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    known = {row["name"] for row in twins.rows("matching.person")}
    assert stranger["name"] not in known
    twins.add("case_action", verification_row(stranger, "2", action_date="2025-09-21"), on="2025-09-22")
    twins.night("2025-09-22")
    assert {row["name"] for row in twins.rows("matching.person")} == known | {stranger["name"]}
    assert "matching.person" in twins.large.stands.patched


def test_of_two_children_of_one_name_the_second_takes_the_key_of_the_first_who_is_gone(twins: Twins) -> None:
    first, second = unnumbered(KIDS[0]), unnumbered(KIDS[0])
    twins.add("registry", registry_row(first, household_number="1"), registry_row(second, household_number="2"))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    assert len({row["child_id"] for row in twins.rows("matching.person_identity")}) == 2
    twins.add("registry", registry_row(second, household_number="2"), on="2025-09-22")
    twins.night("2025-09-22")
    (left,) = twins.rows("matching.person_identity")
    assert "-" not in left["child_id"]
    assert "matching.person_identity" in twins.large.stands.patched


def test_a_number_that_only_a_roll_brought_names_nobody_when_the_roll_brings_it_no_more(twins: Twins) -> None:
    # The pupil has no number on its enrolment row; the roll has one, and a poor household's list has it too.
    pupil, poor = enrolment_row(unnumbered(KIDS[0]), student_number="L0"), poverty_row(KIDS[0], name="别名")
    twins.add("registry", *map(registry_row, KIDS[1:]))
    twins.add("enrolment", pupil)
    twins.add("poverty", poor)
    twins.add("in_school", roll_row(KIDS[0], student_number="L0"), on="2025-09-04")
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    (with_pupil,) = {row["person"] for row in twins.rows("matching.attached", source="I")}
    assert [row["person"] for row in twins.rows("matching.attached", source="P")] == [with_pupil]
    twins.add("in_school", roll_row(unnumbered(KIDS[0]), student_number="L0", roll_date="2025-09-21"), on="2025-09-22")
    twins.night("2025-09-22")
    assert [row["person"] for row in twins.rows("matching.attached", source="P")] != [with_pupil]
    assert {"matching.unit", "matching.attached"} <= twins.large.stands.patched.keys()


def test_whom_a_reviewer_joined_are_made_anew_together(twins: Twins) -> None:
    # One child with two numbers: of its rows one comes again, and the other decides which is primary.
    one, other = KIDS[0], KIDS[1]
    twins.add("registry", registry_row(one), registry_row(other, status_date="2025-01-01"))
    twins.add("enrolment", enrolment_row(one), enrolment_row(other, school_code=OTHER_PRIMARY))
    twins.add("match_decision", decision_row("1", one["citizen_number"], other["citizen_number"]))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    assert len({row["person"] for row in twins.rows("matching.registry_person")}) == 1
    twins.add("registry", registry_row(one, status_date="2025-08-01"), registry_row(KIDS[2]), on="2025-09-22")
    twins.night("2025-09-22")
    joined = {"matching.registry_person", "matching.enrolment_person", "matching.node_person", "matching.unpaired"}
    assert joined <= twins.large.stands.patched.keys() | twins.large.stands.same
    twins.add(
        "match_decision", decision_row("2", one["citizen_number"], other["citizen_number"], "不同人"), on="2025-09-23"
    )
    twins.night("2025-09-23")
    assert len({row["person"] for row in twins.rows("matching.registry_person")}) == 2
    assert "matching.registry_person" not in twins.large.stands.patched


def test_deliveries_of_one_kind_leave_what_reads_others(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("poverty", poverty_row(KIDS[0]))
    twins.add("aid", aid_row(KIDS[1]))
    twins.add("absence", absence_row(KIDS[1]))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("registry", *map(registry_row, KIDS), on="2025-09-22")
    twins.night("2025-09-22")
    stands = twins.large.stands
    assert stands.kinds == {"core.delivery": {"户籍"}, "core.in_force": {"户籍"}}
    assert {"core.listing", "core.aid", "core.absence", "core.annual_statistics"} <= stands.kept
    twins.add("poverty", poverty_row(KIDS[1]), on="2025-09-23")
    twins.add("absence", absence_row(KIDS[2]), on="2025-09-23")
    twins.night("2025-09-23")
    assert not {"core.listing", "core.absence"} & twins.large.stands.kept
    assert {"core.registry", "core.aid"} <= twins.large.stands.kept


def test_a_student_number_of_which_another_pupil_is_told(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    twins.add("absence", absence_row(unnumbered(KIDS[3]), student_number="L1"))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    before = twins.one("status.student_person", student_number="L1")["person"]
    rows = pupils()
    twins.add("enrolment", rows[0], enrolment_row(KIDS[4], student_number="L1"), *rows[2:], on="2025-09-22")
    twins.night("2025-09-22")
    assert twins.one("status.student_person", student_number="L1")["person"] != before
    assert "status.student_person" in twins.large.stands.patched


@pytest.mark.parametrize("kind", ["assistance", "in_school"])
def test_a_row_without_a_number_that_a_reviewer_names_is_made_anew(twins: Twins, kind: str) -> None:
    who = unnumbered(person(40, "2014-01-01"))
    twins.add("registry", *map(registry_row, KIDS[1:]))
    rows = [assistance_row(who)] if kind == "assistance" else [roll_row(who, student_number="L77")]
    (named,) = twins.add(kind, *rows)
    twins.add("match_decision", decision_row("1", named, KIDS[0]["citizen_number"]))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("registry", *map(registry_row, KIDS), on="2025-09-22")  # the child that the reviewer meant has come
    twins.night("2025-09-22")
    source = {"assistance": "A", "in_school": "I"}[kind]
    assert {row["person"] for row in twins.rows("matching.unit", source=source)} != {None}
    assert "matching.unit" in twins.large.stands.patched


def test_whose_number_a_row_of_a_list_takes_is_asked_of_all_of_its_name(twins: Twins) -> None:
    # Two numbers of one name: a third row without one is neither's, also where only some of the three are made anew.
    who = person(40, "2014-01-01")
    one, two = ({**who, "citizen_number": kid["citizen_number"]} for kid in (KIDS[0], KIDS[2]))
    twins.add("registry", *map(registry_row, [KIDS[1], *KIDS[3:]]))
    third = twins.add("assistance", *map(assistance_row, [one, two, unnumbered(who)]))[2]
    twins.add("match_decision", decision_row("1", third, KIDS[1]["citizen_number"]))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("registry", *map(registry_row, [KIDS[0], *KIDS[3:]]), on="2025-09-22")
    twins.night("2025-09-22")
    assert "matching.unit" in twins.large.stands.patched


def test_a_late_delivery_makes_other_rows_of_the_same_numbers(twins: Twins) -> None:
    # The late file comes before the other one: its row takes the other's place, and its name.
    who = person(40, "2014-01-01")
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("poverty", poverty_row(who, division_code=OTHER_VILLAGE), code="990122")
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("poverty", poverty_row({**who, "name": "别名"}), code="990121")
    twins.add("poverty", poverty_row(KIDS[0], division_code=OTHER_VILLAGE), on="2025-09-22", code="990122")
    twins.night("2025-09-22")
    assert "别名" in {row["name"] for row in twins.rows("matching.person")}


def test_a_school_that_is_known_later_gives_the_rows_of_its_roll_another_county(twins: Twins) -> None:
    school, place = "2199000777", ("school_code", "school_name", "division_code", "school_type")
    known = dict(zip(place, (school, "新学校", OTHER_VILLAGE[:9] + "000", "小学"), strict=True))
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("in_school", roll_row(person(40, "2014-01-01"), school_code=school))
    every = [dict(zip(place, row, strict=True)) for row in SCHOOLS]
    twins.add("school", *every, known, on="2025-09-22", code="990000")  # delivered ahead
    for on in ("2025-09-20", "2025-09-21", "2025-09-22"):
        twins.night(on)
    assert OTHER_COUNTY in {row["county_code"] for row in twins.rows("matching.person")}


# Few names, numbers and student numbers, that many rows share and say otherwise on another night.
_WHO = [KIDS[0], KIDS[1], {**KIDS[1], "citizen_number": KIDS[2]["citizen_number"]}, KIDS[3]]
_PERSONS = st.sampled_from([*_WHO, *map(unnumbered, _WHO)])
_STUDENT = st.sampled_from(["L0", "L1", f"G{KIDS[0]['citizen_number']}", f"G{KIDS[4]['citizen_number']}"])
_SCHOOL = st.sampled_from([PRIMARY, OTHER_PRIMARY])
_ROWS = {
    "registry": st.builds(registry_row, _PERSONS, household_number=st.sampled_from(["1", "2"])),
    "enrolment": st.builds(enrolment_row, _PERSONS, student_number=_STUDENT, school_code=_SCHOOL),
    "in_school": st.builds(roll_row, _PERSONS, student_number=_STUDENT, school_code=_SCHOOL),
    "poverty": st.builds(poverty_row, _PERSONS),
    "assistance": st.builds(assistance_row, _PERSONS),
    "absence": st.builds(absence_row, _PERSONS, student_number=_STUDENT),
    "match_decision": st.builds(
        decision_row,
        st.sampled_from(["1", "2"]),
        st.sampled_from([who["citizen_number"] for who in _WHO[:2]]),
        st.sampled_from([who["citizen_number"] for who in _WHO[2:]]),
        st.sampled_from(["同一人", "不同人"]),
    ),
}
_NIGHTS = st.lists(
    st.fixed_dictionaries({}, optional={kind: st.lists(rows, min_size=1, max_size=4) for kind, rows in _ROWS.items()}),
    min_size=3,
    max_size=4,
)


@pytest.mark.full
@pytest.mark.usefixtures("every_share")
@settings(max_examples=int(os.environ.get("KONGCHUO_EXAMPLES", "8")), deadline=None, database=None, derandomize=True)
@given(_NIGHTS)
def test_rows_of_few_names_and_numbers_are_joined_the_same_either_way(nights: list[dict[str, list[Row]]]) -> None:
    with closing(Twins()) as twins:
        twins.add("registry", *map(registry_row, KIDS[4:]))
        for place, delivered in enumerate(nights):
            on = dt.date(2025, 9, 10 + place)
            for kind, rows in delivered.items():
                said = [{**row, "roll_date": on} for row in rows] if kind == "in_school" else rows
                twins.add(kind, *said, on=on)
            twins.night(on)
        # Each night has compared all its tables (`Twins.night`), and not with one that was made anew as well.
        assert {"core.school", "core.division"} <= twins.kept


def test_of_a_child_that_has_come_or_gone_every_column_moves(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS[:-1]))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("registry", *map(registry_row, KIDS[1:]), on="2025-09-22")
    twins.night("2025-09-22")
    touched = twins.large.stands.touched["status.child"]
    assert touched.moved == set(CATALOGUE["status.child"].columns)
    reader = model("with child as (select child_id from status.child) select child_id from child", "")
    query = touched.children("status.child", reader)
    assert query.endswith("where moved_child_id")


def test_rows_of_a_county_and_of_a_school_alone_are_made_anew(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = KIDS[1], KIDS[2]
    twins.add("registry", registry_row(here))
    twins.add("enrolment", enrolment_row(here))
    twins.add("in_school", roll_row(here))
    moved = {"household_division": OTHER_VILLAGE}
    twins.add("registry", registry_row(there, **moved), code="990122")
    twins.add("enrolment", enrolment_row(there, school_code=OTHER_PRIMARY), code="990122")
    twins.add("in_school", roll_row(there, school_code=OTHER_PRIMARY), code="990122")
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    stood = twins.one("core.registry", county_code=COUNTY)["row_id"]
    twins.add("registry", registry_row(there, **moved, ethnicity="回族"), on="2025-09-22", code="990122")
    twins.add("enrolment", enrolment_row(there, school_code=OTHER_PRIMARY), on="2025-09-22", code="990122")
    twins.add(
        "in_school", roll_row(there, school_code=OTHER_PRIMARY, roll_date="2025-09-21"), on="2025-09-22", code="990122"
    )
    monkeypatch.setattr(twins.large, "leave", lambda: None)  # what it has asked is still to be seen
    twins.night("2025-09-22")
    tables = ("core.registry", "core.enrolment", "core.in_school")
    assert set(tables) <= twins.large.stands.patched.keys()
    places = ("registry", "enrolment", "in_school")
    read = [twins.large.read(f"select * from beside.main.places_core_{table}").rows() for table in places]
    assert read == [[(OTHER_COUNTY,)], [(OTHER_COUNTY,)], [(OTHER_PRIMARY,)]]
    assert twins.one("core.registry", county_code=COUNTY)["row_id"] == stood
    # Of the other child nothing has been asked again.
    touched = twins.large.stands.touched["status.child"].table
    assert twins.large.read(f"select child_id from {touched}").rows() == [(there["citizen_number"],)]


@pytest.mark.full
def test_who_has_graduated_is_remembered_as_such_whatever_comes_after(twins: Twins) -> None:
    pupil = person(7, "2008-09-15")  # in a senior school since before memory began
    twins.add("registry", registry_row(pupil))
    twins.add("enrolment", enrolment_row(pupil, grade=11))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    assert twins.rows("matching.memory") == []  # tonight's row says it again
    twins.add("registry", registry_row(pupil, registry_status="死亡", status_date="2025-09-21"), on="2025-09-22")
    for on in ("2025-09-22", "2025-09-23", "2025-09-24"):
        twins.night(on)
        assert twins.one("status.verdict")["status"] == "deceased"
        assert twins.one("ledger.memory_state")["graduated"]


def test_who_graduated_by_its_row_and_died_since_is_remembered_as_graduated(twins: Twins) -> None:
    left = enrolment_row(KIDS[0], grade=9, enrolment_status="毕业", status_date="2025-07-01")
    twins.add("registry", registry_row(KIDS[0]))
    twins.add("enrolment", left)
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
        assert twins.rows("matching.memory") == []  # its row says it again
    twins.add("registry", registry_row(KIDS[0], registry_status="死亡", status_date="2025-09-21"), on="2025-09-22")
    for on in ("2025-09-22", "2025-09-23", "2025-09-24"):
        twins.night(on)
        assert twins.one("status.verdict")["status"] == "deceased"
        assert twins.one("ledger.memory_state")["graduated"]


@pytest.mark.full
def test_a_pupil_of_a_senior_school_who_was_dead_before_is_not_remembered(twins: Twins) -> None:
    pupil = person(7, "2008-09-15")
    twins.add("registry", registry_row(pupil, registry_status="死亡", status_date="2025-01-01"))
    twins.add("enrolment", enrolment_row(pupil, grade=11))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
        assert twins.rows("ledger.memory_state") == []


@pytest.mark.full
def test_a_child_that_leaves_the_universe_leaves_every_table(twins: Twins) -> None:
    grown = person(9, "2006-09-22")  # 19 on the third night, and nobody remembers it
    twins.add("registry", *map(registry_row, [*KIDS, grown]))
    twins.add("enrolment", *pupils())
    there, patched = [], []
    for on in ("2025-09-20", "2025-09-21", "2025-09-22", "2025-09-23"):
        twins.night(on)  # which holds every table against the same one made anew
        there.append(len(twins.rows("status.child", child_id=grown["citizen_number"])))
        patched.append(
            {"status.child", "restricted.children", "restricted.identities"} <= twins.large.stands.patched.keys()
        )
    assert there == [1, 1, 0, 0]
    assert patched[2]  # its rows were taken away, and nobody else's touched


@pytest.mark.full
@pytest.mark.parametrize("change", ["policy", "replay", "late", "school"])
def test_nothing_stands_where_the_ground_has_moved(twins: Twins, change: str) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    on = "2025-09-22"
    if change == "replay":
        on = "2025-09-20"
    elif change == "late":
        twins.add("registry", registry_row(person(8, "2013-01-01")), on="2025-08-20", more="_迟")
    elif change == "school":
        twins.add(
            "school", {"school_code": "9901210009", "school_name": "新学校", "division_code": "990121001000"}, on=on
        )
    twins.night(on)
    if change == "policy":
        assert twins.large.stands.kept
        found = standing.find_standing(
            twins.large._engine, dt.date(2025, 9, 23), twins.large.home, "another policy", SECRET
        )
        assert found is not None
        assert not found.left
        assert not twins.large._engine.exists("core.registry")
    elif change == "late":
        assert "core.registry" not in twins.large.stands.kept
        assert len(twins.rows("status.child")) == len(KIDS)  # an older snapshot moves the numbers of rows, and nobody
    else:
        assert not twins.large.stands.kept


@pytest.mark.full
def test_the_same_night_again_makes_only_what_has_come(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils(enrolment_status="辍学", status_date="2025-09-10"))
    for on in ("2025-09-20", "2025-09-21"):
        twins.night(on)
    twins.add("case_action", verification_row(KIDS[1], "录1", result="属实", action_date="2025-09-21"), on="2025-09-21")
    twins.night("2025-09-21")
    # A delivery has come, but none that brings rows in force.
    assert {"core.registry", "core.enrolment", "matching.registry_person"} <= twins.large.stands.kept
    assert "core.case_action" not in twins.large.stands.kept
    twins.night("2025-09-22")


def test_memory_is_patched_though_the_children_of_the_night_before_are_gone(every_share: None) -> None:
    large = LargeProvince()
    large.add("registry", *map(registry_row, KIDS))
    large.add("enrolment", *pupils())
    large.night("2025-09-20")
    large.leave()
    large.add("enrolment", *pupils()[:-1], on="2025-09-21")  # of one child nothing but memory tells
    large.night("2025-09-21")
    large.leave(unsound={"matching.child"})
    large.add("enrolment", *pupils(class_name="2")[:-1], on="2025-09-22")
    large.night("2025-09-22")
    assert "matching.child" not in large.stands.left
    assert "matching.memory" in large.stands.patched.keys() | large.stands.kept
    assert KIDS[3]["citizen_number"] in {row["memory_id"] for row in large.rows("matching.memory")}
    large.close()


@pytest.mark.full
def test_a_child_that_is_gone_leaves_the_lists_though_nobody_knows_who_was_there(twins: Twins) -> None:
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils())
    twins.night("2025-09-20")
    with pytest.MonkeyPatch.context() as waived:
        waived.setattr(twins.large, "leave", lambda: LargeProvince.leave(twins.large, {"matching.child"}))
        twins.night("2025-10-10")
    assert len(twins.rows("restricted.lookup_requests")) == 1  # the last of them was never enrolled
    twins.add("registry", *map(registry_row, KIDS[:-1]), on="2025-10-11")
    twins.night("2025-10-11")  # which holds every table against the same one made anew
    assert not twins.rows("restricted.lookup_requests")


def test_a_remembered_child_whose_number_was_somebody_elses_person(twins: Twins) -> None:
    """Reviewers called it one with another child, whose rows go: its own number names it again."""
    low, high = KIDS[0], KIDS[4]
    assert low["citizen_number"] < high["citizen_number"]
    twins.add("registry", *map(registry_row, KIDS))
    twins.add("enrolment", *pupils(), enrolment_row(high, student_number="L9"))
    twins.night("2025-09-20")
    twins.add("registry", *map(registry_row, KIDS[:-1]), on="2025-09-21")
    twins.add("enrolment", *pupils(), on="2025-09-21")
    twins.add("match_decision", decision_row("1", high["citizen_number"], low["citizen_number"]), on="2025-09-21")
    twins.night("2025-09-21")
    remembered = {"child_id": high["citizen_number"]}
    assert [row["person"] for row in twins.rows("matching.child", **remembered)] == [None]
    twins.add("registry", *map(registry_row, KIDS[1:-1]), on="2025-09-22")
    twins.add("enrolment", *pupils()[1:], on="2025-09-22")
    twins.night("2025-09-22")  # which holds every table against the same one made anew
    assert [row["person"] for row in twins.rows("matching.child", **remembered)] != [None]
    assert "matching.child" in twins.large.stands.patched


def test_whose_key_changed_is_not_compared_child_by_child() -> None:
    compared = standing.compared()
    assert "matching.rekey" not in compared
    assert {"matching.child", "matching.person", "matching.person_identity", "status.day_fact"} <= compared
    # Whose number is a remembered child's, and is too old now, is not asked: then all children are made anew.
    assert not standing.patched_for(discover()["matching.child"], {"matching.person", "matching.too_old"})


def test_a_table_that_broke_its_contract_is_judged_again(every_share: None) -> None:
    large = LargeProvince()
    large.add("registry", *map(registry_row, KIDS))
    large.night("2025-09-20")
    large.leave(unsound={"core.registry"})
    large.night("2025-09-21")
    assert "core.registry" not in large.stands.left
    assert "core.listing" in large.stands.left
    large.close()


def test_the_restricted_database_is_begun_from_only_as_it_was_written(tmp_path: Path) -> None:
    file, path = tmp_path / "former.duckdb", tmp_path / "cases.duckdb"
    file.write_bytes(b"rows")
    tables = tables_of("restricted")
    since = Since((str(file), standing.written_into(file)), dict.fromkeys(A_ROW_A_CHILD))
    assert databases._begin_from(path, since, tables) == dict.fromkeys(A_ROW_A_CHILD)
    assert path.read_bytes() == b"rows"
    path.unlink()
    assert databases._begin_from(path, Since(since.file, {"restricted.children": None}), tables) == {}
    file.write_bytes(b"Rows")
    os.utime(file, ns=(0, 0))
    assert databases._begin_from(path, since, tables) == {}
    file.unlink()
    assert databases._begin_from(path, since, tables) == {}
    assert not path.exists()


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few pupils, one of whom drops out, delivered as files."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 6), day="2025-08-25")
    rows = people("学籍", 6)
    world.deliver("学籍", rows, day="2025-08-25")
    rows[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", rows, day="2025-09-15")
    world.engine.close()
    return world.landing


@pytest.mark.full
@pytest.mark.usefixtures("databases_only", "every_share")
def test_whole_nights_publish_the_same_either_way(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_MOST_REPLACED_IN_FILE", 100.0)
    begun: list[dict[str, str | None]] = []
    begin = databases._begin_from
    monkeypatch.setattr(databases, "_begin_from", lambda *given: begun.append(begin(*given)) or begun[-1])
    for large in (0, night.LARGE):
        monkeypatch.setattr(night, "LARGE", large)
        for on in (10, 11, 14, 16, 17, 17, 18):
            night.run_night(dt.date(2025, 9, on), landing, tmp_path / str(large), None, SECRET)
        with night.open_night(dt.date(2025, 9, 19), landing, tmp_path / str(large), None, SECRET) as opened:
            # A step that is run twice finds tables of its own, which are not those of the night before.
            for step in ("status", "core", "matching", "status", "publication"):
                opened.run_step(step)
    assert sum(map(bool, begun)) >= 4
    assert any("restricted.evidence" in one for one in begun)  # other tables stay in the file too
    for on in (10, 11, 14, 16, 17, 18, 19):
        for file in ("report.duckdb", "cases.duckdb", "history.duckdb"):
            paths = [tmp_path / str(large) / "published" / f"2025-09-{on}" / file for large in (0, night.LARGE)]
            if paths[0].exists():
                assert published(paths[0]) == published(paths[1]), (on, file)


def published(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table and view of a file, in the order of all their columns."""
    with duckdb.connect(str(file), read_only=True) as opened:
        names = opened.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'main' order by all"
        ).fetchall()
        return {
            name: opened.execute(f'select * from "{schema}"."{name}" order by all').fetchall() for schema, name in names
        }


class StandingMachine(LedgerMachine):
    """The lives of the ledger's machine; registers are delivered where they say something new."""

    @initialize()
    def begin(self) -> None:
        self.said: dict[str, tuple[Row, ...]] = {}
        super().begin()
        self.province.close()
        self.province = Twins()

    def deliver(self, kind: str, *rows: Row) -> None:
        if kind in ("registry", "enrolment", "in_school"):
            if self.said.get(kind) == rows:
                return
            self.said[kind] = rows
        super().deliver(kind, *rows)

    def teardown(self) -> None:
        if getattr(self, "nights", None):
            found.update(self.province.kept | self.province.patched)
        super().teardown()


found: set[str] = set()


@pytest.mark.full
@pytest.mark.usefixtures("every_share")
def test_random_lives_have_the_same_tables_either_way() -> None:
    run_lives(StandingMachine, examples=2, steps=30)
    assert {"status.child", "ledger.memory_state", "restricted.children", "core.school"} <= found


# What models say of themselves ---------------------------------------------------------------------------------------


def model(sql: str, header: str = "", depends: frozenset[str] = frozenset()) -> Model:
    return Model("core", "x", sql, header, depends or frozenset({"core.night"}), frozenset(), is_view=False)


def test_a_table_may_say_nothing_of_the_day_but_its_date() -> None:
    dated = (
        "with\nnight as (select as_of from core.night),\nt as (select a from core.t)\n\n"
        "select\n    n.as_of,\n    t.a\nfrom t cross join night as n"
    )
    assert standing.says_the_date(model(dated))
    assert not standing.of_the_day(model(dated))
    for otherwise in (
        dated + "\nwhere t.a > n.as_of",
        dated.replace("select as_of", "select as_of, month"),
        dated.replace("n.as_of,\n    t.a", "t.a,\n    n.as_of"),
    ):
        assert not standing.says_the_date(model(otherwise))
        assert standing.of_the_day(model(otherwise))
    assert not standing.of_the_day(model("with night as (select age_on from core.night) select 1"))


def test_every_patched_model_can_be_restricted_and_names_its_children() -> None:
    patched = [one for one in discover().values() if standing.patched(one)]
    assert {one.name for one in patched} == {
        "core.registry",
        "core.enrolment",
        "core.in_school",
        "core.previous_memory",
        "matching.attached",
        "matching.enrolment_person",
        "matching.listed_row",
        "matching.node_person",
        "matching.person_identity",
        "matching.registry_person",
        "matching.residual",
        "matching.unit",
        "matching.unpaired",
        "status.student_person",
        "matching.memory",
        "matching.child",
        "matching.person",
        "matching.rekey",
        "status.person_group",
        "status.present",
        "status.roll_fact",
        "status.roll_person",
        "status.child",
        "status.vanished",
        "status.verdict",
        "ledger.memory_state",
        "indicators.aided",
        "indicators.entry_child",
        "indicators.entry_judged",
        "restricted.children",
        "restricted.evidence",
        "restricted.figure_children",
        "restricted.identities",
        "restricted.lookup_requests",
        "restricted.no_registry",
    }
    for one in patched:
        instead, query = sparing.restricted_to(one, "work.main.t")
        own = [f"work.main.t_{one.table}_{name.replace('.', '_')}" for name in standing.patched(one)]
        assert set(own) <= instead.keys()
        assert all(re.search(rf"(from|join) {table}\b", query) for table in own)


def test_what_a_patched_model_asks_of_an_input_stands_in_its_table() -> None:
    asked = 0
    for one in discover().values():
        for name, query in standing.asks(one).items():
            asked += 1
            columns = set(re.findall(r"select (\w+) from touched\b", query))
            assert columns, one.name
            assert columns <= set(CATALOGUE[name].columns), one.name
            assert columns <= set(standing.named_columns(name)), one.name
            assert name in one.depends
            assert standing.patched_by(one)
        for table, column in standing.together(one):
            assert {column, standing.patched_by(one)} <= set(CATALOGUE[table].columns)
            assert column in CATALOGUE[one.name].columns
    assert asked


def test_no_star_brings_in_columns_that_a_model_names_nowhere() -> None:
    # They are left out where a model is patched, and where they alone move it stands.
    seen = 0
    by_column = {one.name for one in discover().values() if standing.patched(one) and not one.is_view}
    for one in discover().values():
        known = "|".join(re.escape(table) for table in by_column & one.depends)
        stars = re.findall(rf"\b(\w+) as \(\s*select \* from (?:{known})\b", one.sql) if known else []
        for name in {*stars, *standing.patched(one)}:
            seen += 1
            star = rf"distinct \* from {name}\b|(union|union all|except|intersect)\s+select \* from {name}\b"
            assert not re.search(star, one.sql), one.name
            assert not re.search(rf"\bhash\({name}\)", one.sql), one.name
    assert seen


def test_of_a_wide_table_a_patched_model_takes_the_columns_that_it_names() -> None:
    instead, _ = sparing.restricted_to(discover()["indicators.aided"], "work.main.t")
    assert instead["work.main.t_aided_child"].startswith("select person, e_county from ")


def test_what_a_model_has_no_rows_without_stands_in_its_header() -> None:
    needing = {one.name: standing.needed_rows(one) for one in discover().values() if standing.needed_rows(one)}
    assert needing == {"matching.decision_party": {"core.match_decision"}}


def test_a_view_is_restricted_as_the_models_that_it_reads() -> None:
    instead, _ = sparing.restricted_to(discover()["restricted.figure_children"], "work.main.t")
    judged, child = "work.main.t_figure_children_judged", "work.main.t_entry_judged_child"
    assert child in instead[judged]
    assert "from status.child" not in instead[judged]
    assert [*instead].index(child) < [*instead].index(judged)


def test_where_the_day_only_bounds_a_date_the_header_names_the_column() -> None:
    bounded = [one for one in discover().values() if standing.dated_rows(one)]
    assert {one.name for one in bounded} == {
        *("core.absence", "core.aid", "core.case_action", "core.daily_report", "core.enrolment_change", "core.lookup"),
        "core.match_decision",
    }
    for one in bounded:
        table, column = standing.dated_rows(one) or ("", "")
        # The day is imported once and stands in one comparison, with this column of this table.
        assert table in one.depends
        assert re.findall(r"\bas_of\b", one.sql) == ["as_of", "as_of"]
        assert len(re.findall(rf"\b{column} <= n\.as_of\b", one.sql)) == 1
        assert not one.parameters
        assert not standing.of_the_day(one)


def test_what_is_patched_for_some_inputs_only_is_made_anew_where_others_move() -> None:
    rekey = discover()["matching.rekey"]
    assert standing.patched_for(rekey, {"core.previous_memory"})
    assert not standing.patched_for(rekey, {"core.previous_memory", "core.enrolment"})
    assert not standing.patched_for(rekey, set())
    assert not standing.patched_for(discover()["core.school"], {"core.division"})


@pytest.mark.parametrize(
    ("read", "kinds"),
    [
        ("where kind = '户籍')", {"户籍"}),
        ("where kind in ('户籍', '学籍'))", {"户籍", "学籍"}),
        ("where kind in ('户籍', '学籍')\n)", {"户籍", "学籍"}),
        ("where kind = '户籍' or code = '990000')", None),
        ("where kind in ('户籍', '学籍') or code = '990000')", None),
        ("where code = '990000')", None),
        (")", None),
        ("where kind = '户籍'), d as (select delivery_id from core.delivery)", None),
    ],
)
def test_kinds_are_read_where_a_model_says_nothing_else(read: str, kinds: set[str] | None) -> None:
    reader = model(f"with delivery as (select delivery_id from core.delivery {read} select 1")
    assert standing.kinds_read(reader, "core.delivery") == kinds


def test_a_model_that_cannot_be_restricted_is_named() -> None:
    header = "-- patched: child (child_id)"
    with pytest.raises(ModelError, match=r"core\.x: the import CTE child"):
        sparing.restricted_to(model("with child as (select 1) select * from child", header), "t")


def test_the_restricted_database_is_written_anew_when_it_has_too_many_holes() -> None:
    stands = standing.Standing("", file=("cases.duckdb", [1]), holes=6)
    for name in A_ROW_A_CHILD:
        stands.left[name] = standing.Left(100, replaced=40)
        stands.tonight[name] = standing.Left(100, replaced=44)
        stands.patched[name] = "true"
    assert stands.holes_tonight() == 10
    assert stands.former_file() == ("cases.duckdb", [1])
    stands.tonight["restricted.children"] = standing.Left(100, replaced=45)
    assert stands.former_file() is None
    # A table that was made as a whole is replaced as a whole, one that stands not at all.
    stands.kept = set(A_ROW_A_CHILD)
    assert stands.holes_tonight() == 6
    stands.kept, stands.patched = set(), {}
    assert stands.holes_tonight() == 106


# The working file ----------------------------------------------------------------------------------------------------


def test_tables_that_are_left_are_there_once(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    engine = DuckDBEngine(path, large=True)
    assert engine.left() is None
    engine.execute("create table work.core.roll as select 1 as a; create table work.core.night as select 2 as a")
    engine.execute("create view work.core.seen as select * from core.roll")
    engine.leave("said", frozenset({"core.roll"}))
    engine.close()
    engine = DuckDBEngine(path, large=True)
    assert engine.left() == "said"
    assert engine.fetch("select a from core.roll") == [(1,)]
    assert not engine.exists("core.night")
    assert not engine.exists("core.seen")
    engine.close()  # a night that was not whole leaves nothing
    assert not (tmp_path / "w.duckdb.work").exists()


def test_tables_of_a_night_that_was_killed_are_not_taken_for_left(tmp_path: Path) -> None:
    path, work = tmp_path / "w.duckdb", tmp_path / "w.duckdb.work"
    engine = DuckDBEngine(path, large=True)
    engine.execute("create table work.core.roll as select 1 as a")
    engine.leave("said", frozenset({"core.roll"}))
    engine.close()
    engine = DuckDBEngine(path, large=True)
    as_killed = work.read_bytes()  # the night after it has begun, and ends here
    engine.close()
    work.write_bytes(as_killed)
    engine = DuckDBEngine(path, large=True)
    assert engine.left() is None
    assert not engine.exists("core.roll")
    engine.close()


def test_a_small_night_takes_left_tables_away(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "w.duckdb", large=True)
    engine.leave("said", frozenset())
    engine.close()
    DuckDBEngine(tmp_path / "w.duckdb").close()
    assert not (tmp_path / "w.duckdb.work").exists()
