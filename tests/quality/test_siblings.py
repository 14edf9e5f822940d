"""The screen finds what gives a suppressed number away, whatever the models meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quality.siblings import UNITS, check_siblings
from schemas.catalogue import CATALOGUE
from tests.quality.conftest import Warehouse

SIX, CLOSURES, RETENTION = (CATALOGUE[f"published.{name}"] for name in ("monthly_six", "closures", "retention"))
TOWN, OTHER_TOWN, COUNTY = "990121001000", "990121002000", "990121000000"
HIDDEN = {"suppressed": True, "suspected": None, "verified": None, "returned": None}


def six(school: str, parent: str | None = TOWN, **cells: object) -> dict[str, object]:
    return {
        **{"unit_code": school, "unit_level": "school", "parent_code": parent, "month": "2025-11", "stage": "primary"},
        **{"suspected": 0, "verified": 0, "returned": 0, "suppressed": False},
        **cells,
    }


def closure(unit: str, **cells: object) -> dict[str, object]:
    return {
        **{"unit_code": unit, "unit_level": "village", "parent_code": TOWN, "line": "household"},
        **{"close_reason": "placed", "closed_to_date": None, "suppressed": True},
        **cells,
    }


def unit(code: str, level: str, parent: str | None) -> dict[str, object]:
    return {"unit_code": code, "unit_level": level, "parent_code": parent, "line": "household", "group": "all"}


def test_all_or_none_of_the_siblings_passes(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    fill(
        SIX,
        *(six(f"219900000{i}", **HIDDEN) for i in range(3)),
        *(six(f"219900001{i}", OTHER_TOWN, suspected=5) for i in range(2)),
        six("2199000030", None, **HIDDEN),
        six("2199000031", None),
        six(TOWN, COUNTY, unit_level="township", suspected=3),
    )
    outcome = check_siblings(warehouse, SIX)
    assert (outcome.verdict, outcome.severity) == ("pass", "stop"), "schools without a unit above add up nowhere"


@pytest.mark.parametrize("others", [1, 2])
def test_one_that_is_shown_beside_suppressed_ones_is_found(
    warehouse: Warehouse, fill: Callable[..., None], others: int
) -> None:
    fill(SIX, six("2199000001", **HIDDEN), *(six(f"219900001{i}", suspected=6) for i in range(others)))
    outcome = check_siblings(warehouse, SIX)
    assert (outcome.blocks, outcome.sample) == (True, (TOWN,))


@pytest.mark.parametrize("said", [{"suspected": 0}, {"verified": 7}])
def test_a_suppressed_row_that_says_something_is_found(
    warehouse: Warehouse, fill: Callable[..., None], said: dict[str, object]
) -> None:
    fill(SIX, six("2199000001", **HIDDEN), six("2199000002", **(HIDDEN | said)))
    assert check_siblings(warehouse, SIX).sample == ("2199000002",)


def test_a_judgement_in_a_suppressed_row_is_found(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    zeroing = CATALOGUE[UNITS]
    fill(zeroing, unit("990121001001", "village", TOWN) | {"suppressed": True, "zeroed": False})
    assert check_siblings(warehouse, zeroing).blocks


def test_a_row_that_only_some_siblings_have_is_found(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    villages = [f"99012100100{i}" for i in range(1, 4)]
    fill(CATALOGUE[UNITS], unit(TOWN, "township", COUNTY), *(unit(v, "village", TOWN) for v in villages))
    fill(CLOSURES, *(closure(v) for v in villages), *(closure(v, close_reason="returned") for v in villages[:2]))
    assert check_siblings(warehouse, CLOSURES).sample == (TOWN,)
    warehouse.execute("delete from published.closures where close_reason = 'returned'")
    assert check_siblings(warehouse, CLOSURES).passed


def test_retention_adds_up_in_the_county_as_no_township_has_it(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    schools = {"2199000001": TOWN, "2199000002": OTHER_TOWN}
    fill(
        CATALOGUE[UNITS],
        *(unit(code, "township", COUNTY) | {"line": "school"} for code in (TOWN, OTHER_TOWN)),
        *(unit(code, "school", town) | {"line": "school"} for code, town in schools.items()),
    )
    rows = [
        {
            **{"unit_code": code, "unit_level": "school", "parent_code": town, "school_year": "2025-2026"},
            **{"indicator": "primary_six_year", "variant": "national", "target": 95.0, "suppressed": town == TOWN},
        }
        for code, town in schools.items()
    ]
    fill(RETENTION, *rows)
    assert check_siblings(warehouse, RETENTION).sample == (COUNTY,)
    warehouse.execute("update published.retention set suppressed = true")
    assert check_siblings(warehouse, RETENTION).passed
