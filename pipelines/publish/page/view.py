"""What the template draws: listings as tables of text, each with the place at which it is read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from pipelines.publish.listing import Column, Listing
from pipelines.publish.page.charts import Chart
from schemas.columns import COLUMNS

_NUMBERS = ("count", "number", "change", "rate", "percent")
_WORD, _PHRASE = 4, 14


def _is_number(column: Column) -> bool:
    """Whether numbers stand in a column; one written as text is blank where there is none."""
    if column.figure is not None and column.kind == "text":
        return COLUMNS[column.figure.column].type.startswith(("BIGINT", "DECIMAL"))
    return column.kind in _NUMBERS


def _look(column: Column, texts: Iterable[str]) -> str:
    """The class of a column: numbers to the right, days and words unbroken, room for phrases."""
    if _is_number(column):
        return "n"
    if column.kind == "date":
        return "day"
    longest = max(map(len, texts), default=0)
    return "phrase" if longest > _PHRASE else "word" if longest > _WORD else ""


class Cell(NamedTuple):
    """One cell as text; `look` are its classes in the style sheet."""

    text: str
    look: str


class Row(NamedTuple):
    """One row: its head and the look of that, its cells, whether it is a total, its depth and its page."""

    head: str
    look: str
    cells: tuple[Cell, ...]
    total: bool
    depth: int
    link: str


@dataclass(frozen=True)
class Table:
    """A table: its place on the page, its listing, and whether its rows are units that a reader may look for."""

    kind = "table"
    place: str
    caption: str
    listing: Listing
    units: bool = True
    tree: bool = False
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[tuple[str, Listing], ...]:
        """Where its figures stand."""
        return ((self.place, self.listing),)

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Each heading, and whether numbers stand under it."""
        return [(column.name, _is_number(column)) for column in self.listing.columns]

    @property
    def rows(self) -> list[Row]:
        """The rows; of a tree those above its lowest level are totals and lie less deep."""
        listing = self.listing
        texts = listing.texts()
        looks = [_look(column, shown) for column, shown in zip(listing.columns, zip(*texts, strict=True), strict=True)]
        alerts = [bool(column.alert) for column in listing.columns]
        depths = listing.rows["depth"].to_list() if self.tree else [0] * len(listing.values)
        lowest, highest = max(depths, default=0), min(depths, default=0)
        codes = listing.rows["unit_code"].to_list() if self.links else [""] * len(listing.values)
        made = []
        for values, shown, depth, code in zip(listing.values, texts, depths, codes, strict=True):
            head, *cells = (
                Cell(one, f"{look} alert" if alert and column.alerts(value) else look)
                for one, look, alert, column, value in zip(shown, looks, alerts, listing.columns, values, strict=True)
            )
            made.append(Row(*head, tuple(cells), depth < lowest, depth - highest, self.links.get(code, "")))
        return made

    @property
    def empty(self) -> str:
        """The sentence in the place of rows."""
        return self.listing.empty or "无"


@dataclass(frozen=True)
class Tiles:
    """Units at a glance, in groups (the prefectures): each tile has name, page, state, and its numbers in words."""

    kind = "tiles"
    place: str
    listing: Listing
    groups: tuple[tuple[str, tuple[Tile, ...]], ...]

    @property
    def blocks(self) -> tuple[tuple[str, Listing], ...]:
        """Where its figures stand."""
        return ((self.place, self.listing),)


class Tile(NamedTuple):
    """One unit: at zero or not, since when, what is open."""

    name: str
    link: str
    zeroed: str
    since: str
    suspected: str
    verified: str


class Further(NamedTuple):
    """Where more is said: words before, address from this page, name of what is there, words after."""

    before: str
    to: str
    name: str
    after: str


@dataclass(frozen=True)
class Section:
    """A heading, what it shows in a sentence, what stands in it in order, notes, where more is said."""

    anchor: str
    title: str
    lead: str
    parts: tuple[Table | Chart | Tiles, ...]
    notes: tuple[str, ...] = ()
    further: Further | None = None


class Figure(NamedTuple):
    """One number of the summary."""

    name: str
    value: str
    unit: str
    alert: bool


@dataclass(frozen=True)
class Summary:
    """A row of numbers with their names."""

    place: str
    listing: Listing
    units: Sequence[str]

    @property
    def blocks(self) -> tuple[tuple[str, Listing], ...]:
        """Where its figures stand."""
        return ((self.place, self.listing),)

    @property
    def figures(self) -> list[Figure]:
        """Name, value and unit of each; a value that is not there has no unit."""
        (row,) = self.listing.texts()
        (values,) = self.listing.values
        return [
            Figure(column.name, shown, unit if shown not in ("", "—", "是", "否") else "", column.alerts(value))
            for column, shown, unit, value in zip(self.listing.columns, row, self.units, values, strict=True)
        ]


def cut(listing: Listing, names: Iterable[str], keep: pl.Series | None = None) -> Listing:
    """Some columns of a listing, and of its rows those that `keep` says."""
    by_name = {column.name: order for order, column in reversed(list(enumerate(listing.columns)))}
    orders = [by_name[name] for name in names]
    columns: tuple[Column, ...] = tuple(listing.columns[order] for order in orders)
    rows = listing.rows if keep is None else listing.rows.filter(keep)
    kept = listing.values if keep is None else [v for v, here in zip(listing.values, keep, strict=True) if here]
    values = tuple(tuple(row[order] for order in orders) for row in kept)
    return Listing(listing.title, listing.measure, columns, rows, values, listing.notes, listing.empty)
