"""A written page as its reader has it: the cells of every table, chart and row of numbers that has a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

_VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})


class _Places(HTMLParser):
    """Rows of cells by place: `data-place` begins one, `tr` in a table's body or `data-row` a row of it.

    A cell is `th` or `td` of a table, elsewhere an element with `data-figure`.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.places: dict[str, list[list[str]]] = {}
        self._depth = 0
        self._rows: list[list[str]] | None = None
        self._until = 0
        self._cell: list[str] | None = None
        self._cell_until = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        self._depth += 1
        for name, value in attrs:
            if name == "data-place":
                self._rows = self.places.setdefault(value or "", [])
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

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._cell is not None and self._depth == self._cell_until and self._rows is not None:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append("".join(self._cell))
            self._cell = None
        if self._rows is not None and self._depth == self._until:
            self._rows = None
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _begin(self) -> None:
        self._cell, self._cell_until = [], self._depth


def read_page(path: Path) -> Callable[[str], Sequence[Sequence[object]]]:
    """The places of a page; a place that is not there has no rows."""
    places = _Places()
    places.feed(path.read_text(encoding="utf-8"))
    places.close()
    return lambda place: places.places.get(place, [])
