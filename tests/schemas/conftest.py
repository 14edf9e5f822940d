"""Rows made to order for every contract."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from schemas.columns import COLUMNS
from schemas.polars_types import polars_schema
from schemas.tables import Table

KEY = "0123456789abcdef"
PLAIN = {
    "VARCHAR": "甲",
    "BIGINT": 7,
    "INTEGER": 7,
    "SMALLINT": 7,
    "DOUBLE": 0.5,
    "BOOLEAN": False,
    "DATE": date(2025, 11, 3),
    "TIMESTAMP": None,
    "VARCHAR[]": [],
}
SHAPED = {
    "child_key": KEY,
    "case_id": f"{KEY}-1",
    "month": "2025-11",
    "sha256": KEY * 4,
    "citizen_number": "990121201501010018",
    "embedded_number": "99012120150101001X",
    "division_code": "990121001000",
    "household_division": "990121001001",
    "parent_code": "990121000000",
    "county": "990121000000",
}


def cell(table: Table, name: str) -> object:
    """A value that the contract allows."""
    if name in table.values:
        return table.values[name][0]
    if name in table.items:
        return [table.items[name][0]] if table.type_of(name).endswith("[]") else table.items[name][0]
    if name in SHAPED:
        return SHAPED[name]
    kind = table.type_of(name)
    return Decimal("12.34") if kind.startswith("DECIMAL") else PLAIN[kind]


@pytest.fixture
def good() -> Callable[[Table], pl.DataFrame]:
    """A frame with one row that keeps the contract; every column is filled."""

    def make(table: Table) -> pl.DataFrame:
        row = {name: cell(table, name) for name in table.columns}
        assert all(COLUMNS[name] for name in row)
        return pl.DataFrame([row], schema=polars_schema(table))

    return make
