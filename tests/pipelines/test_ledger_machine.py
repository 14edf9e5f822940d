"""Random lives and random nights (spec 4.3): whatever offices deliver, late or again, the ledger keeps its promises.

After every night all invariants hold, no case of the night before is lost, altered in its past or opened twice, and the
events of earlier nights stand as they stood. A night run again changes nothing; at the end all nights are run once more
from the first, with all that came late: that straight run gives what the replays gave.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipelines import ledger_store
from quality.invariants import check_invariants
from tests.pipelines.models.support import (
    ALL,
    JUNIOR,
    PRIMARY,
    Province,
    Row,
    absence_row,
    action_row,
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

START = dt.date(2025, 8, 28)
BIRTHS = ("2009-09-20", "2010-06-01", "2013-02-28", "2016-05-05", "2019-08-31")
KIDS = st.integers(0, len(BIRTHS) - 1)
DAYS = st.integers(1, 12)
ago = st.integers(0, 40)


class LedgerMachine(RuleBasedStateMachine):
    """What registers say of a few children from now on, what offices do, and the nights."""

    judged = 0
    """Nights judged in all examples so far: a run in which no night came proves nothing."""

    @initialize()
    def begin(self) -> None:
        self.province = Province()
        self.kids = [person(i + 1, birth) for i, birth in enumerate(BIRTHS)]
        self.numberless: set[int] = set()
        self.registry: dict[int, Row] = {i: {} for i in range(len(BIRTHS))}
        self.pupils: dict[int, Row] = {}
        self.at_roll: dict[int, bool] = {}
        self.today = START
        self.nights: list[dt.date] = []
        self.records = self.steps = 0
        self.cases: dict[str, dict[str, object]] = {}
        self.events: set[tuple[object, ...]] = set()
        for i in range(len(BIRTHS) - 1):
            self.enrol(i, "在读", 100)

    def teardown(self) -> None:
        if not getattr(self, "nights", None):
            return
        replayed = self.ledger()
        for night in self.nights:
            self.province.night(night, ALL)
        assert self.ledger() == replayed
        self.province.close()

    # What happens in a life, and what offices write down -------------------------------------------------------------

    @rule(kid=KIDS, status=st.sampled_from(["在读", "在读", "辍学", "转出", "休学", "毕业", "死亡", "出国"]), since=ago)
    def enrol(self, kid: int, status: str, since: int) -> None:
        born = dt.date.fromisoformat(BIRTHS[kid])
        grade = min(max(2025 - born.year - 5, 1), 9)
        self.pupils[kid] = {
            "enrolment_status": status,
            "grade": grade,
            "school_code": JUNIOR if grade > 6 else PRIMARY,
            "student_number": f"L{kid}",
            "status_date": self.day(since) if since < 35 else None,
            "suspended_until": self.day(since - 50) if status == "休学" and since % 3 else None,
        }

    @rule(kid=KIDS)
    def vanish(self, kid: int) -> None:
        self.pupils.pop(kid, None)

    @rule(kid=KIDS, status=st.sampled_from(["正常", "正常", "迁出", "注销", "死亡", "出国(境)", None]), since=ago)
    def reside(self, kid: int, status: str | None, since: int) -> None:
        self.registry.pop(kid, None)
        if status:
            self.registry[kid] = {"registry_status": status, "status_date": self.day(since)}

    @rule(kid=KIDS)
    def change_number(self, kid: int) -> None:
        self.numberless ^= {kid}

    @rule(kid=KIDS, present=st.sampled_from([True, True, False, None]))
    def call_the_roll(self, kid: int, present: bool | None) -> None:
        self.at_roll.pop(kid, None)
        if present is not None:
            self.at_roll[kid] = present

    @rule(kid=KIDS)
    def stay_away(self, kid: int) -> None:
        if kid in self.pupils:
            of = {name: self.pupils[kid][name] for name in ("student_number", "school_code")}
            days = school_days(self.day(6), self.today)
            rows = [absence_row(self.who(kid), **of, absence_date=each) for each in days]
            self.deliver("absence", *rows)

    @rule(kid=KIDS, result=st.sampled_from(["属实", "不属实"]), since=ago)
    def verify(self, kid: int, result: str, since: int) -> None:
        row = verification_row(self.who(kid), self.record(), result=result, action_date=self.day(since))
        self.deliver("case_action", row)

    @rule(
        kid=KIDS,
        what=st.sampled_from([("安置", "送教上门"), ("延缓入学", "疾病"), ("免除", "死亡"), ("免除", "出国(境)")]),
        since=st.integers(0, 10),
        until=st.integers(1, 30),
    )
    def approve(self, kid: int, what: tuple[str, str], since: int, until: int) -> None:
        window = {"start_date": self.day(since), "end_date": self.day(-until), "action_date": self.day(since)}
        approval = {"action_date": self.today.isoformat()}
        self.deliver("case_action", *request_rows(self.who(kid), self.record(), *what, approval=approval, **window))

    @rule(
        kid=KIDS,
        what=st.sampled_from([("劝返", None), ("文书", "限期复学通知书"), ("文书", "行政处罚决定书"), ("复学", None)]),
    )
    def act(self, kid: int, what: tuple[str, str | None]) -> None:
        row = action_row(
            self.who(kid), self.record(), action_type=what[0], action_kind=what[1], action_date=self.today.isoformat()
        )
        self.deliver("case_action", row)

    @rule(kid=KIDS, since=ago)
    def look_up(self, kid: int, since: int) -> None:
        self.deliver("lookup", lookup_row(self.kids[kid], lookup_date=self.day(since)))

    # Nights ----------------------------------------------------------------------------------------------------------

    @rule(days=DAYS)
    def night(self, days: int) -> None:
        self.night_after(days)

    def night_after(self, days: int) -> None:
        """What registers say goes out, and the night so many days later is run and judged."""
        before = self.today
        self.today += dt.timedelta(days=days)
        self.deliver("registry", *(registry_row(self.who(i), **row) for i, row in self.registry.items()))
        self.deliver("enrolment", *(enrolment_row(self.who(i), **row) for i, row in self.pupils.items()))
        rolls = [
            roll_row(
                self.who(i),
                school_code=row["school_code"],
                student_number=f"L{i}",
                present=self.at_roll[i],
                roll_date=self.today.isoformat(),
            )
            for i, row in self.pupils.items()
            if i in self.at_roll
        ]
        if rolls:
            self.deliver("in_school", *rolls)
        reported = school_days(before + dt.timedelta(days=1), self.today)
        self.deliver(
            "daily_report", *(report_row(school_code=s, report_date=d) for s in (PRIMARY, JUNIOR) for d in reported)
        )
        self.province.night(self.today, ALL)
        self.nights.append(self.today)
        self.look(strict=True)

    @invariant()
    def night_falls(self) -> None:
        """Whatever rules an example leaves out, a night comes after every fourth step."""
        self.steps += 1
        if self.steps % 4 == 0:
            self.night_after(1 + self.steps % 11)

    @precondition(lambda self: self.nights)
    @rule()
    def run_the_night_again(self) -> None:
        before = self.ledger()
        self.province.night(self.nights[-1], ALL)
        assert self.ledger() == before

    @precondition(lambda self: len(self.nights) > 1)
    @rule(kid=KIDS, result=st.sampled_from(["属实", "不属实"]), back=st.integers(1, 3))
    def deliver_late_and_replay(self, kid: int, result: str, back: int) -> None:
        first = max(0, len(self.nights) - 1 - back)
        on = self.nights[first]
        row = verification_row(self.who(kid), self.record(), result=result, action_date=on.isoformat())
        self.province.add("case_action", row, on=on, more=f"_迟{self.records}")
        for night in self.nights[first:]:
            self.province.night(night, ALL)
        self.look(strict=False)

    # What must hold --------------------------------------------------------------------------------------------------

    def look(self, *, strict: bool) -> None:
        """Judge the night just run; `strict` where it followed another: nothing of that one may have changed."""
        LedgerMachine.judged += 1
        failed = [(o.check, o.sample) for o in check_invariants(self.province.engine) if not o.passed]
        assert failed == []
        cases = {row["case_uid"]: row for row in self.province.rows("ledger.case_state")}
        standing = (
            "select e.* exclude (run_id) from ledger.event_log as e join ledger.run as r using (run_id) where r.stands"
        )
        events = set(self.province.engine.read(standing).rows())
        if strict:
            assert set(self.cases) <= set(cases), "a case was lost"
            assert self.events <= events, "an event was altered"
            for uid, before in self.cases.items():
                kept = ("opened_on", "category", "stage", "poor", "place_division", "relapse")
                kept += ("closed_on", "close_reason", "verified_on") if before["state"] == "closed" else ()
                assert {n: cases[uid][n] for n in kept} == {n: before[n] for n in kept}
        by_child: dict[str, list[dict]] = {}
        for case in cases.values():
            by_child.setdefault(case["child_key"], []).append(case)
            assert case["closed_on"] is None or case["closed_on"] > case["opened_on"]
            assert case["verified_on"] is None or case["verified_on"] >= case["opened_on"]
        for of_child in by_child.values():
            ordered = sorted(of_child, key=lambda case: case["episode"])
            assert [case["episode"] for case in ordered] == list(range(1, len(ordered) + 1))
            for earlier, later in pairwise(ordered):
                assert earlier["opened_on"] <= later["opened_on"]
                # Only of two children who turned out to be one may two cases have been open at once.
                merged = "merged" in (earlier["close_reason"], later["close_reason"])
                assert merged or earlier["closed_on"] < later["opened_on"] or self.rekeyed(earlier, later)
        self.cases, self.events = cases, events

    def rekeyed(self, *cases: dict) -> bool:
        """Whether one of the cases was opened under another key of its child."""
        return any(not case["case_uid"].startswith(case["child_key"]) for case in cases)

    def ledger(self) -> list[object]:
        """What stands, without the numbers of runs."""
        queries = [
            "select e.* exclude (run_id) from ledger.event_log as e join ledger.run as r using (run_id) "
            "where r.stands order by all",
            *(
                f"select * exclude (from_run, to_run) from {history} where to_run is null order by all"
                for history in ledger_store.HISTORIES
            ),
        ]
        return [self.province.engine.read(query).rows() for query in queries]

    def day(self, before: int) -> str:
        return (self.today - dt.timedelta(days=before)).isoformat()

    def who(self, kid: int) -> Row:
        return unnumbered(self.kids[kid]) if kid in self.numberless else self.kids[kid]

    def record(self) -> str:
        self.records += 1
        return f"录{self.records}"

    def deliver(self, kind: str, *rows: Row) -> None:
        """Snapshots come on the night's own day; what happens after a night comes the day after it."""
        if kind in ("registry", "enrolment", "in_school", "daily_report"):
            self.province.add(kind, *rows, on=self.today)
        else:
            self.records += 1
            self.province.add(kind, *rows, on=self.today + dt.timedelta(days=1), more=f"_{self.records}")


def run_lives(machine: type[LedgerMachine], examples: int, steps: int) -> None:
    """Run so many lives of so many steps each, the same ones every time."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=(Phase.explicit, Phase.generate),
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def nights_of(examples: int, steps: int) -> int:
    """Run the machine; returns how many nights it judged."""
    before = LedgerMachine.judged
    run_lives(LedgerMachine, examples, steps)
    return LedgerMachine.judged - before


def test_random_lives_and_nights_keep_every_promise() -> None:
    assert nights_of(examples=2, steps=12) >= 2


@pytest.mark.full
def test_many_more_lives_and_nights_keep_every_promise() -> None:
    assert nights_of(examples=4, steps=50) >= 4
