"""The rules of the house for model files: header, named columns, no order, dependencies that are true."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from pipelines.engine.models import LAYERS, MODELS, discover, read_model

NAMES = sorted(discover())
STEPS = ("landing", "clean", "core", "matching", "status", "ledger", "indicators", "published", "restricted", "quality")


def parsed(name: str) -> exp.Expression:
    return sqlglot.parse_one(discover()[name].sql, dialect="duckdb")


@pytest.mark.parametrize("name", NAMES)
def test_the_header_says_what_a_row_is_its_key_and_the_section(name):
    header = discover()[name].header
    assert re.match(r"-- One row\b|-- One row:", header), "the first line says what one row is"
    assert discover()[name].key, "-- key: a, b"
    assert re.search(r"spec \d", header), "the section of the specification that it follows"


@pytest.mark.parametrize("name", NAMES)
def test_dependencies_are_what_the_sql_reads(name):
    """The running order comes from a pattern; the parser must see the same tables."""
    read = {f"{t.db}.{t.name}".lower() for t in parsed(name).find_all(exp.Table) if t.db}
    assert read == set(discover()[name].depends)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_reads_only_layers_before_its_own(name):
    layer = STEPS.index(discover()[name].layer)
    lasting = {"ledger.memory_history", "ledger.case_history", "ledger.zero_history", "ledger.rate_history"}
    lasting |= {"ledger.withheld_history", "ledger.run", "ledger.event_log"}
    for read in discover()[name].depends - lasting:
        if read.startswith("history."):  # what earlier nights published
            continue
        other = STEPS.index(read.split(".")[0])
        assert other <= layer or STEPS[layer] in ("published", "restricted", "quality")


@pytest.mark.parametrize("name", NAMES)
def test_a_model_orders_nothing_and_formats_nothing(name):
    tree = parsed(name)
    assert tree.args.get("order") is None, "a table has no order"
    assert tree.args.get("limit") is None
    assert "{" not in discover()[name].sql, "parameters are bound, never formatted"
    assert "current_date" not in discover()[name].sql.lower(), "dates never come from the clock"


@pytest.mark.parametrize("name", NAMES)
def test_the_last_select_names_its_columns(name):
    tree = parsed(name)
    selects = [tree] if isinstance(tree, exp.Select) else list(tree.find_all(exp.Select))[-1:]
    for select in selects:
        stars = [e for e in select.expressions if isinstance(e, exp.Star) or (isinstance(e, exp.Column) and e.is_star)]
        # A view over a history shows what the history keeps, and nothing else can be said of it.
        assert not stars or discover()[name].is_view


def test_every_layer_has_models_and_every_file_a_layer():
    assert {path.parent.name for path in MODELS.glob("*/*.sql")} <= set(LAYERS)


def test_comments_do_not_count_as_sql(tmp_path):
    path = tmp_path / "core" / "thing.sql"
    path.parent.mkdir()
    path.write_text("-- One row.\n-- key: a\nselect a -- from core.night\nfrom core.term;\n", encoding="utf-8")
    model = read_model(path)
    assert (model.name, model.key, model.depends) == ("core.thing", ("a",), frozenset({"core.term"}))
