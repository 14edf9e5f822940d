"""Every column of the project, defined once.

Belongs here: the definition of a column (label, description, type, unit, privacy class, source headers, formula), one
module per topic. Does not belong here: which table has it and what it may hold there (`schemas.tables`), how it is
computed (`pipelines/models`).
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.columns import (
    actions,
    cases,
    deliveries,
    events,
    facts,
    links,
    measures,
    persons,
    places,
    policy,
    rates,
    statistics,
    steps,
    sums,
)
from schemas.columns.column import Column, Privacy

MODULES = (
    *(places, persons, events, actions, statistics, deliveries, cases, measures, rates),
    *(policy, links, facts, steps, sums),
)


def register(groups: Iterable[Iterable[Column]]) -> dict[str, Column]:
    """Columns by name; raises ValueError where one name is defined twice."""
    found: dict[str, Column] = {}
    for group in groups:
        for column in group:
            if column.name in found:
                raise ValueError(f"column {column.name!r} is defined twice")
            found[column.name] = column
    return found


COLUMNS: dict[str, Column] = register(module.COLUMNS for module in MODULES)

__all__ = ["COLUMNS", "Column", "Privacy", "register"]
