"""The last look at a clean batch before it is loaded: Pandera, on a collected frame."""

from __future__ import annotations

import functools

import pandera.polars as pa
import polars as pl

from pipelines.landing.frames import clean_columns
from schemas.codes import codebook
from schemas.sources import Source

_NUMBER = r"^\d{17}[\dX]$"


@functools.cache
def contract(source: Source) -> pa.DataFrameSchema:
    """The Pandera schema of a clean table: types, filled columns, closed lists, shapes of numbers and codes."""
    columns: dict[str, pa.Column] = {}
    for name, kind in clean_columns(source).items():
        field = source.field(name)
        checks = []
        if field and field.cell == "coded":
            checks.append(pa.Check.isin(codebook(field.codes).labels))
        if field and field.cell == "division":
            checks.append(pa.Check.str_length(12, 12))
        if name in ("citizen_number", "embedded_number"):
            checks.append(pa.Check.str_matches(_NUMBER))
        if name == "grade":
            checks.append(pa.Check.in_range(1, 12))
        # A damaged number leaves a filled cell without a value.
        nullable = not (field and field.filled) or name == "citizen_number"
        if name in ("delivery_id", "row_number", "id_invalid", "id_mismatch"):
            nullable = False
        columns[name] = pa.Column(kind, checks, nullable=nullable)
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=source.table)


def check_contract(source: Source, accepted: pl.DataFrame) -> None:
    """Raise pandera's SchemaErrors when accepted rows break the contract: a fault of this code, never of a delivery."""
    contract(source).validate(accepted, lazy=True)
