"""Two published nights against each other: every table of every database in them."""

from __future__ import annotations

from pathlib import Path

import duckdb


def differing(one: Path, other: Path) -> list[str]:
    """`database.schema.table` of what is not the same in two folders of published nights: columns, types, rows."""
    files = sorted({path.name for folder in (one, other) for path in folder.glob("*.duckdb")})
    if not files:
        raise FileNotFoundError(one)
    found = []
    for file in files:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{one / file}' as a (read_only); attach '{other / file}' as b (read_only)")
            shapes = [_tables(connection, side) for side in ("a", "b")]
            for name in sorted(shapes[0].keys() | shapes[1].keys()):
                same = shapes[0].get(name) == shapes[1].get(name)
                if not same or _rows(connection, name):
                    found.append(f"{file}:{name}")
    return found


def _tables(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, list[tuple[str, str]]]:
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where database_name = $side order by 1, column_index",
        {"side": side},
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, []).append((column, kind))
    return tables


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows that stand on one side only."""
    return sum(
        connection.execute(
            f"select count(*) from (select * from {left}.{name} except all select * from {right}.{name})"
        ).fetchall()[0][0]
        for left, right in (("a", "b"), ("b", "a"))
    )
