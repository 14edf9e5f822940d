"""Every model makes the table that its contract promises: columns, order, types and key, on an empty warehouse."""

from datetime import date

import pytest

from pipelines import ledger_store, linkage
from pipelines.engine import DuckDBEngine
from pipelines.engine.models import discover
from pipelines.policy_tables import load_policy_tables
from pipelines.settings import load_policy
from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE, tables_of
from schemas.ddl import create_table_sql

DAY = date(2025, 11, 3)
GIVEN = {"as_of": DAY, "previous": date(2025, 11, 2), "inner_pad": b"i" * 64, "outer_pad": b"o" * 64}
WORKING = ("core", "matching", "status", "ledger", "indicators")


@pytest.fixture(scope="module")
def warehouse():
    """A night without any delivery."""
    engine = DuckDBEngine(":memory:")
    for table in tables_of("landing", "clean"):
        engine.execute(create_table_sql(table))
    policy = load_policy(None, DAY)
    load_policy_tables(engine, policy)
    ledger_store.prepare(engine)
    for model in discover().values():
        engine.run_model(model, {name: GIVEN[name] for name in model.parameters})
        if model.name == linkage.RESIDUAL:
            linkage.score_residual(engine, policy)
    yield engine
    engine.close()


@pytest.mark.parametrize("name", sorted(discover()))
def test_a_model_keeps_its_contract(name, warehouse):
    assert name in CATALOGUE, f"{name} has no contract: add it to schemas/tables/{name.split('.')[0]}.py"
    outcome = check_contract(warehouse, CATALOGUE[name])
    assert outcome.passed, outcome.message


@pytest.mark.parametrize("name", sorted(name for name, table in CATALOGUE.items() if table.layer in WORKING))
def test_a_working_table_is_made_by_someone(name, warehouse):
    assert warehouse.exists(name), f"{name} has a contract, but nothing makes it"


@pytest.mark.parametrize("name", sorted(discover()))
def test_the_key_in_the_header_is_the_key_of_the_contract(name):
    promised = [part for part in CATALOGUE[name].key if part != "as_of" or name == "core.night"]
    if CATALOGUE[name].layer in ("restricted", "quality"):
        # What leaves the warehouse has the keys of section 6.1, which may say more than is needed.
        assert set(discover()[name].key) <= set(promised)
    else:
        assert list(discover()[name].key) == promised
