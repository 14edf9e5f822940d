"""A contract as Frictionless Table Schema v1, for whoever reads the CSV twins without a database."""

from __future__ import annotations

from schemas.columns import COLUMNS
from schemas.tables import Table

MISSING = ""
"""How an empty value is written; no text of a public table is empty."""

_TYPES = {"VARCHAR": "string", "BIGINT": "integer", "DECIMAL(9,2)": "number", "DATE": "date", "BOOLEAN": "boolean"}


def table_schema(table: Table) -> dict[str, object]:
    """The schema of a table: its fields with words and constraints, and its key.

    A key that may hold null is no primary key there, but unique all the same. Raises KeyError for a type that a public
    table does not have.
    """
    key = "uniqueKeys" if table.nullable_key else "primaryKey"
    return {
        "fields": [_field(table, name) for name in table.columns],
        key: [[*table.key]] if table.nullable_key else [*table.key],
        "missingValues": [MISSING],
    }


def _field(table: Table, name: str) -> dict[str, object]:
    column = COLUMNS[name]
    words = {"unit": column.unit, "formula": column.formula, "source": table.source_of(name)}
    field: dict[str, object] = {
        "name": name,
        "type": _TYPES[table.type_of(name)],
        "title": table.label_of(name),
        "description": table.description_of(name),
        **{part: text for part, text in words.items() if text},
    }
    constraints = _constraints(table, name)
    return {**field, "constraints": constraints} if constraints else field


def _constraints(table: Table, name: str) -> dict[str, object]:
    column = COLUMNS[name]
    made: dict[str, object] = {}
    if name in table.not_null:
        made["required"] = True
    if name in table.values:
        made["enum"] = [*table.values[name]]
    if column.pattern and table.type_of(name) == "VARCHAR":
        made["pattern"] = column.pattern
    if column.bounds and table.type_of(name) != "VARCHAR":
        made["minimum"], made["maximum"] = column.bounds
    return made
