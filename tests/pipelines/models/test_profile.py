"""What a night stood on: rows that count by county and kind, how many without a number, new cases by 1,000 children."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.contracts import check_contracts
from schemas.catalogue import CATALOGUE
from schemas.sources import SOURCES
from schemas.values import NUMBERED_KINDS
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    PROVINCE,
    UNKNOWN_SCHOOL,
    Province,
    absence_row,
    action_row,
    aid_row,
    change_row,
    decision_row,
    enrolment_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    roll_row,
    unnumbered,
)

NIGHT = "2025-11-10"
KINDS = tuple(source.label for source in SOURCES)


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    tiny = Province()
    one, two, three, far = (person(serial) for serial in (1, 2, 3, 4))
    tiny.add(
        "registry",
        registry_row(one),
        registry_row(unnumbered(two)),
        registry_row(unnumbered(three), id_invalid=True),  # the bad row: a number was delivered and is none
        registry_row(far, household_division=OTHER_VILLAGE),
        code="990100",
    )
    tiny.add("registry", registry_row(person(5)), registry_row(person(6)), on="2025-01-01")  # replaced in August
    tiny.add("enrolment", enrolment_row(one), enrolment_row(far, school_code=OTHER_PRIMARY), code="990100")
    tiny.add("in_school", roll_row(one), roll_row(unnumbered(two)))
    tiny.add("poverty", poverty_row(two))
    tiny.add("enrolment_change", change_row(far, school_code=UNKNOWN_SCHOOL))  # no place: that of its file
    tiny.add("absence", absence_row(one), absence_row(one, absence_date="2025-11-20"))  # one lies after the night
    tiny.add("daily_report", report_row(), report_row(school_code=OTHER_PRIMARY), code="990000")
    tiny.add("aid", aid_row(one), aid_row(unnumbered(three), school_code=OTHER_PRIMARY), code="990000")
    tiny.add("case_action", action_row(two, "1"))
    tiny.add("lookup", lookup_row(one), code="990000")
    tiny.add("match_decision", decision_row("1", one["citizen_number"], two["citizen_number"], "不同人"))
    role = {"name": "赵一"}
    units = (COUNTY, PRIMARY, f"{PRIMARY}/4/1", UNKNOWN_SCHOOL)
    tiny.add("responsibility", *({**role, "role": str(n), "unit_code": unit} for n, unit in enumerate(units)))
    stock = {"school_year": "2025-2026", "school_code": OTHER_PRIMARY, "grade": 1, "stock": 9}
    tiny.add("annual_statistics", stock, code="990100")
    tiny.run(NIGHT, ALL)
    yield tiny
    tiny.close()


def numbers(province: Province, unit: str) -> dict[str, tuple[object, ...]]:
    """Rows, those without a number and those with an invalid one, by kind."""
    found = province.rows("quality.delivery_profile", unit_code=unit)
    return {row["kind"]: (row["rows"], row["without_number"], row["invalid_number"]) for row in found}


def test_rows_that_count_by_county_and_kind(province: Province) -> None:
    here = numbers(province, COUNTY)
    assert here == dict.fromkeys(KINDS, (0, None, None)) | dict.fromkeys(NUMBERED_KINDS, (0, 0, 0)) | {
        "区划": (5, None, None),
        "学校": (6, None, None),
        "校历": (9, None, None),
        "户籍": (3, 2, 1),
        "学籍": (1, 0, 0),
        "学籍异动": (1, 0, 0),
        "在校": (2, 1, 0),
        "缺课": (1, 0, 0),
        "日报": (1, None, None),
        "脱贫户": (1, 0, 0),
        "资助": (1, 0, 0),
        "劝返": (1, 0, 0),
        "匹配裁定": (1, None, None),
        "责任人": (3, None, None),
    }


def test_what_another_county_has_is_its_own(province: Province) -> None:
    there = numbers(province, OTHER_COUNTY)
    assert {kind: there[kind] for kind in ("户籍", "学籍", "日报", "资助", "教基统计", "学籍查询")} == {
        "户籍": (1, 0, 0),
        "学籍": (1, 0, 0),
        "日报": (1, None, None),
        "资助": (1, 1, 0),
        "教基统计": (1, None, None),
        "学籍查询": (0, 0, 0),
    }
    assert numbers(province, CITY_UNIT)["学校"] == (1, None, None)


def test_rows_of_no_known_place_belong_to_the_code_of_their_file(province: Province) -> None:
    assert numbers(province, PROVINCE) == {"学籍查询": (1, 0, 0)}
    row = province.one("quality.delivery_profile", unit_code=PROVINCE)
    assert (row["unit_level"], row["accepted"]) == ("province", None)


def test_the_share_is_exact_and_null_without_rows(province: Province) -> None:
    share = {
        row["kind"]: row["share_without_number"] for row in province.rows("quality.delivery_profile", unit_code=COUNTY)
    }
    assert str(share["户籍"]) == "66.67"
    assert str(share["学籍"]) == "0.00"
    assert share["救助"] is None
    assert share["日报"] is None


def test_new_cases_by_a_thousand_children(province: Province) -> None:
    rows = province.by("quality.county_profile", "unit_code")
    # Of the three children of the registry one is enrolled, one stands on a roll, and the third is nowhere.
    assert (rows[COUNTY]["children"], rows[COUNTY]["new_cases"], str(rows[COUNTY]["per_thousand"])) == (3, 1, "333.33")
    assert (rows[CITY_UNIT]["children"], rows[CITY_UNIT]["per_thousand"]) == (0, None)
    assert len(rows) == 3


def test_the_tables_keep_their_contracts(province: Province) -> None:
    tables = [CATALOGUE["quality.delivery_profile"], CATALOGUE["quality.county_profile"]]
    assert all(outcome.passed for outcome in check_contracts(province.engine, tables))
