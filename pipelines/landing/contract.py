"""The last look at a clean batch before it is loaded: the table's contract, by Pandera, on a collected frame."""

from __future__ import annotations

import functools
from typing import Any

import polars as pl

from schemas.catalogue import CATALOGUE


@functools.cache
def _model(table: str) -> Any:
    # Imported on first use: Pandera brings pandas along, which a night without new files does not need.
    from schemas.pandera_models import pandera_schema

    return pandera_schema(CATALOGUE[table])


def check_contract(table: str, accepted: pl.DataFrame) -> None:
    """Raise pandera's SchemaErrors when accepted rows break the contract: a fault of this code, never of a delivery."""
    _model(table).validate(accepted, lazy=True)
