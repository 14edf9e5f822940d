"""Every table of a published night as CSV text: what "the same" means."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

DATABASES = ("report.duckdb", "cases.duckdb")


def as_csv(home: Path, as_of: date, work: Path) -> dict[str, bytes]:
    """`schema.table` → the bytes of its CSV, rows in the order in which the file holds them."""
    tables = {}
    for name in DATABASES:
        with duckdb.connect(str(home / "published" / as_of.isoformat() / name), read_only=True) as database:
            found = database.execute(
                "select schema_name || '.' || table_name from duckdb_tables() order by 1"
            ).fetchall()
            for (table,) in found:
                file = work / f"{table}.csv"
                database.execute(f"copy {table} to '{file}' (header, delimiter ',')")
                tables[table] = file.read_bytes()
    return tables
