"""Column lineage on Dagster's page: it names columns of tables that are there, and headers of the extracts."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.lineage import DELIVERED, column_lineage
from assets.metadata import asset_key
from schemas.catalogue import CATALOGUE

KEY = "dagster/column_lineage"


@pytest.fixture(scope="module")
def specs() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in build_defs().resolve_all_asset_specs()}


def test_every_table_that_is_made_from_others_shows_its_columns(specs) -> None:
    made = {key: spec for key, spec in specs.items() if key.path[0] != DELIVERED}
    bare = {key.to_user_string() for key, spec in made.items() if not spec.metadata[KEY].deps_by_column}
    assert {key.split("/")[1].split("_")[0] for key in bare} == {
        "deliveries",
        "rejected",
        "policy",
        "night",
        "run",
        "warehouse",
        "dictionary",
        "indicator",
        "checks",
    }


def test_what_a_column_is_made_from_exists(specs) -> None:
    for key, spec in specs.items():
        if key.path[0] == DELIVERED:
            continue  # where the way ends
        table = ".".join(key.path)
        for column, deps in spec.metadata[KEY].deps_by_column.items():
            assert column in CATALOGUE[table].columns
            for dep in deps:
                assert dep.asset_key in specs
                if dep.asset_key.path[0] == DELIVERED:
                    shown = specs[dep.asset_key].metadata["dagster/column_schema"].columns
                    assert dep.column_name in {column.name for column in shown}
                else:
                    assert dep.column_name in CATALOGUE[".".join(dep.asset_key.path)].columns


def test_a_column_names_the_columns_right_above_it() -> None:
    above = column_lineage("published.dropout_rate").deps_by_column["denominator"]
    assert above == [dg.TableColumnDep(asset_key("indicators.dropout_rate"), "denominator")]


def test_a_column_of_an_extract_names_its_header() -> None:
    above = column_lineage("clean.registry").deps_by_column["name"]
    assert above == [dg.TableColumnDep(dg.AssetKey(["delivered", "registry"]), "姓名")]


def test_a_night_of_the_command_line_does_without() -> None:
    specs = build_defs(lineage=False).resolve_all_asset_specs()
    assert all(KEY not in spec.metadata for spec in specs)
