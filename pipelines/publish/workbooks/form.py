"""The paper side of an official form: title, reporting unit, column heads, signatures, footnotes, printing.

All forms have the same parts in the same places (spec 6.2), so that a reader finds them without looking.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.publish.workbooks.book import FONT_HEAD, FONT_TITLE, Formats

_A4 = 9
_THIN = 1
_MEDIUM = 2

TITLE_ROW, UNIT_ROW, HEAD_ROW, NUMBER_ROW = range(4)
FIRST_ROW = 4
HEIGHT = 777
"""Stands for the height of a footnote, in points."""


@dataclass(frozen=True)
class Heading:
    """One column of a form: its name, its number under the name (甲, 1, 2, …), its width in half-width characters."""

    name: str
    number: str
    width: float


def edges(column: int, columns: int, *, top: bool = False, bottom: bool = False) -> dict[str, int]:
    """Border lines of a cell: thin inside, medium around the table."""
    return {
        "left": _MEDIUM if column == 0 else _THIN,
        "right": _MEDIUM if column == columns - 1 else _THIN,
        "top": _MEDIUM if top else _THIN,
        "bottom": _MEDIUM if bottom else _THIN,
    }


def write_head(
    sheet: Any, formats: Formats, title: str, reporting_unit: str, measure: str, headings: Sequence[Heading]
) -> None:
    """Title, 填报单位 left and 单位 right, column names and their numbers; frozen on screen, repeated in print."""
    last = len(headings) - 1
    merge(sheet, TITLE_ROW, 0, last, title, formats.get(font_name=FONT_TITLE, font_size=18, bold=True, align="center"))
    middle = last // 2
    merge(sheet, UNIT_ROW, 0, middle, f"填报单位：{reporting_unit}", formats.get(align="left"))
    merge(sheet, UNIT_ROW, middle + 1, last, f"单位：{measure}", formats.get(align="right"))
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, heading.width)
        name = formats.get(
            font_name=FONT_HEAD, align="center", text_wrap=True, **edges(column, len(headings), top=True)
        )
        number = formats.get(font_size=10, align="center", **edges(column, len(headings)))
        sheet.write_string(HEAD_ROW, column, heading.name, name)
        sheet.write_string(NUMBER_ROW, column, heading.number, number)
    sheet.set_row(TITLE_ROW, 36)
    sheet.set_row(UNIT_ROW, 20)
    # Excel does not make a row higher for names that wrap in a file that it has not written itself.
    lines = max(math.ceil(half_widths(heading.name) / (heading.width - 1.5)) for heading in headings)
    sheet.set_row(HEAD_ROW, 12 + 14 * lines)
    # The numbers under the names are names themselves; no green triangle shall ask whether they are numbers.
    sheet.ignore_errors({"number_stored_as_text": f"A{NUMBER_ROW + 1}:{_letter(last)}{NUMBER_ROW + 1}"})
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.repeat_rows(TITLE_ROW, NUMBER_ROW)


def write_foot(
    sheet: Any, formats: Formats, row: int, headings: Sequence[Heading], notes: Sequence[str], left: int = 0
) -> int:
    """The line of signatures and the signs of footnotes, from `row` on, under the headings from column `left` on; the
    row after them. What footnotes say, and how high they are, only a cast knows."""
    columns = len(headings)
    signatures = ["填报人：", "审核人：", "单位负责人：", "填报日期：　　年　月　日"]
    starts = _thirds(headings, len(signatures))
    # One wide column takes the room of several: what has no stretch of its own stands in the last one.
    signatures[len(starts) - 1 :] = ["　　　　　　　　".join(signatures[len(starts) - 1 :])]
    for signature, start, stop in zip(signatures, starts, [*starts[1:], columns], strict=True):
        merge(sheet, row, left + start, left + stop - 1, signature, formats.get(align="left"))
    sheet.set_row(row, 30)
    look = formats.get(font_size=10, align="left", valign="top", text_wrap=True)
    for number, note in enumerate(notes, start=1):
        row += 1
        merge(sheet, row, left, left + columns - 1, numbered(number, note), look)
        sheet.set_row(row, HEIGHT)
    return row + 1


def numbered(number: int, note: str) -> str:
    """A footnote with its number."""
    return f"注：{number}. {note}" if number == 1 else f"　　{number}. {note}"


def note_height(shown: str, width: float) -> float:
    """The height in points of a footnote over so many half-width characters."""
    # Excel does not fit the height of merged cells by itself. Widths count characters of eleven points and the notes
    # have ten, a tenth more to the line; half of that is left for line breaks that fall early.
    return 15 * math.ceil(half_widths(shown) / (1.05 * width))


def set_print(sheet: Any, last_row: int, columns: int) -> None:
    """A4 landscape, one page wide, centred, the whole form as print area, page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.print_area(0, 0, last_row, columns - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def merge(sheet: Any, row: int, first: int, last: int, text: str, cell_format: Any) -> None:
    """Write a text over several cells of a row."""
    # merge_range guesses the type of what it is given; the text is written as what it is.
    if first < last:
        sheet.merge_range(row, first, row, last, "", cell_format)
    sheet.write_string(row, first, text, cell_format)


def _thirds(headings: Sequence[Heading], parts: int) -> list[int]:
    """First columns of `parts` stretches of about equal width."""
    total = sum(heading.width for heading in headings)
    starts, passed = [0], 0.0
    for column, heading in enumerate(headings):
        if len(starts) < parts and column > starts[-1] and passed >= total * len(starts) / parts:
            starts.append(column)
        passed += heading.width
    return starts


class _Widths(dict[str, int]):
    """Character → its width, looked up once."""

    def __missing__(self, char: str) -> int:
        self[char] = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        return self[char]


_WIDTHS = _Widths()


@lru_cache(maxsize=4096)
def half_widths(text: str) -> int:
    """Width of a text in half-width characters; a Chinese character takes two."""
    return sum(map(_WIDTHS.__getitem__, text))


def _letter(column: int) -> str:
    return chr(ord("A") + column)
