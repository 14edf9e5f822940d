"""What holds for any rows (spec 3): one verdict for each child, no chance, no influence of the order of rows."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.pipelines.models.support import (
    SECOND_PRIMARY,
    Province,
    Row,
    assistance_row,
    disability_row,
    enrolment_row,
    listed_row,
    person,
    poverty_row,
    registry_row,
    roll_row,
    unnumbered,
    verification_row,
)

few = settings(
    # A failure is told as it is: each step of shrinking would cost two nights.
    phases=(Phase.explicit, Phase.generate),
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
NIGHT = "2025-11-10"
CATEGORIES = {
    "out_of_school": {"dropped_out", "transfer_lost", "suspension_lapsed", "vanished", "never_enrolled"},
    "suspected_absent": {"long_absent", "not_at_roll_call"},
}


def completed_years(birth: dt.date, on: dt.date) -> int:
    """Age in completed years; who was born on 29 February completes it on 1 March in common years; 0 before birth."""
    years = on.year - birth.year
    try:
        birthday = birth.replace(year=on.year)
    except ValueError:
        birthday = dt.date(on.year, 3, 1)
    return max(0, years if on >= birthday else years - 1)


def test_the_reference_counts_birthdays() -> None:
    leap = dt.date(2012, 2, 29)
    assert [
        completed_years(leap, dt.date(*d)) for d in ((2025, 2, 28), (2025, 3, 1), (2024, 2, 28), (2024, 2, 29))
    ] == [
        12,
        13,
        11,
        12,
    ]


births = st.one_of(
    st.dates(dt.date(2008, 1, 1), dt.date(2024, 12, 31)),
    st.sampled_from([dt.date(year, 2, 29) for year in (2008, 2012, 2016, 2020, 2024)]),
    st.builds(
        lambda year, day: dt.date(year, 8, 30) + dt.timedelta(days=day), st.integers(2008, 2024), st.integers(0, 3)
    ),
)
nights = st.one_of(
    st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)),
    st.sampled_from([dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2025, 8, 31), dt.date(2025, 9, 1)]),
)


@few
@given(st.lists(births, min_size=60, max_size=120), nights)
def test_ages_are_those_of_the_calendar(born, night):
    province = Province()
    people = {}
    for serial, birth in enumerate(born):
        kid = person(serial, birth)
        people[kid["citizen_number"]] = birth
        province.add("registry", registry_row(kid), on="2024-12-31")
    province.run(night)
    children = province.by("status.child", "child_id")
    at_d = "select c.child_id, completed_years(c.birth_date, n.as_of) from status.child as c cross join core.night as n"
    ages = dict(province.read(at_d).iter_rows())
    province.close()
    first_year = night.year if night.month >= 9 else night.year - 1
    assert set(children) == {i for i, birth in people.items() if completed_years(birth, night) <= 18}
    for child_id, child in children.items():
        birth = people[child_id]
        assert ages[child_id] == completed_years(birth, night)
        assert child["school_age"] == completed_years(birth, dt.date(first_year, 8, 31))


def registry_rows(who: Row, numbered: bool, draw: int) -> Row:
    statuses = ("正常", "正常", "迁出", "死亡", "出国(境)", "注销")
    return registry_row(
        who if numbered else unnumbered(who), registry_status=statuses[draw % 6], status_date="2025-10-01"
    )


def enrolment_rows(who: Row, numbered: bool, draw: int) -> Row:
    statuses = ("在读", "在读", "休学", "转出", "辍学", "毕业", "死亡", "出国")
    student_number = f"L{who['name']}" if draw % 3 else f"G{who['citizen_number']}"
    return enrolment_row(
        who if numbered else unnumbered(who),
        student_number=student_number,
        enrolment_status=statuses[draw % 8],
        grade=draw % 9 + 1,
        school_code=SECOND_PRIMARY if draw % 2 else "2199000001",
        status_date=f"2025-10-{draw % 28 + 1:02}" if draw % 5 else None,
        suspended_until="2025-12-01" if draw % 4 else None,
    )


KINDS = {
    "registry": registry_rows,
    "enrolment": enrolment_rows,
    "in_school": lambda who, numbered, draw: roll_row(
        who if numbered else unnumbered(who), school_code=SECOND_PRIMARY, present=draw % 4 > 0, student_number=None
    ),
    "poverty": lambda who, numbered, draw: poverty_row(who if numbered else unnumbered(who)),
    "assistance": lambda who, numbered, draw: assistance_row(who if numbered else unnumbered(who)),
    "disability": lambda who, numbered, draw: disability_row(who if numbered else unnumbered(who)),
    "department_list": lambda who, numbered, draw: listed_row(who if numbered else unnumbered(who)),
    "case_action": lambda who, numbered, draw: verification_row(
        who if numbered else unnumbered(who), f"R{who['name']}{draw}", result="属实" if draw % 2 else "不属实"
    ),
}
rows = st.tuples(st.sampled_from(sorted(KINDS)), st.booleans(), st.integers(0, 839))
lives = st.tuples(births, st.lists(rows, min_size=1, max_size=5, unique_by=lambda row: row[0]))


def result(given_rows: list[tuple[str, Row]]) -> tuple[list[tuple], list[tuple]]:
    """What a night says of these rows, and what it says when it is run again."""
    province = Province()
    for kind, row in given_rows:
        province.add(kind, row, on="2025-11-01")
    said = []
    for _ in range(2):
        province.run(NIGHT)
        frame = province.engine.read(
            "select c.child_id, c.match_tier, c.number, c.name, c.poor, c.assisted, c.disabled, c.school_code, "
            "c.grade, v.status, v.category, v.evidence_on, v.flags "
            "from matching.child as m left join status.child as c on m.child_id = c.child_id "
            "left join status.verdict as v on m.child_id = v.child_id order by all"
        )
        said.append(frame.rows())
    province.close()
    return said[0], said[1]


@few
@given(st.lists(lives, min_size=20, max_size=40), st.randoms(use_true_random=False))
def test_one_verdict_for_each_child_whatever_the_order_of_rows(people, random):
    given_rows = [
        (kind, KINDS[kind](person(serial, birth), numbered, draw))
        for serial, (birth, of_child) in enumerate(people)
        for kind, numbered, draw in of_child
    ]
    first, again = result(given_rows)
    shuffled = list(given_rows)
    random.shuffle(shuffled)
    other, _ = result(shuffled)
    assert first == again == other
    assert len({row[0] for row in first}) == len(first)
    for row in first:
        status, category = row[9], row[10]
        assert status is not None
        assert category in CATEGORIES.get(status, {None})
