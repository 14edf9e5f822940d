"""The annual statistics against themselves, the year before and the register (spec 2.2, 5.2): only what disagrees."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_PRIMARY,
    PRIMARY,
    SECOND_PRIMARY,
    UNKNOWN_SCHOOL,
    Province,
    Row,
    change_row,
    enrolment_row,
    person,
)
from tests.pipelines.models.test_indicator_dropout import statistics

NIGHT, BEFORE, YEAR, LAST = "2025-10-15", "2023-2024", "2025-2026", "2024-2025"


def found(rows: Iterable[Row], pupils: Iterable[Row] = (), changes: Iterable[Row] = (), on: str = "2025-09-20") -> set:
    """(school, school year, grade, finding, expected, stated, difference) of a night with these deliveries."""
    made = Province()
    made.add("annual_statistics", *rows, on="2025-10-09", code="990000")
    made.add("enrolment", *pupils, on=on, code="990000")
    made.add("enrolment_change", *changes, on="2025-10-10", code="990000")
    made.run(NIGHT, ALL)
    columns = ("school_code", "school_year", "grade", "finding", "expected", "stated", "difference")
    rows_found = made.rows("restricted.statistics_checks")
    made.close()
    return {tuple(row[c] for c in columns) for row in rows_found}


def row(grade: int, opening: int | None, stock: int, year: str = LAST, school: str = PRIMARY, **flows: object) -> Row:
    return statistics(school, grade, stock, year, previous_stock=opening, **flows)


# Of 50 a year before, 4 more and 6 less: 48.
FLOWS = {"resumed": 1, "transfers_in": 2, "other_increase": 1, "suspended": 1, "deaths": 1, "transfers_out": 2}
FLOWS |= {"dropouts": 1, "other_decrease": 1}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(4, 50, 48, **FLOWS)], None),
        ([row(4, 50, 49, **FLOWS)], (4, 48, 49, 1)),
        ([row(4, 50, 40, **FLOWS)], (4, 48, 40, -8)),
        ([row(9, 50, 50, school=JUNIOR, graduated=2)], (9, 48, 50, 2)),
        # an empty flow is none
        ([row(4, 50, 50, transfers_in=None, dropouts=None)], None),
        # grade 1: the entrants; nobody was there a year before
        ([row(1, 0, 30, admissions=30)], None),
        ([row(1, None, 30, admissions=30)], None),
        ([row(1, 0, 31, admissions=30)], (1, 30, 31, 1)),
        # grade 7 of a school that begins there
        ([row(7, None, 88, school=JUNIOR, admissions=90, transfers_out=2)], None),
        ([row(7, 0, 90, school=JUNIOR, admissions=80)], (7, 80, 90, 10)),
        # without a beginning nothing can be said
        ([row(4, None, 30)], None),
        # senior grades are nobody's here
        ([row(11, 50, 10, school=JUNIOR)], None),
    ],
)
def test_the_flows_make_the_stock(rows: list[Row], expected: tuple | None) -> None:
    here = {(*r[2:3], *r[4:]) for r in found(rows) if r[3] == "flows"}
    assert here == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(3, 50, 50, BEFORE), row(4, 50, 50)], set()),
        ([row(3, 50, 50, BEFORE), row(4, 47, 47)], {(PRIMARY, LAST, 4, "opening", 50, 47, -3)}),
        # an empty cell is said
        ([row(3, 50, 50, BEFORE), row(4, None, 50)], {(PRIMARY, LAST, 4, "opening", 50, None, None)}),
        # the same grade a year before, another school, a year further back: no word about it
        ([row(4, 60, 60, BEFORE), row(4, 50, 50)], set()),
        ([row(3, 60, 60, BEFORE, SECOND_PRIMARY), row(4, 50, 50)], set()),
        # nine years in one school: grade 7 admits anew, or takes its own pupils up
        ([row(6, 40, 40, BEFORE, NINE_YEAR), row(7, 0, 45, school=NINE_YEAR, admissions=45)], set()),
        ([row(6, 40, 40, BEFORE, NINE_YEAR), row(7, 40, 40, school=NINE_YEAR)], set()),
        (
            [row(6, 40, 40, BEFORE, NINE_YEAR), row(7, 39, 39, school=NINE_YEAR)],
            {(NINE_YEAR, LAST, 7, "opening", 40, 39, -1)},
        ),
    ],
)
def test_a_year_begins_where_the_one_before_ended(rows: list[Row], expected: set) -> None:
    assert found(rows) == expected


def test_a_missing_year_is_said_and_not_filled() -> None:
    years = [row(3, 50, 50, f"{y}-{y + 1}") for y in (2019, 2022, 2023)]
    other = [row(3, 50, 50, "2023-2024", SECOND_PRIMARY)]  # one year alone has no gap
    gone = [(PRIMARY, f"{y}-{y + 1}", None, "missing", None, None, None) for y in (2020, 2021)]
    assert found([*years, *other]) == set(gone)


def test_a_missing_grade_of_a_known_year_is_said() -> None:
    rows = [row(g, 50, 50, f"{y}-{y + 1}") for y in (2021, 2022, 2023) for g in (3, 4) if (y, g) != (2022, 4)]
    rows.append(row(5, 50, 50, "2022-2023"))  # taught in one year only: no gap
    assert found(rows) == {(PRIMARY, "2022-2023", 4, "missing", None, None, None)}


def test_an_unknown_school_is_shown_without_a_county() -> None:
    assert {r[:4] for r in found([row(4, 50, 49, school=UNKNOWN_SCHOOL)])} == {(UNKNOWN_SCHOOL, LAST, 4, "flows")}


def register() -> tuple[list[Row], list[Row]]:
    """Grade 4: seven were there on 1 September; three who are there now were not."""
    people = [person(n) for n in range(1, 13)]
    pupils = [
        enrolment_row(people[0]),
        enrolment_row(people[1], status_date="2025-09-12"),  # 招生, told late: there all the same
        enrolment_row(person(20), status_date="2025-09-29"),  # came since, though no change tells of it
        enrolment_row({**people[2], "citizen_number": None}, student_number=None, birth_date="2015-03-01"),
        enrolment_row(people[3], enrolment_status="转出", status_date="2025-09-15"),  # left since
        enrolment_row(people[4], enrolment_status="转出", status_date="2025-08-15"),  # had left
        enrolment_row(people[5], enrolment_status="休学", status_date=None),  # since nobody knows when
        enrolment_row(people[6]),  # came since
        enrolment_row(people[7]),  # resumed since
        enrolment_row(people[8]),  # left and came back
        enrolment_row(people[9]),  # left after the file was made
        enrolment_row(people[11], grade=5),
    ]
    changes = [
        change_row(people[3], change_date="2025-09-15"),
        change_row(people[6], change_type="转入", change_date="2025-09-08"),
        change_row(people[7], change_type="复学", change_date="2025-09-02"),
        change_row(people[8], change_type="休学", change_date="2025-09-03"),
        change_row(people[8], change_type="复学", change_date="2025-09-18"),
        change_row(people[9], change_date="2025-09-28"),
        change_row(people[10], change_type="辍学", change_date="2025-09-05"),  # left, and no row any more
        change_row(people[1], change_type="招生", change_date="2025-09-12"),
    ]
    return pupils, changes


def test_the_register_is_counted_at_1_september() -> None:
    pupils, changes = register()
    assert found([row(4, 7, 7, YEAR), row(5, 1, 1, YEAR)], pupils, changes) == set()
    assert found([row(4, 9, 9, YEAR), row(5, 1, 1, YEAR)], pupils, changes) == {(PRIMARY, YEAR, 4, "register", 7, 9, 2)}


def test_a_grade_of_one_side_alone_differs() -> None:
    pupils, changes = register()
    assert found([row(4, 7, 7, YEAR), row(6, 3, 3, YEAR)], pupils, changes) == {
        (PRIMARY, YEAR, 5, "register", 1, None, None),
        (PRIMARY, YEAR, 6, "register", 0, 3, 3),
    }


def test_nothing_is_compared_before_both_speak_of_the_school_year() -> None:
    pupils, changes = register()
    assert found([row(4, 50, 50, LAST)], pupils, changes) == set()  # statistics of the year before
    assert found([row(4, 50, 50, YEAR)], pupils, changes, on="2025-08-25") == set()  # a register of last year's grades
    # a county without statistics of this year is not compared with those that have them
    assert found([row(4, 1, 1, YEAR, OTHER_PRIMARY)], pupils, changes) == {
        (OTHER_PRIMARY, YEAR, 4, "register", 0, 1, 1)
    }


def test_the_row_names_the_county() -> None:
    made = Province()
    made.add("annual_statistics", row(4, 50, 49), on="2025-10-09", code="990000")
    made.run(NIGHT, ALL)
    assert made.one("restricted.statistics_checks")["county"] == COUNTY
    made.close()
