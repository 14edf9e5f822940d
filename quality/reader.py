"""How a check sees tables: whatever can answer these questions, be it the engine, a published file or a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from schemas.ddl import quoted
from schemas.tables import Table


class QueryReader(Protocol):
    """Answers queries over tables named `schema.table`; every engine and every published file is one."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query as a frame."""


class TableReader(QueryReader, Protocol):
    """Reads tables named `schema.table`; every engine is one."""

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query as they are: of few rows, the frame would take longer than the query."""

    def scalar(self, sql: str, parameters: Mapping[str, object] | None = None) -> object:
        """The single value of a query; None when it has no row."""

    def exists(self, table: str) -> bool:
        """Whether the table or view is there."""


def query(select: str, table: Table, tail: str = "", *, among: str | None = None) -> str:
    """`select … from "schema"."table" …`: the only place of this package that puts SQL together.

    `among` is the relation of those of the table's rows that are asked alone.

    Every part comes from contracts (names, allowed values), never from data; a caller's values are bound as parameters.
    """
    rows = among or quoted(table.full_name)
    return f"select {select} from {rows} {tail}".rstrip()  # noqa: S608
