"""What the template draws: sections of tables and charts whose cells are text already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.publish.page.chart import BarChart


@dataclass(frozen=True)
class Cell:
    """One cell; `alert` marks what must be found at a glance (in words too: colour alone tells nothing on paper)."""

    text: str
    alert: bool = False


@dataclass(frozen=True)
class Column:
    """A column head; numbers stand right, text left."""

    name: str
    number: bool = False


@dataclass(frozen=True)
class Row:
    """A row; the first cell is its head. `depth` indents it in the tree of units, `total` marks units above others."""

    cells: tuple[Cell, ...]
    depth: int = 0
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; `empty` is the sentence that stands in its place without rows."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, one sentence of what it shows, its chart (always with a table after it), its tables and notes."""

    anchor: str
    title: str
    lead: str
    tables: tuple[Table, ...]
    chart: BarChart | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One number of the summary at the top."""

    name: str
    value: str
    unit: str
    alert: bool = False


@dataclass(frozen=True)
class Page:
    """The whole page."""

    place: str
    day: str
    iso_day: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...] = field(default=())


def cells(*values: str | Cell) -> tuple[Cell, ...]:
    """Cells of texts; what is a cell stays one."""
    return tuple(value if isinstance(value, Cell) else Cell(value) for value in values)


def columns(text: Sequence[str], numbers: Sequence[str]) -> tuple[Column, ...]:
    """Heads of text columns, then of number columns."""
    return (*(Column(name) for name in text), *(Column(name, number=True) for name in numbers))
