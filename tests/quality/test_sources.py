"""One outcome per kind says what of it is refused, missing or stale (spec 2.5); a night without a source goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from quality.outcome import Outcome, blocking_failures
from quality.sources import SOURCE_CHECKS, check_sources
from schemas.catalogue import CATALOGUE
from schemas.sources import SOURCES
from tests.quality.conftest import Warehouse

TABLE = CATALOGUE["published.source_status"]
COUNTIES = [f"9901{n}000000" for n in range(21, 29)]


@pytest.fixture
def said(warehouse: Warehouse, fill: Callable[..., None]) -> Callable[..., dict[str, Outcome]]:
    """Outcomes by check, of a province whose sources are all in force but for the states given: kind → states."""

    def run(**changed: tuple[str, ...]) -> dict[str, Outcome]:
        rows = []
        for source in SOURCES:
            states = changed.get(source.name, ())
            for county, state in zip(COUNTIES, (*states, *["in_force"] * len(COUNTIES)), strict=False):
                rows.append({"as_of": date(2025, 11, 3), "kind": source.label, "division": county, "state": state})
        fill(TABLE, *reversed(rows))
        return {outcome.check: outcome for outcome in check_sources(warehouse)}

    return run


def test_one_check_a_kind_known_before_anything_runs(said: Callable[..., dict[str, Outcome]]) -> None:
    found = said()
    assert tuple(found) == SOURCE_CHECKS
    assert len(SOURCE_CHECKS) == 19
    assert all(outcome.passed and outcome.table == TABLE.full_name for outcome in found.values())
    assert found["source_registry"].message == "户籍：8个县级单位均有效。"


def test_what_is_refused_missing_or_stale_is_counted_and_named_worst_first(
    said: Callable[..., dict[str, Outcome]],
) -> None:
    found = said(registry=("stale", "missing", "refused", "missing", "stale", "stale"))
    outcome = found["source_registry"]
    assert (outcome.verdict, outcome.severity, outcome.count) == ("warn", "mark", 6)
    assert outcome.counts == (("refused", 1), ("missing", 2), ("stale", 3))
    assert outcome.message == "户籍：8个县级单位中，退回1个、缺报2个、过期3个。"
    assert outcome.sample == (
        f"{COUNTIES[2]}:refused",
        f"{COUNTIES[1]}:missing",
        f"{COUNTIES[3]}:missing",
        f"{COUNTIES[0]}:stale",
        f"{COUNTIES[4]}:stale",
    )
    assert "公安" in outcome.action
    assert [other.verdict for other in found.values()].count("pass") == len(SOURCES) - 1
    assert blocking_failures(found.values()) == ()


def test_a_province_without_counties_proves_nothing(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    fill(TABLE)
    found = check_sources(warehouse)
    assert [outcome.verdict for outcome in found] == ["warn"] * len(SOURCES)
