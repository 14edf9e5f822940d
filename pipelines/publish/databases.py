"""`report.duckdb` (public numbers) and `cases.duckdb` (restricted and quality) of a night, with comments (spec 6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publish.ready import ready_sql
from schemas.catalogue import tables_of
from schemas.ddl import comment_sql, create_table_sql, quoted
from schemas.shown import DATABASES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from schemas.tables import Table

FILES = DATABASES


def write_databases(engine: Engine, folder: Path, *names: str) -> list[Path]:
    """Write files of a night (all, or those named) from the tables of the warehouse, rows in the order of their keys.

    Columns and types are those of the contract: a table with other columns fails here, before anyone reads it. Two
    files may be written at a time.
    """
    written = []
    for name in names or FILES:
        path, alias = folder / name, name.removesuffix(".duckdb")
        statements: list[str] = [f"create schema if not exists {quoted(f'{alias}.{layer}')}" for layer in FILES[name]]
        for table in tables_of(*FILES[name]):
            statements += _statements(table, f"{alias}.{table.full_name}")
        # Views and macros name the tables of their own file: whoever opens it may call it as he likes.
        statements += [f"use {alias}", *ready_sql(name)]
        engine.write_database(path, statements, alias=alias)
        path.chmod(0o644 if FILES[name] == ("published",) else 0o600)
        written.append(path)
    return written


def _statements(table: Table, target: str) -> list[str]:
    columns = ", ".join(quoted(c) for c in table.columns)
    order = ", ".join(quoted(c) for c in table.key) or "1"
    return [
        create_table_sql(table, target=target),
        f"insert into {quoted(target)} select {columns} from {quoted(table.full_name)} order by {order}",
        *comment_sql(table, target=target),
    ]
