"""What lists of many rows show, by whole columns: cells as the tables hold them, not yet put into words.

A list of a province has hundreds of thousands of rows, and several lists show the same children: a table with a row a
child is read once for all of them, and nothing is gathered where a key names one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipelines.publish.listing import Column, Figure
from pipelines.publish.reader import TableReader
from schemas.ddl import quoted


def read_already(one: Figure) -> str:
    """The column of the rows that holds a figure where their query read it with its keys."""
    return f"{one.schema}_{one.table}_{one.column}"


class LongLists:
    """The cells of the long lists of one night."""

    def __init__(self, reader: TableReader, as_of: date) -> None:
        self._reader = reader
        self._as_of = as_of
        self._children: dict[str, pl.DataFrame] = {}

    def fill(self, columns: Sequence[Column], rows: pl.DataFrame) -> pl.DataFrame:
        """What the tables hold of every row, a column each, in the types of the tables.

        Of figures those alone that name one cell of every row; the rows have no null among their keys.
        """
        found: dict[int, pl.Series] = {}
        groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, Figure]]] = {}
        for place, column in enumerate(columns):
            one = column.figure
            if one is None:
                found[place] = rows[column.label or column.name]
            elif one.how != "value" or one.where or one.only or one.base or one.bound or column.others:
                raise ValueError(f"{column.name} is no figure of a list of many rows.")
            elif read_already(one) in rows.columns:
                found[place] = rows[read_already(one)]
            else:
                groups.setdefault((f"{one.schema}.{one.table}", one.keys(rows.columns)), []).append((place, one))
        for (table, keys), wanted in groups.items():
            names = list(dict.fromkeys(one.column for _, one in wanted))
            frame = self._read(table, keys, names, wanted[0][1].condition).select(
                *keys, **{f"c{order}": name for order, name in enumerate(names)}
            )
            joined = rows.select(keys).join(frame, on=list(keys), how="left", maintain_order="left")
            for place, one in wanted:
                cells = joined[f"c{names.index(one.column)}"]
                found[place] = cells.fill_null(0) if one.sparse else cells
        return pl.DataFrame([found[place].alias(str(place)) for place in range(len(columns))])

    def _read(self, table: str, keys: Sequence[str], names: Sequence[str], condition: str) -> pl.DataFrame:
        """Columns of a table; those of children, who stand on several lists, are kept for the next list."""
        kept = self._children.get(table)
        if kept is not None and set(names) <= set(kept.columns):
            return kept
        selected = ", ".join(quoted(name) for name in dict.fromkeys([*keys, *names]))
        frame = self._reader.read(
            f"select {selected} from {table} where as_of = $as_of {condition}",  # noqa: S608 - our own names
            {"as_of": self._as_of},
        )
        if tuple(keys) == ("child_key",):
            self._children[table] = frame
        return frame
