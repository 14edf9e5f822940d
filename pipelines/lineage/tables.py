"""The direct lineage of every table: of its model, of a ready view, or of what no model makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp

from pipelines.engine import discover
from pipelines.lineage.relations import resolve
from pipelines.lineage.told import NIGHT, NOTHING, ROWS, Column, LineageError, Relation, Scope, Told
from schemas.catalogue import CATALOGUE
from schemas.tables import Table

_WHO = ("core", "matching")
"""Layers of which deliveries are in force, and which rows are one child: their rows are those of the extracts."""


AS_OF = "统计日期"
"""What every date of the night follows from."""


@dataclass(frozen=True)
class Lineage:
    """Of one table: what each column is told by, what lets its rows in, and what is given from outside the program.

    `given` names the end of the way: (kind of extract, header) and its like, by column.
    """

    columns: dict[str, Told]
    rows: frozenset[Column] = frozenset()
    given: dict[str, tuple[Column, ...]] = field(default_factory=dict)


def of_query(
    sql: str,
    table: Table,
    fixed: Collection[Column] = (),
    *,
    known: Mapping[str, Table] | None = None,
    parameters: str = "",
) -> Lineage:
    """The lineage of a table that a query makes; raises LineageError where the two do not have the same columns.

    `fixed` are columns that hold only what models write; `known` are tables beside those of the catalogue,
    `parameters` those of a table macro (`unit, on_date := null`).
    """
    catalogue = {**CATALOGUE, **(known or {})}
    bound = Scope(aliases={part.split(":=")[0].strip().lower(): NOTHING for part in parameters.split(",") if part})

    def relation(name: str) -> Relation:
        if name not in catalogue:
            raise LineageError(f"table {name} is not in the catalogue")
        return of_table(catalogue[name], fixed)

    try:
        made = resolve(_parsed(sql), relation, bound)
    except LineageError as error:
        raise LineageError(f"{table.full_name}: {error}") from None
    columns = dict(zip((name.strip('"') for name in made.columns), made.columns.values(), strict=True))
    if {*columns} != {*table.columns}:
        raise LineageError(
            f"{table.full_name}: the query and the contract differ in {sorted({*columns} ^ {*table.columns})}"
        )
    return Lineage(columns, made.below if table.layer in _WHO else made.rows)


def _parsed(sql: str) -> exp.Expr:
    """The query; of `create view … as <query>` the query."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    query: exp.Expr = tree.expression if isinstance(tree, exp.Create) else tree
    return query


def of_table(table: Table, fixed: Collection[Column]) -> Relation:
    """A table as others see it: every column is itself, its rows are `*`."""
    name = table.full_name
    rows = frozenset({(name, ROWS)})
    columns = {}
    for column in table.columns:
        own = frozenset({(name, column)})
        columns[column] = Told(fixed=own) if name == NIGHT or (name, column) in fixed else Told(own)
    return Relation(columns, frozenset() if name == NIGHT else rows, rows)


def models(fixed: Collection[Column] = ()) -> tuple[dict[str, Lineage], set[Column]]:
    """Table → lineage, of every model, in their order; and the columns that hold only what models write.

    `fixed` are columns of which that is known beforehand: of histories, which models read and which no model makes.
    """
    found: dict[str, Lineage] = {}
    fixed = set(fixed)
    for name, model in discover().items():
        found[name] = of_query(model.sql, CATALOGUE[name], fixed)
        if name == NIGHT:
            found[name] = replace(found[name], given=dict.fromkeys(found[name].columns, ((AS_OF, ROWS),)))
        fixed |= {(name, c) for c, told in found[name].columns.items() if not told.every}
    return found, fixed
