"""Each indicator is defined once, and what is published has a definition (spec 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.settings import load_policy
from schemas import values
from schemas.catalogue import CATALOGUE
from schemas.definitions import DEFINITIONS, definition, definition_rows, formulas
from schemas.sources import SOURCES

NIGHT = date(2025, 10, 1)
RATES = {"dropout_variant": "event", "retention_variant": "national"}
MODELS = Path(__file__).resolve().parents[2] / "pipelines" / "models"


def test_no_indicator_is_defined_twice_for_one_date() -> None:
    keys = [(d.indicator, d.variant, d.valid_from) for d in DEFINITIONS]
    assert len(set(keys)) == len(keys)


def test_what_is_published_is_defined() -> None:
    published = {("dropout_rate", variant) for variant in values.DROPOUT_VARIANT}
    published |= {(i, v) for i in values.RETENTION_INDICATOR for v in values.RETENTION_VARIANT}
    published |= {(indicator, "") for indicator in values.ENROLMENT_INDICATOR}
    published |= {(measure, "") for measure in ("clearance_rate", "relapse_rate", "median_days_to_close", "yield")}
    assert {(d.indicator, d.variant) for d in DEFINITIONS} == published


@pytest.mark.parametrize("found", DEFINITIONS, ids=lambda d: f"{d.indicator}-{d.variant}")
def test_a_definition_names_what_there_is(found) -> None:
    table = CATALOGUE[found.table]
    assert found.indicator in table.columns or "indicator" in table.columns or table.name == found.indicator
    assert (MODELS / f"{found.model.replace('.', '/')}.sql").exists()
    assert set(found.sources) <= {source.label for source in SOURCES}
    targets = load_policy(None, NIGHT)["targets"]
    stages = [found.target.replace("<stage>", stage) for stage in values.TAUGHT_STAGE]
    # A province may set a target that the specification's file leaves out; a stage's limit is always there.
    assert "<stage>" not in found.target or set(stages) <= set(targets)


def test_the_newest_record_by_a_date_holds() -> None:
    old = DEFINITIONS[0]
    new = replace(old, formula="另一算法", valid_from=date(2026, 9, 1))
    for on, formula in ((date(2026, 8, 31), old.formula), (date(2026, 9, 1), "另一算法")):
        assert definition(old.indicator, old.variant, on, (old, new)).formula == formula
    with pytest.raises(KeyError):
        definition(old.indicator, old.variant, date(2017, 8, 31), (old, new))


def test_rows_and_formulas() -> None:
    frame = definition_rows(NIGHT, RATES)
    assert frame.height == len({(d.indicator, d.variant) for d in DEFINITIONS})
    assert frame["formula"].null_count() == 0
    headline = frame.filter("headline")["variant"]
    assert headline.drop_nulls().to_list() == ["event", "national", "national", "national"]
    assert headline.null_count() == frame["variant"].null_count() == len(values.ENROLMENT_INDICATOR) + 4
    assert list(formulas("nine_year", NIGHT)) == list(values.RETENTION_VARIANT)
