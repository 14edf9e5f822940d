"""Who shows no numbers below the township (spec 6.3): siblings together, and for good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.histories import state_after
from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_JUNIOR,
    OTHER_PRIMARY,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PREFECTURE,
    PRIMARY,
    SECOND_PRIMARY,
    SECOND_TOWN,
    SECOND_VILLAGE,
    SENIOR,
    SPECIAL,
    TOWN,
    VILLAGE,
    VOCATIONAL,
    Province,
    change_row,
    day,
    enrolment_row,
    person,
    registry_row,
)

OUT = {"enrolment_status": "辍学"}
IN_TOWN = {PRIMARY, JUNIOR, SPECIAL}


def withheld(made: Province, family: str) -> set[str]:
    return {row["unit_code"] for row in made.rows("indicators.withheld", family=family)}


@pytest.fixture
def made() -> Iterator[Province]:
    province = Province()
    yield province
    province.close()


def drop_out(made: Province, on: str, **place: object) -> None:
    """A pupil of the first primary school drops out on a delivery."""
    lives = Lives(made)
    lives.resident(person(1), **place)
    lives.pupil(person(1), "2025-09-01")
    lives.pupil(person(1), on, **OUT, status_date=on)
    lives.deliver()


def test_the_first_case_withholds_its_siblings_on_both_lines(made: Province) -> None:
    drop_out(made, "2025-09-10")
    made.night("2025-09-05", ALL)
    assert withheld(made, "ledger") == set()
    made.run("2025-09-12", ALL)
    assert withheld(made, "ledger") == {VILLAGE, *IN_TOWN}
    assert {row["since"] for row in made.rows("indicators.withheld", family="ledger")} == {day("2025-09-12")}
    # Cases count again in rates and alarms.
    assert withheld(made, "alarms") == IN_TOWN
    assert withheld(made, "schooling") >= IN_TOWN
    for table in ("zeroing", "monthly_six"):
        shown = {row["unit_code"]: row["suppressed"] for row in made.rows(f"published.{table}")}
        assert shown[SECOND_PRIMARY] is False
        assert shown[JUNIOR] is True
    assert check_contract(made.engine, CATALOGUE["indicators.withheld"]).passed


def test_schools_of_a_county_itself_are_siblings(made: Province) -> None:
    lives = Lives(made)
    lives.pupil(person(1), "2025-09-01", school_code=SENIOR, grade=8)
    lives.pupil(person(1), "2025-09-10", **OUT, school_code=SENIOR, grade=8, status_date="2025-09-09")
    lives.deliver()
    made.run("2025-09-12", ALL)
    assert withheld(made, "ledger") == {SENIOR, VOCATIONAL}


def test_a_transfer_withholds_the_rates_of_a_township_and_nobodys_cases(made: Province) -> None:
    made.add("enrolment", enrolment_row(person(1)), on="2025-09-01")
    made.add("enrolment_change", change_row(person(2), change_date="2025-09-03"), on="2025-09-05")
    made.run("2025-09-10", ALL)
    assert withheld(made, "schooling") & {PRIMARY, SECOND_PRIMARY, OTHER_PRIMARY} == {PRIMARY}
    assert withheld(made, "schooling") >= IN_TOWN
    assert withheld(made, "ledger") == set()


def test_retention_is_withheld_by_county(made: Province) -> None:
    flows = ("resumed", "transfers_out", "other_increase", "graduated", "suspended", "deaths", "dropouts")
    row = {"school_code": OTHER_PRIMARY, "grade": 6, "stock": 30, **dict.fromkeys((*flows, "other_decrease"), 0)}
    rows = [row | {"school_year": "2025-2026", "admissions": 0, "transfers_in": 0, "stock": 3}]
    made.add("annual_statistics", *rows, on="2025-09-01", code="990100")
    made.run("2025-09-10", ALL)
    assert withheld(made, "retention") == {OTHER_PRIMARY, OTHER_JUNIOR}


def test_once_withheld_always_in_the_ledger_and_for_its_year_in_rates(made: Province) -> None:
    made.add("enrolment", enrolment_row(person(1)), on="2025-09-01")
    made.add("enrolment_change", change_row(person(2), change_date="2025-09-03"), on="2025-09-05")
    drop_out(made, "2025-09-10", household_division=SECOND_VILLAGE)
    made.night("2025-09-12", ALL)
    # Not even where the province stops suppressing: what was counted since would be known.
    made.changes = {"disclosure": {"small_cell": 1}}
    made.night("2025-09-20", ALL)
    assert SECOND_VILLAGE in withheld(made, "ledger")
    assert SECOND_VILLAGE in withheld(made, "schooling")
    assert made.one("indicators.withheld", family="ledger", unit_code=SECOND_VILLAGE)["since"] == day("2025-09-12")
    made.night("2026-09-05", ALL)
    assert SECOND_VILLAGE in withheld(made, "ledger")
    assert SECOND_VILLAGE in withheld(made, "schooling"), "because of the ledger"
    kept = state_after(made.engine, "ledger.withheld_history", day("2025-09-20")).filter(family="ledger")
    assert set(kept["unit_code"]) == {SECOND_VILLAGE, *IN_TOWN}
    # An older night that is run again knows nothing of it.
    made.run("2025-09-08", ALL)
    assert withheld(made, "ledger") == set()


def test_a_year_of_rates_ends_with_the_year(made: Province) -> None:
    made.add("enrolment_change", change_row(person(2), change_date="2025-09-03"), on="2025-09-05")
    made.night("2025-09-12", ALL)
    assert PRIMARY in withheld(made, "schooling")
    made.night("2026-09-05", ALL)
    assert withheld(made, "schooling") == set()


def test_siblings_by_the_register_of_divisions_and_by_the_codes_are_one(made: Province) -> None:
    """A village whose 上级代码 names another township than its code: its cases count by the code."""
    bent = {"division_code": "990121001009", "division_name": "飞地村", "parent_code": SECOND_TOWN}
    made.add("division", bent, on="2024-08-21", code="990121")
    drop_out(made, "2025-09-10")
    made.run("2025-09-12", ALL)
    assert withheld(made, "ledger") == {VILLAGE, "990121001009", SECOND_VILLAGE, *IN_TOWN}
    by_parent: dict[str, set[bool]] = {}
    for row in made.rows("published.zeroing", unit_level="village"):
        by_parent.setdefault(row["parent_code"], set()).add(row["suppressed"])
    assert all(len(shown) == 1 for shown in by_parent.values())


def test_units_above_are_never_withheld(made: Province) -> None:
    drop_out(made, "2025-09-10")
    made.run("2025-09-12", ALL)
    for table in ("zeroing", "closures", "deadlines", "monthly_six", "dropout_rate", "enrolment_rate", "handover"):
        for row in made.rows(f"published.{table}"):
            assert row["unit_level"] in ("village", "school") or not row["suppressed"]
    assert not {TOWN, COUNTY, CITY_UNIT, PREFECTURE, OTHER_TOWN} & withheld(made, "ledger")


def test_entry_rates_hide_who_is_missing(made: Province) -> None:
    """Twenty children of whom two are not schooled: 18 of 20 says two, whatever the cells."""
    kids = [person(i, birth="2017-03-01") for i in range(1, 21)]
    made.add("registry", *(registry_row(who, household_division=OTHER_VILLAGE) for who in kids), code="990122")
    rows = [enrolment_row(who, grade=2, school_code=OTHER_PRIMARY) for who in kids[:18]]
    made.add("enrolment", *rows, on="2025-09-01", code="990122")
    made.run("2025-09-02", ALL)
    assert OTHER_VILLAGE in withheld(made, "schooling")
    assert NINE_YEAR not in withheld(made, "schooling")
