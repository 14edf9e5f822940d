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
    "message": pl.String(),
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
    tables = {DELIVERIES: _sql_types(DELIVERY_COLUMNS), REJECTED_ROWS: _sql_types(REJECTED_COLUMNS)}
    tables |= {source.table: dict(source.columns) for source in SOURCES}
    script = ["create schema if not exists landing", "create schema if not exists clean"]
    for table, columns in tables.items():
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        script.append(f"create table if not exists {table} ({described})")
    engine.execute(";\n".join(script))


def _sql_types(columns: dict[str, pl.DataType]) -> dict[str, str]:
    return {name: next(sql for sql, known in POLARS_TYPES.items() if known == kind) for name, kind in columns.items()}
