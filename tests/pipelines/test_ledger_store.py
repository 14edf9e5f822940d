"""What outlives a night: histories, events, runs; and random lives, straight, twice and replayed (house rule 5)."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import histories, ledger_store
from pipelines.engine import DuckDBEngine
from pipelines.landing.frames import ensure_tables
from quality.invariants import check_invariants
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql
from tests.pipelines.models.support import (
    ALL,
    JUNIOR,
    LEDGER,
    PRIMARY,
    SECOND_PRIMARY,
    Province,
    Row,
    absence_row,
    before,
    enrolment_row,
    lookup_row,
    person,
    registry_row,
    report_row,
    request_rows,
    roll_row,
    school_days,
    unnumbered,
    verification_row,
)

FIRST, SECOND, THIRD = dt.date(2025, 9, 10), dt.date(2025, 9, 17), dt.date(2025, 9, 24)


class Store:
    """The lasting tables over hand-made results of a night: memory of children `a`, `b`, … with a grade each."""

    def __init__(self) -> None:
        self.engine = DuckDBEngine(":memory:", threads=1)
        ledger_store.prepare(self.engine)
        for working in ledger_store.HISTORIES.values():
            self.engine.execute(create_table_sql(CATALOGUE[working], target=f"work.{working}"))
        self.engine.execute("create table work.core.night (as_of DATE, previous_night DATE)")
        self.engine.execute("create table work.core.policy_mark as select 'as ever' as policy")
        ensure_tables(self.engine)
        self.engine.execute(
            "create table work.ledger.event_tonight (case_uid VARCHAR, event VARCHAR, on_date DATE, reason VARCHAR, "
            "evidence_kind VARCHAR, evidence_delivery VARCHAR, evidence_row BIGINT)"
        )

    def night(self, as_of: dt.date, grades: dict[str, int], *events: str, home: Path | None = None) -> int:
        """Commit a night that ends with these grades and events; returns the run."""
        previous = ledger_store.previous_night(self.engine, as_of)
        self.engine.execute("delete from core.night")
        self.engine.execute("insert into core.night values ($as_of, $previous)", {"as_of": as_of, "previous": previous})
        self.engine.execute("delete from ledger.memory_state")
        self.engine.execute("delete from ledger.event_tonight")
        for child, grade in grades.items():
            row = {"child": child, "grade": grade}
            sql = "insert into ledger.memory_state (child_id, child_key, grade) values ($child, $child, $grade)"
            self.engine.execute(sql, row)
        for uid in events:
            sql = "insert into ledger.event_tonight (case_uid, event, on_date) values ($uid, 'open', $as_of)"
            self.engine.execute(sql, {"uid": uid, "as_of": as_of})
        return ledger_store.commit(self.engine, as_of, home)

    def after(self, night: dt.date, run_id: int | None = None) -> dict[str, int]:
        """What was remembered after a night, as a run knew it; as known now without one."""
        frame = histories.state_after(self.engine, "ledger.memory_history", night, run_id)
        return dict(frame.sort("child_id").select("child_id", "grade").iter_rows())

    def log(self) -> list[str]:
        """Events of the runs that stand."""
        sql = (
            "select case_uid from ledger.event_log as e join ledger.run as r using (run_id) where r.stands order by all"
        )
        return self.engine.read(sql)["case_uid"].to_list()


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    yield made
    made.engine.close()


def test_every_night_can_be_read_again(store: Store) -> None:
    store.night(FIRST, {"a": 1, "b": 2}, "x")
    store.night(SECOND, {"a": 1, "b": 3}, "y")
    store.night(THIRD, {"b": 3, "c": 4})
    assert [store.after(n) for n in (FIRST, SECOND, THIRD)] == [{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": 3, "c": 4}]
    assert store.log() == ["x", "y"]
    # Unchanged rows are not written again.
    assert store.engine.count("ledger.memory_history") == 4


def test_a_night_twice_changes_nothing(store: Store) -> None:
    for _ in range(2):
        store.night(FIRST, {"a": 1, "b": 2}, "x")
    for _ in range(3):
        store.night(SECOND, {"a": 2}, "y")
    assert (store.after(FIRST), store.after(SECOND), store.log()) == ({"a": 1, "b": 2}, {"a": 2}, ["x", "y"])
    assert store.engine.count("ledger.memory_history") == 3


def test_an_older_night_sets_later_ones_aside_and_a_replay_brings_them_back(store: Store) -> None:
    store.night(FIRST, {"a": 1}, "x")
    store.night(SECOND, {"a": 2, "b": 1}, "y")
    store.night(THIRD, {"b": 1}, "z")
    assert ledger_store.later_nights(store.engine, FIRST) == [SECOND, THIRD]
    store.night(FIRST, {"a": 5}, "w")
    assert store.after(THIRD) == {"a": 5}
    assert store.log() == ["w"]
    assert ledger_store.later_nights(store.engine, FIRST) == []
    assert ledger_store.previous_night(store.engine, THIRD) == FIRST
    store.night(SECOND, {"a": 2, "b": 1}, "y")
    store.night(THIRD, {"b": 1}, "z")
    assert [store.after(n) for n in (FIRST, SECOND, THIRD)] == [{"a": 5}, {"a": 2, "b": 1}, {"b": 1}]
    assert store.log() == ["w", "y", "z"]
    # Nothing is forgotten: all six runs are there, three stand.
    assert (
        store.engine.read("select stands from ledger.run order by run_id")["stands"].to_list()
        == [False] * 3 + [True] * 3
    )


def test_a_commit_that_breaks_changes_nothing(store: Store) -> None:
    store.night(FIRST, {"a": 1}, "x")
    store.engine.execute("drop table work.indicators.rate_state")
    with pytest.raises(Exception, match="rate_state"):
        store.night(SECOND, {"a": 9}, "y")
    assert (store.after(SECOND), store.log()) == ({"a": 1}, ["x"])
    assert ledger_store.previous_night(store.engine, THIRD) == FIRST


def test_a_replay_writes_only_what_later_nights_had_changed(store: Store) -> None:
    for as_of in (FIRST, SECOND, THIRD, SECOND, THIRD):
        store.night(as_of, {"a": 1, "b": as_of.day})
    # What the third night had ended and begun is told once more; what stood through all of it is not.
    assert store.engine.count("ledger.memory_history") == 1 + 3 + 2


def test_what_a_run_said_is_never_lost(store: Store) -> None:
    first = store.night(FIRST, {"a": 1, "b": 2})
    second = store.night(SECOND, {"a": 1})
    store.night(FIRST, {"a": 7, "b": 2})
    again = store.night(SECOND, {"a": 7, "b": 2})
    assert store.after(FIRST, first) == {"a": 1, "b": 2}
    assert [store.after(n, second) for n in (FIRST, SECOND)] == [{"a": 1, "b": 2}, {"a": 1}]
    assert [store.after(n, again) for n in (FIRST, SECOND)] == [{"a": 7, "b": 2}] * 2
    assert store.after(SECOND) == {"a": 7, "b": 2}


states = st.dictionaries(st.sampled_from("abc"), st.integers(1, 2))
told = st.lists(st.tuples(st.sampled_from([FIRST, SECOND, THIRD]), states), min_size=1, max_size=7)


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(told)
def test_every_run_can_be_asked_what_it_knew_of_every_night(runs: list[tuple[dt.date, dict[str, int]]]) -> None:
    made = Store()
    standing: dict[dt.date, dict[str, int]] = {}
    expected = []
    for night, state in runs:
        run_id = made.night(night, state)
        standing = {other: of for other, of in standing.items() if other < night} | {night: state}
        expected += [(run_id, other, of) for other, of in standing.items()]
    assert [made.after(night, run_id) for run_id, night, _ in expected] == [of for _, _, of in expected]
    assert {night: made.after(night) for night in standing} == standing
    made.engine.close()


def test_only_a_shown_night_is_published(store: Store, tmp_path: Path) -> None:
    store.night(FIRST, {"a": 1}, home=tmp_path)
    assert store.engine.scalar("select published from ledger.run") is False
    ledger_store.mark_published(store.engine, FIRST, tmp_path)
    assert store.engine.scalar("select published from ledger.run") is True


# Random lives -------------------------------------------------------------------------------------------------------

NIGHTS = ["2025-09-05", "2025-09-12", "2025-09-19", "2025-09-26", "2025-10-10", "2025-10-20"]
STATUSES = ["在读"] * 5 + ["辍学"] * 3 + ["转出", "转出", "休学", "毕业", "死亡", "出国", None, None]
CHILDREN = 45


def lives(seed: int) -> Province:
    """A province whose children do anything between the nights; actions and reports by chance too."""
    draw = random.Random(seed)
    made = Province()
    births = [f"{draw.randint(2008, 2019)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" for _ in range(CHILDREN)]
    births[:3] = ["2009-09-15", "2009-10-15", "2019-08-31"]
    kids = [person(i + 1, birth) for i, birth in enumerate(births)]
    hidden = {i for i in range(CHILDREN) if draw.random() < 0.15}  # without a number at first
    record = 0
    for night in NIGHTS:
        on = before(night, 1)
        registry: list[Row] = []
        pupils: list[Row] = []
        rolls: list[Row] = []
        actions: list[Row] = []
        lookups: list[Row] = []
        absences: list[Row] = []
        for i, kid in enumerate(kids):
            if i in hidden and draw.random() < 0.3:
                hidden.discard(i)
            who = unnumbered(kid) if i in hidden else kid
            if draw.random() < 0.85:
                status = draw.choice(["正常"] * 20 + ["迁出", "注销", "死亡", "出国(境)"])
                registry.append(
                    registry_row(who, registry_status=status, status_date=before(night, draw.randint(1, 40)))
                )
            status_now = draw.choice(STATUSES)
            if status_now:
                grade = draw.randint(1, 9)
                school = JUNIOR if grade > 6 else draw.choice([PRIMARY, SECOND_PRIMARY])
                until = before(night, -draw.randint(-20, 60)) if status_now == "休学" else None
                more = {"enrolment_status": status_now, "grade": grade, "school_code": school, "suspended_until": until}
                more["status_date"] = draw.choice([None, before(night, draw.randint(1, 120))])
                pupils.append(enrolment_row(who, **more, student_number=f"L{i}"))
                rolls.append(
                    roll_row(who, student_number=f"L{i}", school_code=school, roll_date=on, present=draw.random() < 0.8)
                )
                if draw.random() < 0.3:
                    of = {"student_number": f"L{i}", "school_code": school}
                    week = school_days(before(night, 4), night)
                    absences += [absence_row(who, **of, absence_date=d) for d in week]
            if draw.random() < 0.25:
                record += 1
                result = draw.choice(["属实", "不属实"])
                dated = {"action_date": before(night, draw.randint(1, 40)), "result": result}
                actions.append(verification_row(who, f"核{record}", **dated))
            if draw.random() < 0.08:
                record += 1
                kind = draw.choice([("安置", "送教上门"), ("延缓入学", "疾病"), ("免除", "死亡")])
                window = {"start_date": before(night, 3), "end_date": before(night, -draw.randint(1, 40))}
                actions += request_rows(who, f"请{record}", *kind, **window)
            if draw.random() < 0.06:
                lookups.append(lookup_row(kid, lookup_date=before(night, draw.randint(1, 60))))
        made.add("registry", *registry, on=on)
        made.add("enrolment", *pupils, on=on)
        made.add("in_school", *rolls, on=on)
        made.add("case_action", *actions, on=on)
        made.add("lookup", *lookups, on=on)
        made.add("absence", *{(r["student_number"], r["absence_date"]): r for r in absences}.values(), on=on)
        days = school_days("2025-09-01", on)
        made.add(
            "daily_report", *(report_row(school_code=s, report_date=d) for s in (PRIMARY, JUNIOR) for d in days), on=on
        )
        made.add("department_list", on=on)
    return made


def ledger(made: Province) -> tuple[pl.DataFrame, ...]:
    """What stands in the ledger, as known now, without the numbers of runs."""
    events = (
        "select e.* exclude (run_id) from ledger.event_log as e join ledger.run as r using (run_id) "
        "where r.stands order by all"
    )
    known = [
        f"select * exclude (from_run, to_run) from {history} where to_run is null order by all"
        for history in ledger_store.HISTORIES
    ]
    return tuple(made.engine.read(sql) for sql in (events, *known))


def same(one: tuple[pl.DataFrame, ...], other: tuple[pl.DataFrame, ...]) -> bool:
    return all(a.equals(b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_random_lives_keep_every_invariant_and_replay_as_they_ran(seed: int) -> None:
    made = lives(seed)
    for night in NIGHTS:
        made.night(night, ALL)
        failed = [(o.check, o.sample) for o in check_invariants(made.engine) if not o.passed]
        assert (night, failed) == (night, [])
    straight = ledger(made)
    cases = made.rows("ledger.case_state")
    reasons = {c["close_reason"] for c in cases}
    assert "found_enrolled" in reasons
    assert len(reasons) >= 5, reasons
    assert max(c["episode"] for c in cases) > 1
    made.night(NIGHTS[-1], ALL)
    assert same(ledger(made), straight)
    # Back to the second night, then on: what would have been is what was.
    for night in NIGHTS[1:]:
        made.night(night, ALL)
    assert same(ledger(made), straight)


def test_a_late_delivery_changes_only_what_is_replayed() -> None:
    made = Province()
    out = {"enrolment_status": "辍学", "status_date": "2025-09-05"}
    made.add("enrolment", enrolment_row(person(1), **out), enrolment_row(person(2)), on="2025-08-25")
    for night in ("2025-09-10", "2025-09-17"):
        made.night(night, LEDGER)
    late = verification_row(person(1), "迟", result="不属实", action_date="2025-09-08")
    made.add("case_action", late, on="2025-09-09")
    made.night("2025-09-24", LEDGER)
    # Delivered (on paper) before the case was opened, it does not belong to it.
    assert [c["state"] for c in made.rows("ledger.case_state")] == ["verified"]
    for night in ("2025-09-10", "2025-09-17", "2025-09-24"):
        made.night(night, LEDGER)
    # Replayed from its date there never was a case.
    assert made.rows("ledger.case_state") == []
