"""Column lineage as Dagster shows it: each column of a table with the columns it is directly made from."""

from __future__ import annotations

import dagster as dg

from schemas.catalogue import CATALOGUE
from schemas.lineage import ROWS, made_from
from schemas.sources import BY_LABEL

DELIVERED = "delivered"
"""First part of the key of an extract as its agency sends it: `delivered/registry` has the headers as columns."""


def column_lineage(table: str) -> dg.TableColumnLineage:
    """Columns of a table → the columns, and for a clean table the headers, that they are directly made from.

    Rows that are counted are shown as the key of their table. What comes from no table, a number of policy or a word
    of a model, has nothing above it.
    """
    deps = {column: _deps(made_from(table, column)) for column in CATALOGUE[table].columns}
    return dg.TableColumnLineage({column: above for column, above in deps.items() if above})


def _deps(origins: tuple[tuple[str, str], ...]) -> list[dg.TableColumnDep]:
    found: dict[tuple[tuple[str, ...], str], None] = {}
    for table, column in origins:
        if table in CATALOGUE:
            names = CATALOGUE[table].key if column == ROWS else (column,)
            found |= dict.fromkeys((tuple(table.split(".")), name) for name in names)
        elif table in BY_LABEL and column != ROWS:
            found[(DELIVERED, BY_LABEL[table].name), column] = None
    return [dg.TableColumnDep(dg.AssetKey(key), name) for key, name in found]
