"""A warehouse in memory, with the tables that a test gives it."""

from collections.abc import Callable, Iterator, Mapping

import duckdb
import polars as pl
import pytest

from schemas.ddl import create_table_sql, quoted
from schemas.tables import Table


class Warehouse:
    """A `TableReader` over DuckDB in memory, without the engine: checks know no more of it than this."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        for schema in ("clean", "published", "restricted", "quality"):
            self.execute(f"create schema {schema}")

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        return self.connection.sql(sql, params=dict(parameters or {})).pl()

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple]:
        return self.connection.execute(sql, dict(parameters or {})).fetchall()

    def scalar(self, sql: str, parameters: Mapping[str, object] | None = None) -> object:
        found = self.read(sql, parameters)
        return found.item(0, 0) if found.height else None

    def exists(self, table: str) -> bool:
        schema, name = table.split(".")
        sql = "select count(*) from duckdb_tables() where schema_name = $schema and table_name = $name"
        return bool(self.scalar(sql, {"schema": schema, "name": name}))


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """An empty warehouse in memory."""
    made = Warehouse()
    yield made
    made.connection.close()


@pytest.fixture
def fill(warehouse: Warehouse) -> Callable[..., None]:
    """Make a contracted table and put rows into it; columns that a row does not name are null."""

    def make(table: Table, *rows: dict[str, object]) -> None:
        # Without `not null`, so that a test can put in what the contract must catch.
        warehouse.execute(create_table_sql(table).replace(" not null", ""))
        if rows:
            names = ", ".join(quoted(name) for name in rows[0])
            warehouse.connection.register("rows_to_load", pl.DataFrame(list(rows), infer_schema_length=None))
            warehouse.execute(f"insert into {quoted(table.full_name)} ({names}) select * from rows_to_load")

    return make
