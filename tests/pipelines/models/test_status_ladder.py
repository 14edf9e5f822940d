"""Every line of the ladder (spec 3.3) with its boundary days: many children, one night, one expectation each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from tests.pipelines.models.support import (
    COUNTY,
    JUNIOR,
    OTHER_COUNTY,
    OTHER_TOWN,
    OTHER_VILLAGE,
    SECOND_PRIMARY,
    SENIOR,
    TOWN,
    Province,
    Row,
    before,
    change_row,
    enrolment_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    request_rows,
    roll_row,
)

NIGHT = "2025-11-10"
ROLL = "2025-09-03"
Rows = Iterable[tuple[str, Row]]


@dataclass
class Case:
    """One child: rows that speak of it and what the night must say."""

    name: str
    rows: Callable[[Row], Rows]
    status: str
    category: str | None = None
    evidence: str | None = None
    flags: str | None = None
    birth: str = "2015-03-01"


def registered(who: Row, **changes: object) -> tuple[str, Row]:
    return "registry", registry_row(who, **changes)


def enrolled(who: Row, **changes: object) -> tuple[str, Row]:
    return "enrolment", enrolment_row(who, **changes)


def on_roll(who: Row, **changes: object) -> tuple[str, Row]:
    """On the roll of the second primary school, which alone has one."""
    return "in_school", roll_row(who, school_code=SECOND_PRIMARY, **changes)


def asked(who: Row, action_type: str, kind: str | None, **changes: object) -> Rows:
    record = f"{who['name']}-{action_type}"
    return [("case_action", row) for row in request_rows(who, record, action_type, kind, **changes)]


DECEASED = [
    Case("registry says dead", lambda w: [registered(w, registry_status="死亡"), enrolled(w)], "deceased"),
    Case("register says dead", lambda w: [registered(w), enrolled(w, enrolment_status="死亡")], "deceased"),
    Case(
        "a change says dead",
        lambda w: [
            registered(w),
            enrolled(w),
            ("enrolment_change", change_row(w, change_type="死亡", change_date=NIGHT)),
        ],
        "deceased",
    ),
    Case(
        "a change of tomorrow says nothing yet",
        lambda w: [
            registered(w),
            enrolled(w),
            ("enrolment_change", change_row(w, change_type="死亡", change_date=before(NIGHT, -1))),
        ],
        "in_school",
    ),
    Case("exempted as dead", lambda w: [registered(w), enrolled(w), *asked(w, "免除", "死亡")], "deceased"),
    Case(
        "an exemption has no window",
        lambda w: [registered(w), *asked(w, "免除", "死亡", start_date="2026-01-01", end_date="2026-02-01")],
        "deceased",
    ),
    Case(
        "dead but on a later roll",
        lambda w: [registered(w, registry_status="死亡", status_date="2025-09-02"), enrolled(w), on_roll(w)],
        "in_school",
        flags="dead_but_present",
    ),
    Case(
        "dead without a date but on a roll",
        lambda w: [registered(w, registry_status="死亡"), enrolled(w), on_roll(w)],
        "in_school",
        flags="dead_but_present",
    ),
    Case(
        "dead on the day of the roll",
        lambda w: [registered(w, registry_status="死亡", status_date=ROLL), enrolled(w), on_roll(w)],
        "deceased",
    ),
    Case(
        "the roll says absent: dead",
        lambda w: [registered(w, registry_status="死亡"), enrolled(w), on_roll(w, present=False)],
        "deceased",
    ),
    Case(
        "the roll does not speak against the register",
        lambda w: [registered(w, registry_status="死亡"), enrolled(w, enrolment_status="死亡"), on_roll(w)],
        "deceased",
        flags="dead_but_present",
    ),
]

EMIGRATED = [
    Case("registry says abroad", lambda w: [registered(w, registry_status="出国(境)"), enrolled(w)], "emigrated"),
    Case("register says abroad", lambda w: [registered(w), enrolled(w, enrolment_status="出国")], "emigrated"),
    Case("exempted as abroad", lambda w: [registered(w), *asked(w, "免除", "出国(境)")], "emigrated"),
    Case(
        "another exemption settles nothing",
        lambda w: [registered(w), *asked(w, "免除", "其他")],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "abroad but on a later roll",
        lambda w: [registered(w, registry_status="出国(境)", status_date="2025-09-02"), on_roll(w)],
        "in_school",
        flags="abroad_but_present;no_enrolment",
    ),
    Case(
        "dead comes before abroad",
        lambda w: [registered(w, registry_status="出国(境)"), *asked(w, "免除", "死亡")],
        "deceased",
    ),
]

GRADUATED = [
    Case(
        "graduated from grade 9",
        lambda w: [registered(w), enrolled(w, school_code=JUNIOR, grade=9, enrolment_status="毕业")],
        "graduated",
        birth="2010-12-01",
    ),
    Case(
        "a change says so",
        lambda w: [
            registered(w),
            ("enrolment_change", change_row(w, change_type="毕业", change_date="2025-06-30", grade=9)),
            enrolled(w, school_code=JUNIOR, grade=9),
        ],
        "graduated",
        birth="2010-12-01",
    ),
    Case(
        "a change of grade 6 does not",
        lambda w: [registered(w), enrolled(w), ("enrolment_change", change_row(w, change_type="毕业", grade=6))],
        "in_school",
    ),
    Case(
        "in senior school",
        lambda w: [registered(w), enrolled(w, school_code=SENIOR, grade=10)],
        "graduated",
        birth="2010-03-01",
    ),
    Case(
        "out of senior school is no junior graduation",
        lambda w: [registered(w), enrolled(w, school_code=SENIOR, grade=10, enrolment_status="辍学")],
        "out_of_school",
        "never_enrolled",
        birth="2010-03-01",
    ),
    Case(
        "a senior row alone is no child",
        lambda w: [enrolled(w, school_code=SENIOR, grade=10)],
        "",
        birth="2010-03-01",
    ),
]

IN_SCHOOL = [
    Case("in the register", lambda w: [registered(w), enrolled(w)], "in_school"),
    Case("without a registry row", lambda w: [enrolled(w)], "in_school"),
    Case("on the roll alone", lambda w: [on_roll(w)], "in_school", flags="no_enrolment"),
    Case("registered and on the roll", lambda w: [registered(w), on_roll(w)], "in_school", flags="no_enrolment"),
    Case(
        "on the roll as absent", lambda w: [registered(w), on_roll(w, present=False)], "out_of_school", "never_enrolled"
    ),
    Case(
        "dropped out, then on the roll",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date="2025-09-02"), on_roll(w)],
        "in_school",
        flags="no_enrolment",
    ),
    Case(
        "dropped out without a date, on the roll",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date=None), on_roll(w)],
        "in_school",
        flags="no_enrolment",
    ),
    Case(
        "dropped out on the day of the roll",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date=ROLL), on_roll(w)],
        "out_of_school",
        "dropped_out",
        ROLL,
    ),
    Case(
        "two active rows",
        lambda w: [registered(w), enrolled(w), enrolled(w, school_code=JUNIOR, grade=7, student_number=None)],
        "in_school",
        flags="two_active_enrolments",
    ),
]

SUSPENDED = [
    Case(
        "until tonight",
        lambda w: [registered(w), enrolled(w, enrolment_status="休学", suspended_until=NIGHT)],
        "suspended",
    ),
    Case(
        "until yesterday",
        lambda w: [registered(w), enrolled(w, enrolment_status="休学", suspended_until=before(NIGHT, 1))],
        "out_of_school",
        "suspension_lapsed",
        before(NIGHT, 1),
    ),
    Case(
        "until a day of the summer holidays",
        lambda w: [registered(w), enrolled(w, enrolment_status="休学", suspended_until="2025-07-20")],
        "out_of_school",
        "suspension_lapsed",
        "2025-08-31",
    ),
    Case(
        "until a holiday inside a term",
        lambda w: [registered(w), enrolled(w, enrolment_status="休学", suspended_until="2025-10-03")],
        "out_of_school",
        "suspension_lapsed",
        "2025-10-03",
    ),
    Case(
        "without an end",
        lambda w: [registered(w), enrolled(w, enrolment_status="休学")],
        "out_of_school",
        "suspension_lapsed",
    ),
    Case(
        "an end on another status says nothing",
        lambda w: [
            registered(w),
            enrolled(w, enrolment_status="辍学", status_date="2025-10-09", suspended_until="2026-01-05"),
        ],
        "out_of_school",
        "dropped_out",
        "2025-10-09",
    ),
]


def looked_up(who: Row, **changes: object) -> tuple[str, Row]:
    return "lookup", lookup_row(who, **changes)


ELSEWHERE = [
    Case("found in another province", lambda w: [registered(w), looked_up(w)], "enrolled_elsewhere"),
    Case("180 days ago", lambda w: [registered(w), looked_up(w, lookup_date=before(NIGHT, 180))], "enrolled_elsewhere"),
    Case(
        "181 days ago",
        lambda w: [registered(w), looked_up(w, lookup_date=before(NIGHT, 181))],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "dated tomorrow",
        lambda w: [registered(w), looked_up(w, lookup_date=before(NIGHT, -1))],
        "out_of_school",
        "never_enrolled",
    ),
    *(
        Case(
            f"this province as {own}",
            lambda w, own=own: [registered(w), looked_up(w, province=own)],
            "out_of_school",
            "never_enrolled",
        )
        for own in ("示例省", "99", "990000", "990000000000", None)
    ),
    Case("another province by code", lambda w: [registered(w), looked_up(w, province="980000")], "enrolled_elsewhere"),
    Case(
        "graduated there",
        lambda w: [registered(w), looked_up(w, lookup_result="毕业")],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "a later look-up finds nothing",
        lambda w: [
            registered(w),
            looked_up(w),
            looked_up(w, lookup_date="2025-09-09", lookup_result="无记录", province=None),
        ],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "before the child dropped out",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date="2025-09-09"), looked_up(w)],
        "out_of_school",
        "dropped_out",
        "2025-09-09",
    ),
    Case(
        "on the day the child dropped out",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date="2025-09-08"), looked_up(w)],
        "enrolled_elsewhere",
    ),
    Case("in school here comes first", lambda w: [registered(w), enrolled(w), looked_up(w)], "in_school"),
    Case(
        "not on our roll and found elsewhere",
        lambda w: [registered(w), enrolled(w, school_code=SECOND_PRIMARY), looked_up(w)],
        "enrolled_elsewhere",
        flags="register_to_move",
    ),
]

PLACED = [
    Case("placed", lambda w: [registered(w), *asked(w, "安置", "送教上门")], "placed"),
    Case(
        "placement comes before deferral",
        lambda w: [registered(w), *asked(w, "延缓入学", "疾病"), *asked(w, "安置", "随班就读")],
        "placed",
    ),
    Case("begins tonight", lambda w: [registered(w), *asked(w, "安置", "送教上门", start_date=NIGHT)], "placed"),
    Case(
        "begins tomorrow",
        lambda w: [registered(w), *asked(w, "安置", "送教上门", start_date=before(NIGHT, -1))],
        "out_of_school",
        "never_enrolled",
    ),
    Case("ends tonight", lambda w: [registered(w), *asked(w, "安置", "送教上门", end_date=NIGHT)], "placed"),
    Case(
        "ended yesterday",
        lambda w: [registered(w), *asked(w, "安置", "送教上门", end_date=before(NIGHT, 1))],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "a kind that does not count",
        lambda w: [registered(w), *asked(w, "安置", "自学")],
        "out_of_school",
        "never_enrolled",
    ),
    Case("no kind", lambda w: [registered(w), *asked(w, "安置", None)], "out_of_school", "never_enrolled"),
    Case(
        "too young for training",
        lambda w: [registered(w), *asked(w, "安置", "技能培训")],
        "out_of_school",
        "never_enrolled",
        birth="2009-11-11",
    ),
    Case(
        "old enough for training",
        lambda w: [registered(w), *asked(w, "安置", "技能培训")],
        "placed",
        birth="2009-11-10",
    ),
    Case(
        "14 tonight: vocational school",
        lambda w: [registered(w), *asked(w, "安置", "职业学校")],
        "placed",
        birth="2011-11-10",
    ),
    Case(
        "13 tonight: no vocational school",
        lambda w: [registered(w), *asked(w, "安置", "职业学校")],
        "out_of_school",
        "never_enrolled",
        birth="2011-11-11",
    ),
    Case(
        "16 tonight: remedial education",
        lambda w: [registered(w), *asked(w, "安置", "补偿教育")],
        "placed",
        birth="2009-10-01",
    ),
]

NOT_APPROVED: dict[str, dict[str, object]] = {
    "no evidence number": {"evidence_number": None},
    "not passed": {"approval": {"result": "不通过"}},
    "no result": {"approval": {"result": None}},
    "approves another record": {"approval": {"related_record": "R-none"}},
    "approves another kind": {"approval": {"action_kind": "随班就读"}},
    "another county approves": {"approval": {"division_code": OTHER_COUNTY}},
    "approved before it was asked": {"approval": {"action_date": "2025-09-04"}},
    "approved tomorrow": {"approval": {"action_date": before(NIGHT, -1)}},
    "somebody else is approved": {"approval": dict(person(499))},
}
APPROVED: dict[str, dict[str, object]] = {
    "approved without a kind": {"approval": {"action_kind": None}},
    "approved by the township": {"approval": {"division_code": TOWN}},
    "approved the same day": {"approval": {"action_date": "2025-09-05"}},
    "approved tonight": {"approval": {"action_date": NIGHT}},
}
APPROVAL = [
    *(
        Case(
            name,
            lambda w, c=changes: [registered(w), *asked(w, "安置", "送教上门", **c)],
            "out_of_school",
            "never_enrolled",
        )
        for name, changes in NOT_APPROVED.items()
    ),
    *(
        Case(name, lambda w, c=changes: [registered(w), *asked(w, "安置", "送教上门", **c)], "placed")
        for name, changes in APPROVED.items()
    ),
]

DEFERRED = [
    Case("deferred", lambda w: [registered(w), *asked(w, "延缓入学", "疾病")], "deferred"),
    Case("until tonight", lambda w: [registered(w), *asked(w, "延缓入学", "疾病", end_date=NIGHT)], "deferred"),
    Case(
        "until yesterday",
        lambda w: [registered(w), *asked(w, "延缓入学", "疾病", end_date=before(NIGHT, 1))],
        "out_of_school",
        "never_enrolled",
    ),
    Case(
        "from the action's date where none is given",
        lambda w: [registered(w), *asked(w, "延缓入学", "残疾", action_date=NIGHT, approval={"action_date": NIGHT})],
        "deferred",
    ),
]

SUSPECTED = [
    Case(
        "missing on the roll",
        lambda w: [registered(w), enrolled(w, school_code=SECOND_PRIMARY)],
        "suspected_absent",
        "not_at_roll_call",
        ROLL,
    ),
]

TRANSFER = [
    *(
        Case(
            f"{status} {days} days ago",
            lambda w, status=status, days=days: [
                registered(w),
                enrolled(w, grade=6, enrolment_status=status, status_date=before(NIGHT, days)),
            ],
            "transfer_pending" if days <= 30 else "out_of_school",
            None if days <= 30 else "transfer_lost",
            None if days <= 30 else before(NIGHT, days),
        )
        for status in ("转出", "毕业")
        for days in (0, 30, 31)
    ),
    Case(
        "transferred without a date",
        lambda w: [registered(w), enrolled(w, enrolment_status="转出", status_date=None)],
        "out_of_school",
        "transfer_lost",
    ),
    Case(
        "transferred in the last junior grade",
        lambda w: [
            registered(w),
            enrolled(w, school_code=JUNIOR, grade=9, enrolment_status="转出", status_date=before(NIGHT, 30)),
        ],
        "transfer_pending",
        birth="2010-12-01",
    ),
    Case(
        "moved 30 days ago",
        lambda w: [registered(w, registry_status="迁出", status_date=before(NIGHT, 30))],
        "transfer_pending",
    ),
    Case(
        "moved 31 days ago",
        lambda w: [registered(w, registry_status="迁出", status_date=before(NIGHT, 31))],
        "moved_away",
    ),
    Case("moved without a date", lambda w: [registered(w, registry_status="迁出")], "moved_away"),
    Case("struck off", lambda w: [registered(w, registry_status="注销", status_date=before(NIGHT, 3))], "moved_away"),
    Case(
        "moved with a row in the register",
        lambda w: [
            registered(w, registry_status="迁出", status_date=before(NIGHT, 3)),
            enrolled(w, enrolment_status="辍学", status_date="2025-10-10"),
        ],
        "out_of_school",
        "dropped_out",
        "2025-10-10",
    ),
]

AGE = [
    Case("school age 5", lambda w: [registered(w)], "not_due", birth="2019-09-01"),
    Case(
        "school age 6 after the grace", lambda w: [registered(w)], "out_of_school", "never_enrolled", birth="2019-08-31"
    ),
    Case("school age 16", lambda w: [registered(w)], "not_due", birth="2009-08-31"),
    Case("school age 15, 16 tonight", lambda w: [registered(w)], "aged_out", birth="2009-11-10"),
    Case(
        "school age 15, 16 tomorrow", lambda w: [registered(w)], "out_of_school", "never_enrolled", birth="2009-11-11"
    ),
    Case(
        "dropped out, 16 tonight",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date="2025-10-10")],
        "aged_out",
        birth="2009-11-10",
    ),
    Case(
        "dropped out, 16 tomorrow",
        lambda w: [registered(w), enrolled(w, enrolment_status="辍学", status_date="2025-10-10")],
        "out_of_school",
        "dropped_out",
        "2025-10-10",
        birth="2009-11-11",
    ),
    Case(
        "moved away at 16 has aged out",
        lambda w: [registered(w, registry_status="注销")],
        "aged_out",
        birth="2009-10-01",
    ),
    Case("18 tonight is in the universe", lambda w: [registered(w)], "not_due", birth="2007-11-10"),
    Case("18 until yesterday", lambda w: [registered(w)], "not_due", birth="2006-11-11"),
    Case("19 tonight is not", lambda w: [registered(w)], "", birth="2006-11-10"),
    Case("a pupil of 19 never seen before is not", lambda w: [enrolled(w)], "", birth="2006-11-10"),
]

ELSEWHERE_WITHOUT_REGISTER = [
    Case(
        "no register delivered for the county",
        lambda w: [registered(w, household_division=OTHER_VILLAGE)],
        "undetermined",
    ),
    Case(
        "listed where no register is delivered",
        lambda w: [("poverty", poverty_row(w, division_code=OTHER_TOWN))],
        "undetermined",
    ),
    Case(
        "five years old where no register is delivered",
        lambda w: [registered(w, household_division=OTHER_VILLAGE)],
        "undetermined",
        birth="2020-03-01",
    ),
    Case("listed where it is delivered", lambda w: [("poverty", poverty_row(w))], "out_of_school", "never_enrolled"),
]

GROUPS = {
    "deceased": DECEASED,
    "emigrated": EMIGRATED,
    "graduated": GRADUATED,
    "in_school": IN_SCHOOL,
    "suspended": SUSPENDED,
    "elsewhere": ELSEWHERE,
    "placed": PLACED,
    "approval": APPROVAL,
    "deferred": DEFERRED,
    "suspected": SUSPECTED,
    "transfer": TRANSFER,
    "age": AGE,
    "undetermined": ELSEWHERE_WITHOUT_REGISTER,
}
CASES = [(f"{group}: {case.name}", case) for group, cases in GROUPS.items() for case in cases]


def place_of(row: Row) -> str:
    """The county whose file carries the row."""
    division = str(row.get("household_division") or row.get("division_code") or COUNTY)
    return division[:6]


@pytest.fixture(scope="module")
def night():
    """All children in one province, one night."""
    province = Province()
    for serial, (_, case) in enumerate(CASES):
        for kind, row in case.rows(person(serial, case.birth)):
            province.add(kind, row, on="2025-09-05", code=place_of(row))
    province.run(NIGHT)
    yield province.by("status.verdict", "child_id")
    province.close()


@pytest.mark.parametrize("serial", range(len(CASES)), ids=[name for name, _ in CASES])
def test_the_first_line_that_holds(night, serial):
    case = CASES[serial][1]
    verdict = night.get(person(serial, case.birth)["citizen_number"])
    if not case.status:
        assert verdict is None
        return
    assert verdict is not None
    evidence = verdict["evidence_on"].isoformat() if verdict["evidence_on"] else None
    assert (verdict["status"], verdict["category"], evidence, verdict["flags"]) == (
        case.status,
        case.category,
        case.evidence,
        case.flags,
    )
