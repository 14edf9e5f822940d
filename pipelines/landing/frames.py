"""Frames with the columns and types of the landing and clean tables."""

from __future__ import annotations

import polars as pl

from pipelines.engine import Engine
from schemas.sources import SOURCES, Source

POLARS_TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BOOLEAN": pl.Boolean(),
    "SMALLINT": pl.Int16(),
    "INTEGER": pl.Int32(),
    "BIGINT": pl.Int64(),
    "DATE": pl.Date(),
    "DECIMAL(12,2)": pl.Decimal(12, 2),
}

DELIVERIES = "landing.deliveries"
REJECTED_ROWS = "landing.rejected_rows"

DELIVERY_COLUMNS: dict[str, pl.DataType] = {
    "delivery_id": pl.Int32(),
    "delivery": pl.String(),
    "kind": pl.String(),
    "code": pl.String(),
    "delivered_on": pl.Date(),
    "file_name": pl.String(),
    "sha256": pl.String(),
    "version": pl.Int32(),
    "state": pl.String(),
    "reason": pl.String(),
    "rows": pl.Int64(),
    "accepted": pl.Int64(),
    "rejected": pl.Int64(),
    "repeats": pl.Int64(),
    "skipped": pl.Int64(),
    "unknown_columns": pl.String(),
    "size": pl.Int64(),
    "mtime_ns": pl.Int64(),
    "ctime_ns": pl.Int64(),
    "superseded": pl.Boolean(),
}

REJECTED_COLUMNS: dict[str, pl.DataType] = {
    "delivery_id": pl.Int32(),
    "row_number": pl.Int32(),
    "reason": pl.String(),
    "row_json": pl.String(),
}


def clean_columns(source: Source) -> dict[str, pl.DataType]:
    """Column → polars type of a clean table, in order."""
    return {name: POLARS_TYPES[kind] for name, kind in source.columns}


def ensure_tables(engine: Engine) -> None:
    """Create every table of the landing step that is not there yet, empty."""
    engine.execute("create schema if not exists landing")
    engine.execute("create schema if not exists clean")
    wanted = {DELIVERIES: DELIVERY_COLUMNS, REJECTED_ROWS: REJECTED_COLUMNS}
    wanted |= {source.table: clean_columns(source) for source in SOURCES}
    there = engine.read("select table_schema || '.' || table_name as name from information_schema.tables")["name"]
    known = set(there)
    for table, columns in wanted.items():
        if table not in known:
            engine.load(table, pl.DataFrame(schema=columns))
