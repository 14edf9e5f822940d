"""The publication screen lets no child through."""

from datetime import date

import pytest

from quality.screen import screen
from schemas.catalogue import CATALOGUE

DAY = date(2025, 11, 3)
SIX = CATALOGUE["published.monthly_six"]
SOURCES = CATALOGUE["published.source_status"]


def six(code: str, level: str, suspected: int | None, *, name: str = "城关镇小学", suppressed: bool = False):
    return {
        **{"as_of": DAY, "unit_code": code, "unit_level": level, "unit_name": name, "parent_code": "990121001000"},
        **{
            "month": "2025-11",
            "stage": "primary",
            "suspected": suspected,
            "verified": 0,
            "returned": 0,
            "suppressed": suppressed,
        },
    }


def source(**cells: object):
    return {"as_of": DAY, "kind": "户籍", "division": "990121000000", "state": "refused", "reason": None, **cells}


def by_check(outcomes):
    return {outcome.check: outcome for outcome in outcomes}


def test_a_clean_table_passes_all_four(warehouse, fill):
    blank = {"suppressed": True, "verified": None, "returned": None}
    fill(
        SIX,
        six("3199000001", "school", None) | blank,
        six("3199000002", "school", None) | blank,
        six("3199000003", "school", 5) | {"parent_code": "990122001000"},
        six("990121000000", "county", 3),
    )
    outcomes = screen(warehouse, [SIX], small_cell=5)
    assert [(o.check, o.verdict, o.severity) for o in outcomes] == [
        ("screen_columns", "pass", "stop"),
        ("screen_texts", "pass", "stop"),
        ("screen_small_cells", "pass", "stop"),
        ("screen_siblings", "pass", "stop"),
    ]


def test_small_cells_of_schools_and_villages_fail_and_name_the_units(warehouse, fill):
    fill(SIX, six("3199000001", "school", 4), six("990121001001", "village", -1), six("3199000002", "school", 0))
    outcome = by_check(screen(warehouse, [SIX], small_cell=5))["screen_small_cells"]
    assert outcome.blocks
    assert outcome.count == 2
    assert outcome.sample == ("3199000001", "990121001001")


@pytest.mark.parametrize(("small_cell", "verdict"), [(3, "pass"), (5, "fail"), (10, "fail")])
def test_the_bound_of_small_cells_is_policy(warehouse, fill, small_cell, verdict):
    fill(SIX, six("3199000001", "school", 4))
    assert by_check(screen(warehouse, [SIX], small_cell=small_cell))["screen_small_cells"].verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "missing:990121201501010018",
        "990121 99012120150101001X",
        "13800000000",
        "0123456789abcdef",
        "X0123456789abcdef-2",
    ],
)
def test_a_number_or_key_inside_a_text_fails_and_is_not_repeated(warehouse, fill, text):
    fill(SOURCES, source(reason=text))
    outcome = by_check(screen(warehouse, [SOURCES], small_cell=5))["screen_texts"]
    assert outcome.blocks
    assert outcome.count == 1
    assert outcome.sample == ("reason",)
    assert text not in outcome.message


@pytest.mark.parametrize(
    "text", ["missing_column:身份证号", "school_missing:3199000001", "no_row_in_county", "2025-11-03"]
)
def test_reasons_and_codes_pass(warehouse, fill, text):
    fill(SOURCES, source(reason=text))
    assert by_check(screen(warehouse, [SOURCES], small_cell=5))["screen_texts"].passed


def test_texts_inside_lists_are_looked_at_too(warehouse):
    warehouse.execute("create table published.source_status as select ['ok', '13800000000'] as reason")
    assert by_check(screen(warehouse, [SOURCES], small_cell=5))["screen_texts"].blocks


@pytest.mark.parametrize("name", ["child_key", "household_division", "name", "birth_date", "not_registered"])
def test_a_column_that_slipped_in_fails(warehouse, name):
    warehouse.execute(f"create table published.source_status as select '户籍' as kind, null::varchar as {name}")
    outcome = by_check(screen(warehouse, [SOURCES], small_cell=5))["screen_columns"]
    assert outcome.blocks
    assert outcome.sample == (name,)


def test_restricted_tables_are_not_screened(warehouse):
    assert screen(warehouse, [CATALOGUE["restricted.children"]], small_cell=5) == []


def test_a_table_that_cannot_be_read_fails(warehouse):
    (outcome,) = screen(warehouse, [SIX], small_cell=5)
    assert outcome.blocks
    assert "CatalogException" in outcome.message


def test_counts_without_a_unit_of_their_own_are_small_cells_too(warehouse, fill):
    table = CATALOGUE["published.integrity"]
    row = {
        "unit_code": "2199000001",
        "unit_level": "school",
        "month": "2025-11",
        "measure": "exit_shift",
        "warned": True,
    }
    fill(table, row | {"value": 6, "base": 4})
    assert by_check(screen(warehouse, [table], small_cell=5))["screen_small_cells"].sample == ("2199000001",)
