"""A listing: rows of units and columns of figures, each bound to the cell of a published table that it shows.

Workbooks, bulletin and page are three ways to write one listing, so that they cannot disagree; `readback` holds what
was written against the database through the same bindings, cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import polars as pl

from pipelines.publish.reader import TableReader
from pipelines.publish.wording import AT_BOUND, NOT_AVAILABLE, change, iso, percent, rate, yes_no
from schemas.catalogue import CATALOGUE
from schemas.ddl import quoted
from schemas.tables import Table

Kind = Literal["text", "count", "number", "change", "rate", "percent", "yes_no", "date"]
"""How a value is written: a word; a number of children or things; a measure whose unit the row names; a difference with
its sign; a rate with its denominator (blank for 0/0, — for not available, ※ at a bound); a target or limit in per cent;
是 or 否; a date (blank without one)."""

How = Literal["value", "sum", "true", "rows"]
"""One cell; the sum of the cells that the row's keys leave; how many of them are true; how many rows there are."""

Raw = str | int | bool | date | Decimal | None


class Value(NamedTuple):
    """What a cell holds: the value, and of a rate its denominator and whether rounding alone made it 0.00 or 100.00."""

    raw: Raw
    base: int | None = None
    bound: bool | None = None


NOT_SAID = Value(NOT_AVAILABLE)
"""— in a column that says nothing of the row."""


@dataclass(frozen=True)
class Figure:
    """One figure of a published table.

    `table`, `column`  of the schema `published`; `where` the values of key columns that are the same for every row; the
                       other key columns come from the row of the listing.
    `how`              with "value" the keys must name one cell; the others gather what they leave.
    `base`, `bound`    of a rate: the columns with its denominator and its `at_bound`.
    `only`             columns of the listing and the values for which it says something; elsewhere stands —.
    `sparse`           the table leaves out rows of zeros: what is not there is 0.
    `schema`           `published`, or `restricted` or `quality` for what is not public.
    """

    table: str
    column: str
    where: tuple[tuple[str, str], ...] = ()
    how: How = "value"
    base: str = ""
    bound: str = ""
    only: tuple[tuple[str, str], ...] = ()
    sparse: bool = False
    schema: str = "published"

    @property
    def contract(self) -> Table:
        """The contract of its table; raises KeyError where there is none."""
        return CATALOGUE[f"{self.schema}.{self.table}"]

    @property
    def condition(self) -> str:
        """Which rows of its table files show, beside those of the night: the rest are most rows, and are not read.

        Of what is public never a village or a school (spec 6.3); of a table of children those with a case.
        """
        if self.schema == "restricted" and self.contract.key == ("as_of", "child_key"):
            return "and child_key in (select child_key from restricted.cases where as_of = $as_of)"
        small = self.schema == "published" and "unit_level" in self.contract.columns
        return "and unit_level not in ('village', 'school')" if small else ""

    def keys(self, given: Iterable[str]) -> tuple[str, ...]:
        """Key columns that the row of a listing with the columns `given` fills, in the order of the table.

        Raises ValueError where "value" would not name one cell: that is a fault of the form, found when it is made.
        """
        fixed, given = {name for name, _ in self.where}, set(given)
        keys = [name for name in self.contract.key if name != "as_of"]
        left = [name for name in keys if name not in fixed and name not in given]
        if self.how == "value" and left:
            raise ValueError(f"{self.schema}.{self.table}.{self.column} needs {', '.join(left)} to be one cell.")
        return tuple(name for name in keys if name not in fixed and name in given)


def figure(
    table: str,
    column: str,
    *,
    how: How = "value",
    base: str = "",
    bound: str = "",
    only: Mapping[str, str] | None = None,
    sparse: bool = False,
    schema: str = "published",
    **where: str,
) -> Figure:
    """A `Figure` with its fixed keys as keywords (`group_` for the column "group")."""
    fixed = tuple((name.rstrip("_"), value) for name, value in where.items())
    return Figure(table, column, fixed, how, base, bound, tuple((only or {}).items()), sparse, schema)


@dataclass(frozen=True)
class Column:
    """One column: its heading, how it is written, its figure or (without one) the column of the rows that it shows.

    `others` are figures of rows of which `figure` says nothing: the figures of a column share no row.
    `width` in half-width characters; `alert` is what must be found at a glance: "true", "false" or "positive".
    `says` puts what the figure or label holds into words before it is written: the label of a code, a mask; `all_say`
    is the same for a whole column, where most of its values differ from each other.
    """

    name: str
    kind: Kind
    width: float
    figure: Figure | None = None
    label: str = ""
    alert: Literal["", "true", "false", "positive"] = ""
    others: tuple[Figure, ...] = ()
    says: Callable[[Any], Raw] | None = None
    all_say: Callable[[pl.Expr], pl.Expr] | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figure and the others; none of a column that names the row."""
        return (self.figure, *self.others) if self.figure else ()

    def said(self, value: Value) -> Value:
        """A value as it is written; what the column says nothing of stays —."""
        return Value(self.says(value.raw)) if self.says and value != NOT_SAID else value

    def alerts(self, value: Value) -> bool:
        """Whether the value must be found at a glance."""
        raw = value.raw
        if self.alert == "positive":
            return isinstance(raw, int | Decimal) and not isinstance(raw, bool) and raw > 0
        return (self.alert == "true" and raw is True) or (self.alert == "false" and raw is False)


@dataclass(frozen=True)
class Listing:
    """A filled table.

    `rows` has the key columns, the label columns, `depth` (0 the highest unit) and `look` ("total" for units above
    others, "unit", "part" for 其中); `values` has a list a row, one value a column.
    """

    title: str
    measure: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame
    values: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = ""

    def texts(self) -> list[list[str]]:
        """The cells as text, as page and bulletin write them."""
        kinds = [column.kind for column in self.columns]
        return [[text(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in self.values]


def text(kind: Kind, value: Value) -> str:
    """A value in words: see `Kind`; a number of cases or children that is not known is —."""
    raw = value.raw
    if value == NOT_SAID:
        return NOT_AVAILABLE
    if kind == "count":
        return NOT_AVAILABLE if raw is None else str(raw)
    if kind == "number":
        return NOT_AVAILABLE if raw is None else f"{Decimal(str(raw)).normalize():f}"
    if kind == "change":
        return change(raw if isinstance(raw, int | Decimal) else None)
    if kind == "rate":
        return rate(_decimal(raw), value.base, at_bound=value.bound)
    if kind == "percent":
        return percent(_decimal(raw))
    if kind == "yes_no":
        return yes_no(raw if isinstance(raw, bool) else None)
    if kind == "date":
        return iso(raw if isinstance(raw, date) else None)
    return "" if raw is None else str(raw)


def _decimal(raw: Raw) -> Decimal | None:
    return raw if isinstance(raw, Decimal) else None


class Rows:
    """The rows of a listing as lists by column: which key columns each fills. A null key stands for all its values."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.height = rows.height
        self._rows = rows
        self._names = set(rows.columns)
        self._lists: dict[str, list[Any]] = {}
        self._patterns: dict[object, dict[tuple[str, ...], list[int]]] = {}

    def column(self, name: str) -> list[Any]:
        """One column."""
        if name not in self._lists:
            self._lists[name] = self._rows[name].to_list()
        return self._lists[name]

    def patterns(self, one: Figure) -> dict[tuple[str, ...], list[int]]:
        """The sets of key columns that rows fill for a figure, and the places of those rows.

        A row of which the figure says nothing (`only`) is in none. Most figures of a listing fill the same.
        """
        wanted = (one.schema, one.table, one.where, one.only, one.how)
        if wanted not in self._patterns:
            self._patterns[wanted] = self._patterns_of(one)
        return self._patterns[wanted]

    def _patterns_of(self, one: Figure) -> dict[tuple[str, ...], list[int]]:
        places = list(range(self.height))
        for name, wanted in one.only:
            values = self.column(name)
            places = [place for place in places if values[place] == wanted]
        if not places:
            return {}
        keys = [name for name in one.contract.key if name in self._names]
        holes = [name for name in keys if self._rows[name].null_count()]
        if not holes:
            return {one.keys(keys): places}
        found: dict[tuple[str, ...], list[int]] = {}
        for place in places:
            missing = tuple(name for name in holes if self.column(name)[place] is None)
            found.setdefault(missing, []).append(place)
        return {one.keys(name for name in keys if name not in missing): places for missing, places in found.items()}


def fill(
    reader: TableReader, as_of: date, columns: Sequence[Column], rows: pl.DataFrame
) -> tuple[tuple[Value, ...], ...]:
    """The values of every row: one query a table and set of keys, whatever the number of columns.

    A row for which a table has nothing holds null, or 0 where the figure says that the table is sparse. A key that is
    null in a row stands for all its values: a sum gathers them.
    """
    if rows.is_empty():
        return ()
    listed = Rows(rows)
    found: dict[int, list[Value]] = {}
    groups: dict[tuple[str, str, tuple[str, ...]], list[tuple[int, Figure, list[int]]]] = {}
    for place, column in enumerate(columns):
        if column.figure is None:
            found[place] = [column.said(Value(whole(raw))) for raw in listed.column(column.label or column.name)]
            continue
        found[place] = [NOT_SAID] * len(rows)
        for one in column.figures:
            for keys, said in listed.patterns(one).items():
                groups.setdefault((one.schema, one.table, keys), []).append((place, one, said))
    for (schema, table, keys), wanted in groups.items():
        frame = _read(reader, as_of, f"{schema}.{table}", keys, [one for _, one, _ in wanted])
        joined = rows.select(keys).join(frame, on=list(keys), how="left", maintain_order="left") if keys else frame
        for order, (place, one, said) in enumerate(wanted):
            values = _values(joined, order, one, len(rows))
            for row in said:
                found[place][row] = columns[place].said(values[row])
    return tuple(zip(*(found[place] for place in range(len(columns))), strict=True))


_GATHER = {
    "value": "any_value({column}) filter (where {condition})",
    "sum": "cast(sum({column}) filter (where {condition}) as bigint)",
    "true": "count(*) filter (where {column} and {condition})",
    "rows": "count(*) filter (where {condition})",
}


def _read(reader: TableReader, as_of: date, table: str, keys: Sequence[str], figures: Sequence[Figure]) -> pl.DataFrame:
    parameters: dict[str, object] = {"as_of": as_of}
    selected = []
    for order, one in enumerate(figures):
        conditions = []
        for name, value in one.where:
            parameter = f"p{len(parameters)}"
            parameters[parameter] = value
            conditions.append(f"{quoted(name)} = ${parameter}")
        # The last two belong to rates: what they are rates of, and whether rounding made them 0.00 or 100.00.
        for suffix, column in (("", one.column), ("_base", one.base), ("_bound", one.bound)):
            if column:
                condition = " and ".join(conditions) or "true"
                gathered = _GATHER[one.how].format(column=quoted(column), condition=condition)
                selected.append(f"{gathered} as c{order}{suffix}")
    grouped = ", ".join(quoted(key) for key in keys)
    return reader.read(
        f"select {grouped + ', ' if grouped else ''}{', '.join(selected)} from {table} "  # noqa: S608 - our own names
        f"where as_of = $as_of {figures[0].condition} {'group by ' + grouped if grouped else ''}",
        parameters,
    )


def whole(raw: Any) -> Any:
    """A value that can be a key: a list column's as a tuple."""
    return tuple(raw) if isinstance(raw, list) else raw


def _values(joined: pl.DataFrame, order: int, one: Figure, rows: int) -> list[Value]:
    raw = joined[f"c{order}"].to_list()
    base = joined[f"c{order}_base"].to_list() if one.base else [None] * len(raw)
    bound = joined[f"c{order}_bound"].to_list() if one.bound else [None] * len(raw)
    if one.sparse or one.how in ("true", "rows"):
        raw = [0 if value is None else value for value in raw]
    values = [Value(whole(one), *parts) for one, *parts in zip(raw, base, bound, strict=True)]
    # A figure without keys is the same in every row.
    return values if len(values) == rows else values * rows


__all__ = ["AT_BOUND", "NOT_SAID", "Column", "Figure", "Kind", "Listing", "Value", "figure", "fill", "text"]
