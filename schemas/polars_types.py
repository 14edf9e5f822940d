"""Polars types of contracts; apart from the Pandera models, so that who needs types alone does not import Pandera."""

from __future__ import annotations

import re

import polars as pl

from schemas.tables import Table

_PLAIN: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "INTEGER": pl.Int32(),
    "SMALLINT": pl.Int16(),
    "DOUBLE": pl.Float64(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "TIMESTAMP": pl.Datetime("us"),
}


def polars_type(sql_type: str) -> pl.DataType:
    """Polars type of an SQL type of a contract; raises ValueError for a type that contracts do not use."""
    if sql_type.endswith("[]"):
        return pl.List(polars_type(sql_type[:-2]))
    decimal = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", sql_type)
    if decimal:
        return pl.Decimal(int(decimal[1]), int(decimal[2]))
    if sql_type not in _PLAIN:
        raise ValueError(f"no such type in contracts: {sql_type}")
    return _PLAIN[sql_type]


def polars_schema(table: Table) -> pl.Schema:
    """Column names and Polars types of a table, in contract order."""
    return pl.Schema({name: polars_type(table.type_of(name)) for name in table.columns})
