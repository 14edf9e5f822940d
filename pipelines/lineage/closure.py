"""From direct lineage down to the ends of the way: headers of extracts, policy, the program's own records."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipelines.lineage.tables import Lineage
from pipelines.lineage.told import ROWS, Column

Ends = dict[Column, frozenset[Column]]


REMEMBERED = ("core.previous_memory",)
"""Children of the night before: the headers that told of them then are those that tell of them tonight."""


def ends(lineage: Mapping[str, Lineage], without: Collection[str] = ()) -> Ends:
    """Column → the ends that its value comes from, not looking beyond the tables of `without`.

    What a night remembers of the night before reads itself: passes go on until they find nothing new.
    """
    reads: dict[Column, frozenset[Column]] = {}
    found: Ends = {}
    for name, table in lineage.items():
        beyond = name not in without
        for column, told in table.columns.items():
            reads[name, column] = told.values | told.fixed if beyond else frozenset()
            found[name, column] = frozenset(table.given.get(column, ()))
        reads[name, ROWS] = table.rows if beyond else frozenset()
        found[name, ROWS] = frozenset(table.given.get(ROWS, ()))
    changed = True
    while changed:
        changed = False
        for own, origins in reads.items():
            more = found[own].union(*(found[origin] for origin in origins))
            if len(more) > len(found[own]):
                found[own], changed = more, True
    return found


def from_nowhere(lineage: Mapping[str, Lineage], tables: Collection[str], somewhere: Collection[str]) -> set[Column]:
    """Columns of the tables that come from no end of the kinds `somewhere`: from dates of the night, or themselves."""
    found = ends(lineage)
    return {
        (name, column)
        for name in tables
        for column in lineage[name].columns
        if not any(kind in somewhere for kind, _ in found[name, column])
    }
