"""Whole classes handed over from primary to junior school (整班移交, spec 3.3, 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.contracts import check_contract
from quality.screen import screen
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    SECOND_PRIMARY,
    SECOND_TOWN,
    TOWN,
    Province,
    change_row,
    enrolment_row,
    lookup_row,
    person,
    registry_row,
    unnumbered,
)

TABLE = CATALOGUE["published.handover"]
CLASS = [person(n, "2013-03-01") for n in range(1, 7)]
GONE, GRADUATED, REPEATING, DEAD, ELSEWHERE, STALE, BY_ROW, BY_CHANGE, REKEYED = (
    person(n, "2013-05-01") for n in range(10, 19)
)
SIX, SEVEN = {"grade": 6}, {"grade": 7, "school_code": JUNIOR, "status_date": "2025-09-01"}
LEFT = {"enrolment_status": "毕业", "status_date": "2025-07-05"}


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    """A night before the first of September, and the schools' rows of the new year."""
    made = Province()
    here = [*CLASS, GONE, GRADUATED, REPEATING, ELSEWHERE, BY_ROW, BY_CHANGE]
    made.add("registry", *(registry_row(who) for who in here), registry_row(DEAD))
    made.add("registry", registry_row(STALE, household_division=OTHER_VILLAGE), code="990122")
    six = [*CLASS, GONE, GRADUATED, REPEATING, DEAD, ELSEWHERE]
    no_number = enrolment_row(unnumbered(REKEYED), **SIX, student_number="S0001")
    made.add("enrolment", *(enrolment_row(who, **SIX) for who in six), no_number, on="2025-08-25")
    made.add("enrolment", enrolment_row(STALE, **SIX, school_code=OTHER_PRIMARY), on="2025-08-25", code="990122")
    made.night("2025-08-30", ALL)
    rows = [
        *(enrolment_row(who, **SEVEN) for who in (*CLASS, BY_ROW, BY_CHANGE)),
        enrolment_row(REKEYED, **SEVEN, student_number="S0001"),
        enrolment_row(REPEATING, **SIX),
        enrolment_row(GRADUATED, **SIX, **LEFT),
        enrolment_row(BY_ROW, **SIX, **LEFT, school_code=SECOND_PRIMARY),
    ]
    made.add("enrolment", *rows, on="2025-09-05")
    left = change_row(BY_CHANGE, change_type="毕业", change_date="2025-07-05", grade=6, school_code=SECOND_PRIMARY)
    made.add("enrolment_change", left, on="2025-09-05")
    made.add("lookup", lookup_row(ELSEWHERE), on="2025-09-09")
    died = registry_row(DEAD, registry_status="死亡", status_date="2025-09-01")
    made.add("registry", *(registry_row(who) for who in here), died, on="2025-09-10")
    yield made
    made.close()


def counts(made: Province, unit: str) -> tuple:
    row = made.one("published.handover", unit_code=unit)
    return tuple(row[c] for c in ("leavers", "arrived", "pending", "lost", "suppressed"))


def test_within_the_grace_nobody_is_lost(province: Province) -> None:
    province.night("2025-09-20", ALL)
    # The class, the re-keyed child and the one found elsewhere arrived; who is gone and who graduated are under way.
    assert counts(province, TOWN) == (10, 8, 2, 0, False)
    assert counts(province, SECOND_TOWN) == (2, 2, 0, 0, False)
    assert counts(province, COUNTY) == (12, 10, 2, 0, False)
    # A county whose schools have not delivered since: nothing can be said yet.
    assert counts(province, OTHER_COUNTY) == (1, 0, 1, 0, False)


def test_after_the_grace_who_sits_nowhere_is_lost(province: Province) -> None:
    province.run("2025-10-31", ALL)
    assert counts(province, COUNTY) == (12, 10, 0, 2, False)


def test_small_counts_of_a_school_are_not_shown(province: Province) -> None:
    province.run("2025-10-31", ALL)
    assert counts(province, PRIMARY) == (None, None, None, None, True)
    assert counts(province, NINE_YEAR) == (0, 0, 0, 0, False)
    # Its sibling teaches no primary stage; a row that only some have would tell.
    assert counts(province, JUNIOR) == (None, None, None, None, True)
    province.changes = {"disclosure": {"small_cell": 1}}
    province.engine.execute("delete from ledger.withheld_history")  # once withheld, always
    province.run("2025-10-31", ALL)
    province.changes = {}
    assert counts(province, PRIMARY) == (10, 8, 0, 2, False)
    assert province.rows("published.handover", unit_code=JUNIOR) == []


def test_the_next_class_is_the_next_years(province: Province) -> None:
    province.run("2026-09-10", ALL)
    assert counts(province, COUNTY)[0] == 1, "who sat in grade 6 for another year"


def test_contract_and_screen_catch_a_bad_row(province: Province) -> None:
    province.run("2025-10-31", ALL)
    assert check_contract(province.engine, TABLE).passed
    assert [o.verdict for o in screen(province.engine, [TABLE], small_cell=5)] == ["pass"] * 4
    province.engine.execute(
        f"update published.handover set leavers = 2, arrived = 2, pending = 0, lost = 0, suppressed = false "
        f"where unit_code = '{PRIMARY}'"
    )
    found = {o.check: o for o in screen(province.engine, [TABLE], small_cell=5)}
    assert found["screen_small_cells"].blocks
    assert found["screen_siblings"].sample == (TOWN,), "one of two schools is shown, the other follows"
    province.engine.execute("update published.handover set lost = null")
    assert not check_contract(province.engine, TABLE).passed
