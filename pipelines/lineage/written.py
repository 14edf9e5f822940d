"""The two files that say it: direct lineage of every table, and the origins of what readers see."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pipelines.ledger_store import HISTORIES
from pipelines.lineage import closure
from pipelines.lineage.tables import AS_OF, Lineage, models
from pipelines.lineage.told import ROWS, Column
from pipelines.lineage.unmodelled import POLICY, unmodelled
from schemas.catalogue import CATALOGUE, tables_of
from schemas.lineage import LINEAGE, LINEAGE_COLUMNS, ORIGINS, ORIGINS_COLUMNS
from schemas.shown import SHOWN
from schemas.sources import SOURCES
from schemas.tables import Table

_DELIVERIES = CATALOGUE["landing.deliveries"]
_HEADERS = {(source.label, field.header): i for source in SOURCES for i, field in enumerate(source.fields)}
_KINDS = {source.label: i for i, source in enumerate(SOURCES)}
SEEN = ("published", "restricted", "quality", "history")
"""Layers whose columns readers, or readers of histories, see."""


@cache
def lineage() -> dict[str, Lineage]:
    """The direct lineage of every table of the catalogue and of the published files, in their order.

    Read twice: only the first reading knows which columns of histories remember nothing but dates of nights.
    """
    first, fixed = models()
    dates = closure.from_nowhere(unmodelled(fixed) | first, HISTORIES, {*_KINDS, _DELIVERIES.label, POLICY})
    made, fixed = models(dates)
    found = unmodelled(fixed) | made
    return {name: found[name] for name in dict.fromkeys([*CATALOGUE, *found])}


@cache
def ends() -> closure.Ends:
    """Column → the ends of its way, of every column there is."""
    return closure.ends(lineage(), closure.REMEMBERED)


def lineage_rows() -> Iterator[tuple[str, ...]]:
    """Rows of `lineage.csv`: one per column and what it is directly made from."""
    for name, table in lineage().items():
        for column, told in table.columns.items():
            values = told.values | told.fixed
            yield from _rows(name, column, values, "value")
            yield from _rows(name, column, told.conditions - values, "condition")
            ended = table.given.get(column, ())
            yield from _rows(name, column, ended, "given")
            if not values and not ended and not told.conditions:
                yield (name, column, "", "", "constant")
        yield from _rows(name, ROWS, table.rows, "rows")
        yield from _rows(name, ROWS, table.given.get(ROWS, ()), "given")


def _rows(table: str, column: str, origins: Iterable[Column], how: str) -> Iterator[tuple[str, ...]]:
    return ((table, column, *origin, how) for origin in sorted(origins))


def origin_rows() -> Iterator[tuple[str, str, str]]:
    """Rows of `origins.csv`: one per column that readers see, with its origins joined by `、` (empty: a constant)."""
    tables: dict[str, Table] = {table.full_name: table for table in tables_of(*SEEN)}
    tables |= {shown.table.full_name: shown.table for shown in SHOWN}
    for name, table in tables.items():
        for column in table.columns:
            found = ends()[name, column] or ({(AS_OF, ROWS)} if column == "as_of" else ())
            yield name, column, "、".join(words(found))


def words(found: Iterable[Column]) -> list[str]:
    """Ends as they are shown: headers, `kind.header`; kinds of which only rows count; then policy, record, date.

    Which delivery a row stands in, and the business date, belong to everything: they are named where nothing else is.
    """
    found = {*found}
    kinds = {kind for kind, name in found if name != ROWS}
    told = {(kind, name) for kind, name in found if name != ROWS or kind not in kinds}
    beyond = {end for end in told if end[0] not in (_DELIVERIES.label, AS_OF)}
    delivered = {end for end in told if end[0] != AS_OF}
    shown = sorted(beyond or delivered or told, key=_place)
    return [kind if name == ROWS else f"{kind}.{name}" for kind, name in shown]


def _place(end: Column) -> tuple[int, int, str]:
    """Kinds and headers in the order of spec 2.2, then what is no extract."""
    kind, name = end
    return (_KINDS.get(kind, len(_KINDS)), _HEADERS.get(end, len(_HEADERS)), f"{kind}.{name}")


def texts() -> dict[Path, str]:
    """Path → content, of both files."""
    return {
        LINEAGE: _csv(LINEAGE_COLUMNS, lineage_rows()),
        ORIGINS: _csv(ORIGINS_COLUMNS, origin_rows()),
    }


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
