"""A published database, opened to be read: it cannot change, so any number of readers may have it open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import KongchuoError
from schemas.ddl import quoted, text_literal

if TYPE_CHECKING:
    import polars as pl


class Snapshot:
    """One `report.duckdb` or `cases.duckdb` of a published night; use it in a `with` block.

    `told` are tables (`schema.table`) of schemas that the file does not have: this reader alone has them beside it.
    Raises KongchuoError where the file is missing or is no database.
    """

    def __init__(self, path: Path, told: Mapping[str, pl.DataFrame] | None = None) -> None:
        try:
            if told:
                self.connection = _with_tables(path, told)
            else:
                self.connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise KongchuoError(f"The published database {path} cannot be read; publish the night again.") from error

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.connection.close()

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query; parameters are bound by name."""
        relation = self.connection.sql(sql, params=dict(parameters)) if parameters else self.connection.sql(sql)
        frame: pl.DataFrame = relation.pl()
        return frame


def _with_tables(path: Path, told: Mapping[str, pl.DataFrame]) -> duckdb.DuckDBPyConnection:
    """The file attached to a database in memory: beside a file that is opened to be read nothing can be made."""
    connection = duckdb.connect()
    try:
        connection.execute(f"attach {text_literal(str(path))} as snapshot (read_only)")
        for schema in dict.fromkeys(name.partition(".")[0] for name in told):
            connection.execute(f"attach ':memory:' as {quoted(schema)}")
        for name, frame in told.items():
            # `quality.checks` is then found as the table of a database of that name.
            connection.register("rows_told", frame)
            connection.execute(f"create table {quoted(name)} as select * from rows_told")
            connection.unregister("rows_told")
        connection.execute("use snapshot")
    except BaseException:
        connection.close()
        raise
    return connection
