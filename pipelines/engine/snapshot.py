"""A published database, opened to be read: it cannot change, so any number of readers may have it open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import KongchuoError

if TYPE_CHECKING:
    import polars as pl


class Snapshot:
    """One `report.duckdb` or `cases.duckdb` of a published night; use it in a `with` block.

    Raises KongchuoError where the file is missing or is no database.
    """

    def __init__(self, path: Path) -> None:
        try:
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
