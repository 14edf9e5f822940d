"""What agencies are asked to correct (spec 2.3): faults of citizen numbers on rows that count tonight, no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from quality.contracts import check_contracts
from schemas.catalogue import CATALOGUE
from schemas.sources import BY_LABEL
from schemas.values import NUMBERED_KINDS
from tests.pipelines.models.support import (
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PREFECTURE,
    SENIOR,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    Row,
    absence_row,
    action_row,
    aid_row,
    assistance_row,
    change_row,
    disability_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    roll_row,
)

NIGHT = "2025-11-10"
TABLE = CATALOGUE["restricted.id_faults"]


@pytest.fixture
def province() -> Iterator[Province]:
    tiny = Province()
    yield tiny
    tiny.close()


def tonight(province: Province, night: str = NIGHT) -> Province:
    province.run(night, ("core",))
    # Of their layers these alone: the others stand on the ledger.
    for table in ("quality.deliveries", TABLE.full_name):
        province.model(table)
    return province


def faults(province: Province, night: str = NIGHT) -> set[tuple[str, str]]:
    """`delivery#row` and fault of every row of the table."""
    rows = tonight(province, night).rows(TABLE.full_name)
    return {(f"{row['delivery']}#{row['row_number']}", row["fault"]) for row in rows}


def damaged(who: Mapping[str, object]) -> Row:
    """The person on a row whose number a spreadsheet has damaged; the student number is whole."""
    return {**who, "citizen_number": None, "student_number": f"L{who['name']}"}


RAW = {"citizen_number_raw": "9.9E+17"}
INVALID = {**RAW, "id_invalid": True}
# Every kind that carries a number: a row with a damaged one, and where its place is.
KINDS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "户籍": ("registry", lambda who: registry_row(who, **INVALID)),
    "学籍": ("enrolment", lambda who: enrolment_row(who, student_number=who["student_number"], **INVALID)),
    "学籍异动": ("enrolment_change", lambda who: change_row(who, student_number=who["student_number"], **RAW)),
    "在校": ("in_school", lambda who: roll_row(who, **INVALID)),
    "缺课": ("absence", lambda who: absence_row(who, student_number=who["student_number"], **RAW)),
    "脱贫户": ("poverty", lambda who: poverty_row(who, **INVALID)),
    "救助": ("assistance", lambda who: assistance_row(who, **INVALID)),
    "残疾人": ("disability", lambda who: disability_row(who, **INVALID)),
    "资助": ("aid", lambda who: aid_row(who, student_number=who["student_number"], **RAW)),
    "劝返": ("case_action", lambda who: action_row(who, "R1", **INVALID)),
    "学籍查询": ("lookup", lambda who: lookup_row(who, **RAW)),
    "部门名单": ("department_list", lambda who: listed_row(who, **INVALID)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_number_of_any_kind(province: Province, kind: str) -> None:
    name, row = KINDS[kind]
    good, bad = person(1), damaged(person(2))
    whole = row(good | {"student_number": f"L{good['name']}"}) | {"citizen_number_raw": None}
    if "id_invalid" in whole:
        whole["id_invalid"] = False
    if name == "case_action":
        whole["record_number"] = "R2"
    _, wrong = province.add(name, whole, row(bad), on="2025-09-10")
    found = tonight(province).one(TABLE.full_name)
    delivery, number = wrong.split("#")
    assert found == {
        "as_of": found["as_of"],
        "delivery": delivery,
        "row_number": int(number),
        "kind": kind,
        "fault": "id_invalid",
        "agency": BY_LABEL[kind].agency,
        "county": COUNTY,
    }
    (contract,) = check_contracts(province.engine, [TABLE])
    assert contract.passed, contract.message


def test_every_kind_with_a_number_is_looked_at() -> None:
    assert set(KINDS) == set(NUMBERED_KINDS)


def test_sex_and_birth_date_that_disagree_with_a_valid_number(province: Province) -> None:
    boy, girl, both = person(1), person(2, sex="女"), person(3)
    _, sex, birth, two = province.add(
        "registry",
        registry_row(person(4)),
        registry_row(boy, sex="女", id_mismatch=True),
        registry_row(girl, birth_date="2015-03-10", id_mismatch=True),
        registry_row(both, sex="女", birth_date="2014-03-01", id_mismatch=True),
    )
    assert faults(province) == {
        (sex, "sex_mismatch"),
        (birth, "birth_mismatch"),
        (two, "sex_mismatch"),
        (two, "birth_mismatch"),
    }


def test_an_empty_number_is_no_fault_and_an_old_one_of_15_digits_neither(province: Province) -> None:
    province.add("absence", absence_row({**person(1), "citizen_number": None}, student_number="L1"))
    province.add("absence", absence_row(person(2), citizen_number_raw="990121150301001"))
    assert faults(province) == set()


def test_of_snapshots_the_rows_in_force_count(province: Province) -> None:
    old = province.add("registry", registry_row(damaged(person(1)), **INVALID), on="2025-09-01")
    assert faults(province) == {(old[0], "id_invalid")}
    new = province.add("registry", registry_row(damaged(person(2)), **INVALID), on="2025-10-01")
    province.add("registry", registry_row(damaged(person(3)), **INVALID), on="2025-11-11")
    assert faults(province) == {(new[0], "id_invalid")}
    province.engine.execute("update landing.deliveries set state = 'refused' where delivered_on = '2025-10-01'")
    assert faults(province) == {(old[0], "id_invalid")}


def test_of_events_the_last_word_counts_and_only_up_to_the_night(province: Province) -> None:
    pupil = damaged(person(1))
    days = ("2025-09-08", "2025-09-09", "2025-11-11")
    rows = [absence_row(pupil, student_number="L1", absence_date=day, **RAW) for day in days]
    first, second, _ = province.add("absence", *rows, on="2025-09-10")
    assert faults(province) == {(first, "id_invalid"), (second, "id_invalid")}
    corrected = absence_row(person(1), student_number="L1", absence_date=days[0])
    province.add("absence", corrected, on="2025-09-12")
    assert faults(province) == {(second, "id_invalid")}


def test_the_county_is_that_of_school_or_division_else_of_the_file(province: Province) -> None:
    pupils = [damaged(person(serial)) for serial in range(1, 4)]
    schools = (JUNIOR, NINE_YEAR, UNKNOWN_SCHOOL)
    province.add(
        "enrolment",
        *(
            enrolment_row(kid, student_number=f"L{school}", school_code=school, **INVALID)
            for kid, school in zip(pupils, schools, strict=True)
        ),
        code="990100",
    )
    province.add(
        "registry", registry_row(damaged(person(4)), household_division=OTHER_VILLAGE, **INVALID), code="990100"
    )
    found = tonight(province).rows(TABLE.full_name)
    assert sorted((row["kind"], row["county"]) for row in found) == sorted(
        [("学籍", COUNTY), ("学籍", CITY_UNIT), ("学籍", PREFECTURE), ("户籍", OTHER_COUNTY)]
    )


def test_a_contract_that_is_broken_is_found(province: Province) -> None:
    province.add("registry", registry_row(damaged(person(1)), **INVALID))
    tonight(province)
    province.engine.execute("update restricted.id_faults set fault = 'id_mismatch', county = '990121'")
    (contract,) = check_contracts(province.engine, [TABLE])
    assert contract.blocks


class TestDeliveriesInUse:
    def in_use(self, province: Province) -> dict[str, bool]:
        rows = tonight(province).rows("quality.deliveries")
        return {row["delivery"]: row["in_use"] for row in rows if row["kind"] not in ("区划", "学校", "校历")}

    def test_snapshots_give_way_and_events_stay(self, province: Province) -> None:
        for on in ("2025-09-10", "2025-10-10"):
            province.add("registry", registry_row(person(1)), on=on)
            province.add("case_action", action_row(person(1), f"R{on}", action_date=on), on=on)
        assert self.in_use(province) == {
            "2025-09-10/户籍_990121.csv": False,
            "2025-10-10/户籍_990121.csv": True,
            "2025-09-10/劝返_990121.csv": True,
            "2025-10-10/劝返_990121.csv": True,
        }

    def test_rolls_give_way_school_by_school_and_lists_department_by_department(self, province: Province) -> None:
        province.add("in_school", roll_row(person(1)), roll_row(person(2), school_code=OTHER_PRIMARY), code="990100")
        province.add("in_school", roll_row(person(1), roll_date="2025-10-10"), on="2025-10-11")
        province.add("in_school", roll_row(person(3), school_code=SENIOR, grade=10), on="2025-10-12", more="_高中")
        for department, on in (("教育", "2025-09-01"), ("民政", "2025-10-01"), ("民政", "2025-11-01")):
            row = listed_row(person(1), department=department, division_code=VILLAGE)
            province.add("department_list", row, on=on)
        assert self.in_use(province) == {
            "2025-08-25/在校_990100.csv": True,
            "2025-10-11/在校_990121.csv": True,
            "2025-10-12/在校_990121_高中.csv": False,
            "2025-09-01/部门名单_990121.csv": True,
            "2025-10-01/部门名单_990121.csv": False,
            "2025-11-01/部门名单_990121.csv": True,
        }

    def test_what_was_refused_is_not_in_use(self, province: Province) -> None:
        province.add("absence", absence_row(person(1)), on="2025-09-10")
        province.engine.execute("update landing.deliveries set state = 'refused' where kind = '缺课'")
        assert self.in_use(province) == {"2025-09-10/缺课_990121.csv": False}
