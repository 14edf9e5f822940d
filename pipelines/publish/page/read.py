"""A written page as its reader has it: the cells of every table, chart and row of numbers that has a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class _Places:
    """Rows of cells by place: `data-place` begins one, `tr` in a table's body or `data-row` a row of it.

    A cell is `th` or `td` of a table, elsewhere an element with `data-figure`.
    """

    def __init__(self) -> None:
        self.places: dict[str, list[list[str]]] = {}
        self._depth = 0
        self._rows: list[list[str]] | None = None
        self._until = 0
        self._cell: list[str] | None = None
        self._cell_until = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        for name, value in attributes.items():
            if name == "data-place":
                self._rows = self.places.setdefault(value, [])
                self._until = self._depth
            elif name == "data-figure":
                self._begin()
            elif name == "data-row" and self._rows is not None:
                self._rows.append([])
        if self._rows is not None:
            if tag == "tr":
                self._rows.append([])
            elif tag in ("td", "th"):
                self._begin()

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._cell is not None and self._depth == self._cell_until and self._rows is not None:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append("".join(self._cell))
            self._cell = None
        if self._rows is not None and self._depth == self._until:
            self._rows = None
        self._depth -= 1

    def data(self, data: str) -> None:
        """A piece of text."""
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        """The page ends."""

    def _begin(self) -> None:
        self._cell, self._cell_until = [], self._depth


def read_page(path: Path) -> Callable[[str], Sequence[Sequence[object]]]:
    """The places of a page; a place that is not there has no rows."""
    from lxml import etree  # here: only a night that publishes needs it

    places = _Places()
    etree.parse(str(path), etree.HTMLParser(target=places, encoding="utf-8", huge_tree=True))
    return lambda place: places.places.get(place, [])
