"""Histories of public tables by two clocks (6.1): what was published of a night, and which runs said so.

A row is a row of the published table without `as_of`, for the nights and runs of its span; columns that only count days
up to `as_of` are left out and made again where the history is read.
"""

from __future__ import annotations

from schemas.tables import published
from schemas.tables.internal import LASTING
from schemas.tables.table import Table

SPAN = ("from_night", "to_night", "from_run", "to_run")
KEPT = (
    *("zeroing", "closures", "dropout_rate", "retention", "enrolment_rate", "residence", "three_way", "monthly_six"),
    "deadlines",
)
"""Public tables whose every night can be read again; the others follow from these or from the kept nights."""

COUNTED_TO_THE_NIGHT = {"days_since_zero": "as_of - zeroed_since"}
"""Columns that change every night by themselves → how they are made again."""


def _history(table: Table) -> Table:
    """The contract of the history of a published table."""
    columns = tuple(name for name in table.columns if name != "as_of" and name not in COUNTED_TO_THE_NIGHT)
    return Table(
        schema="history",
        name=table.name,
        label=f"{table.label}（历史）",
        description=f"{LASTING}; rows of {table.full_name}",
        grain=f"{table.grain.removesuffix(' on the business date')}, span of nights without change, runs that said so",
        key=(*(name for name in table.key if name != "as_of"), "from_night", "from_run"),
        columns=(*columns, *SPAN),
        required=table.required,
        nullable_key=table.nullable_key,
        values=table.values,
        items=table.items,
        counted=table.counted,
        types=table.types,
        notes={name: note for name, note in table.notes.items() if name in columns},
        layer="history",
        audience="internal",
        sources=table.sources,
        spec="6.1",
    )


TABLES = tuple(_history(table) for table in published.TABLES if table.name in KEPT)
