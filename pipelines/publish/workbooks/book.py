"""A workbook whose bytes depend on its contents alone and in which no cell can become a formula."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

# A cell that begins with one of these becomes a formula as soon as somebody edits it, or opens a CSV copy of it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

FONT_HEAD = "黑体"
FONT_TITLE = "宋体"
FONT_BODY = "仿宋"

# A whole number, or the text that stands in its place, a space away from the border line.
NUMBER = "0_ ;-0_ ;0_ ;@_ "


class Formats:
    """The formats of one workbook, each made once: Excel keeps few of them and making them is what costs time."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **properties: object) -> Any:
        """The format with these XlsxWriter properties, 仿宋 and centred vertically unless told otherwise."""
        full = {"font_name": FONT_BODY, "font_size": 11, "valign": "vcenter", **properties}
        key = tuple(sorted(full.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(full)
        return self._made[key]


def format_number(made: Any) -> int:
    """The number under which cells name a format; asking for it settles it."""
    return int(made._get_xf_index())


def new_book(path: Path | IO[bytes], title: str, author: str, as_of: date) -> Any:
    """An empty XlsxWriter workbook; text stays text, and its properties name the night and not the clock."""
    import xlsxwriter  # here: only a night that publishes needs it

    book = xlsxwriter.Workbook(
        str(path) if isinstance(path, Path) else path,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONT_TITLE, "font_size": 11},
        },
    )
    book.set_properties({"title": title, "author": author, "created": datetime.combine(as_of, time(), tzinfo=UTC)})
    return book


def is_risky(text: str) -> bool:
    """Whether Excel would take the text for a formula on editing: such a cell gets the text mark (quote prefix)."""
    return text.startswith(FORMULA_STARTS)
