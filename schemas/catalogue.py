"""All tables of the project by full name: layer, grain, key, who may see."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.tables import (
    Table,
    clean,
    core,
    history,
    indicators,
    ledger,
    matching,
    published,
    quality,
    restricted,
    status,
)

LAYERS = (
    "landing",
    "clean",
    "core",
    "matching",
    "status",
    "ledger",
    "indicators",
    "published",
    "restricted",
    "quality",
    "history",
)
"""Layers in the order in which a night makes them."""


def index(groups: Iterable[Iterable[Table]]) -> dict[str, Table]:
    """Tables by `schema.name`; raises ValueError where one is defined twice."""
    found: dict[str, Table] = {}
    for group in groups:
        for table in group:
            if table.full_name in found:
                raise ValueError(f"table {table.full_name} is defined twice")
            found[table.full_name] = table
    return found


CATALOGUE: dict[str, Table] = index(
    module.TABLES
    for module in (clean, core, matching, status, ledger, indicators, published, restricted, quality, history)
)


def tables_of(*layers: str) -> tuple[Table, ...]:
    """Tables of the layers, in catalogue order; raises ValueError for a layer that does not exist."""
    unknown = set(layers) - set(LAYERS)
    if unknown:
        raise ValueError(f"no such layer: {', '.join(sorted(unknown))}")
    return tuple(table for table in CATALOGUE.values() if table.layer in layers)
