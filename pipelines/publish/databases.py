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


def write_databases(engine: Engine, folder: Path) -> list[Path]:
    """Write both files of a night from the tables of the warehouse; rows stand in the order of their keys.

    Columns and types are those of the contract: a table with other columns fails here, before anyone reads it.
    """
    written = []
    for name, layers in FILES.items():
        path = folder / name
        statements: list[str] = [f"create schema if not exists {quoted('out.' + layer)}" for layer in layers]
        for table in tables_of(*layers):
            statements += _statements(table)
        # Views and macros name the tables of their own file: whoever opens it may call it as he likes.
        statements += ["use out", *ready_sql(name)]
        engine.write_database(path, statements, alias="out")
        path.chmod(0o644 if layers == ("published",) else 0o600)
        written.append(path)
    return written


def _statements(table: Table) -> list[str]:
    target = f"out.{table.full_name}"
    columns = ", ".join(quoted(c) for c in table.columns)
    order = ", ".join(quoted(c) for c in table.key) or "1"
    return [
        create_table_sql(table).replace(quoted(table.full_name), quoted(target), 1),
        f"insert into {quoted(target)} select {columns} from {quoted(table.full_name)} order by {order}",
        *comment_sql(table, target=target),
    ]
