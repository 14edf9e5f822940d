"""Types of DuckDB in Spark, for what goes over in Parquet."""

from __future__ import annotations

import re

from pipelines.errors import ModelError

_SPARK = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "int",
    "BIGINT": "bigint",
    # Sums: DuckDB gives them room that no count of children needs; Spark ends with an error where one did.
    "HUGEINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "int",
    "UINTEGER": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "BLOB": "binary",
}


def to_spark(kind: str) -> str:
    """A type of DuckDB as Spark's SQL writes it; raises ModelError for one that no table has."""
    if kind.endswith("[]"):
        return f"array<{to_spark(kind[:-2])}>"
    if re.fullmatch(r"DECIMAL\(\d+,\s*\d+\)", kind):
        return kind.lower()
    if kind in _SPARK:
        return _SPARK[kind]
    raise ModelError(f"A column of type {kind} cannot go over to Spark.")


def exported(column: str, kind: str) -> str:
    """A column as DuckDB has to write it so that Spark reads the same: neither large numbers nor enums would be."""
    if kind in ("HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"):
        return f'cast("{column}" as bigint) as "{column}"'
    if kind.startswith("ENUM"):
        return f'cast("{column}" as varchar) as "{column}"'
    return f'"{column}"'
