"""Rows of a long list as the XML of a sheet, whole columns at a time: XlsxWriter takes them cell by cell.

What stands in a cell and how it looks is the same as if `name_list` had written it through XlsxWriter; words stand in
their cells and not in the table of strings that all sheets share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from pipelines.publish.listing import Column, Value, text, whole
from pipelines.publish.wording import NOT_AVAILABLE
from pipelines.publish.workbooks.book import FORMULA_STARTS
from pipelines.publish.workbooks.form import half_widths

LINE = 15.5
_DAY_0 = date(1899, 12, 30).toordinal()
_EPOCH = date(1970, 1, 1).toordinal() - _DAY_0
_RISKY = "^[" + "".join(f"\\x{{{ord(start):x}}}" for start in FORMULA_STARTS) + "]"
# Characters that XML or Excel take for something else; few columns have any.
_SPECIAL = r"[&<>\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_|^\s|\s$"
# Texts whose widths need no table: ASCII, and Chinese characters and brackets in three bytes.
_PLAIN = r"^[ -~\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{ff08}\x{ff09}]*$"
_CONTROL = re.compile(r"(_x[0-9A-Fa-f]{4}_)|([\x00-\x08\x0b-\x1f\ufffe\uffff])")


@dataclass(frozen=True)
class Look:
    """The numbers of the formats of a column: plain, and of what stands apart (an alert; a text like a formula)."""

    plain: int
    apart: int


class Coded(NamedTuple):
    """A column as its values, each once, and the place among them of what each row holds."""

    values: pl.Series
    codes: pl.Series


def coded(values: pl.Series) -> Coded:
    """A column coded: in lists most values stand many times, also names and numbers of children."""
    listed = values.dtype == pl.List
    # Arrow codes in one pass over the values, several times as fast as finding them and joining them back.
    held = (values.list.join(";") if listed else values).to_arrow(compat_level=pl.CompatLevel.oldest())
    found = held.dictionary_encode(null_encoding="encode")
    known = pl.Series(found.dictionary)
    return Coded(known.str.split(";") if listed else known, pl.Series(found.indices).cast(pl.UInt32))


class RowMaker:
    """The rows of a list: the cell of each value of each column is made once, rows are put together from them.

    `values` are the values that each column shows, before they are put into words.
    """

    def __init__(self, columns: Sequence[Column], values: Sequence[pl.Series], looks: Sequence[Look]) -> None:
        self._begin = f'" spans="1:{len(columns)}"'
        self._cells: list[pl.Series] = []
        self._lines: list[pl.Series | None] = []
        # What follows a cell is put behind each value: they are fewer than the rows.
        behind = [f'<c r="{letters(order)}' for order in range(1, len(columns))] + ["</row>\n"]
        for found, after in zip(_cells(columns, values, looks), behind, strict=True):
            self._cells.append(found["cell"] + after)
            self._lines.append(found["lines"] if "lines" in found.columns else None)

    def rows(self, codes: Sequence[pl.Series], first: pl.Series) -> pl.Series:
        """A `<row>` and the end of a line a row; `codes` say which value each column holds, `first` its number."""
        number = first.cast(pl.String)
        high = [lines[code] for lines, code in zip(self._lines, codes, strict=True) if lines is not None]
        begin = f'{self._begin}{{}}><c r="A'.format
        heights: pl.Series | pl.Expr = pl.lit(begin(_high(1)))
        if high:
            most = pl.select(pl.max_horizontal(high)).to_series()
            heights = pl.Series([begin(_high(lines)) for lines in range(_highest(most) + 1)])[most]
        cells = [part for known, code in zip(self._cells, codes, strict=True) for part in (number, known[code])]
        made = pl.concat_str([pl.lit('<row r="'), number, heights, *cells])
        return pl.DataFrame({"n": number}).select(row=made).to_series()


def sentence_xml(shown: str, row: int, looks: Sequence[int], height: str = "") -> str:
    """A row with one sentence, and a cell of every other column; `height` as `height_xml` has it."""
    first, *others = looks
    cells = [f'<c r="{letters(order)}{row}" s="{look}"/>' for order, look in enumerate(others, start=1)]
    sentence = f'<c r="A{row}" s="{first}{text_cell(shown)}'
    return f'<row r="{row}" spans="1:{len(looks)}"{height}>{sentence}{"".join(cells)}</row>'


def text_cell(shown: str) -> str:
    """A text in its cell, from what stands after the number of the format on."""
    kept = ' xml:space="preserve"' if shown != shown.strip() else ""
    return f'" t="inlineStr"><is><t{kept}>{xml_text(shown)}</t></is></c>'


def day_number(day: date) -> int:
    """The number by which Excel knows a day."""
    return day.toordinal() - _DAY_0


def height_xml(points: float) -> str:
    """The height of a row as its attributes, in whole pixels."""
    return f' ht="{int(points * 4 / 3 + 0.5) * 0.75:.16g}" customHeight="1"'


class Packed(NamedTuple):
    """Rows as bytes, one after the other; `ends` where each begins, and last the end."""

    data: memoryview
    ends: memoryview

    def part(self, first: int, count: int) -> memoryview:
        """Some rows that follow each other."""
        return self.data[self.ends[first] : self.ends[first + count]]


def packed(rows: pl.Series) -> Packed:
    """Rows as bytes: those of many counties at once, for one row is short."""
    _, ends, data = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    return Packed(memoryview(data), memoryview(ends).cast("q"))


def letters(column: int) -> str:
    """A, B, …, Z, AA, …"""
    above, below = divmod(column, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + below)


def xml_text(shown: str) -> str:
    """A text as it stands between tags."""
    shown = _CONTROL.sub(lambda m: f"_x005F{m[1]}" if m[1] else f"_x{ord(m[2]):04X}_", shown)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _high(lines: int) -> str:
    """The height of a row of so many lines."""
    return height_xml(LINE * lines + 3)


def _highest(lines: pl.Series) -> int:
    """The most lines of a row."""
    return int(lines.max())  # type: ignore[arg-type]  # there is no row without lines


def _cells(columns: Sequence[Column], values: Sequence[pl.Series], looks: Sequence[Look]) -> list[pl.DataFrame]:
    """Of each column what stands after the address of the cell of each value (`cell`), and how many lines each takes
    where one takes more than one (`lines`).

    All columns are asked together: of a short list asking takes longer than answering.
    """
    shown = pl.collect_all([_shown(column, known) for column, known in zip(columns, values, strict=True)])
    return pl.collect_all(
        [
            _text_cells(column, words, look) if column.kind == "text" else _plain_cells(column, words, look)
            for column, words, look in zip(columns, shown, looks, strict=True)
        ]
    )


def _shown(column: Column, values: pl.Series) -> pl.LazyFrame:
    """The values of a column; texts in the words that are shown, and which of them want a closer look."""
    known = values.alias("value").to_frame().lazy()
    if column.kind != "text":
        return known
    if column.says is None or column.all_say:
        said = column.all_say(pl.col("value")) if column.all_say else pl.col("value").cast(pl.String)
        known = known.select(shown=said.fill_null(""))
    else:
        words = [text("text", column.said(Value(whole(raw)))) for raw in values.to_list()]
        known = pl.LazyFrame({"shown": pl.Series(words, dtype=pl.String)})
    shown, room = pl.col("shown"), column.width - 0.8
    chars, size = shown.str.len_chars().cast(pl.Int64), shown.str.len_bytes().cast(pl.Int64)
    return known.with_columns(
        special=shown.str.contains(_SPECIAL),
        # A character that is written in one byte is not wide: few texts have to be measured.
        wide=(2 * chars > column.width) & (pl.min_horizontal(size, 2 * chars) > room),
    )


def _text_cells(column: Column, known: pl.DataFrame, look: Look) -> pl.LazyFrame:
    escaped = shown = pl.col("shown")
    space = pl.lit("")
    if known["special"].any():
        odd = known["shown"].filter(known["special"]).unique().to_list()
        escaped = escaped.replace({one: xml_text(one) for one in odd})
        space = pl.when(shown.str.contains(r"^\s|\s$")).then(pl.lit(' xml:space="preserve"')).otherwise(pl.lit(""))
    risky = shown.str.contains(_RISKY)
    style = pl.when(risky).then(pl.lit(str(look.apart))).otherwise(pl.lit(str(look.plain)))
    cell = pl.concat_str(
        pl.lit('" s="'), style, pl.lit('" t="inlineStr"><is><t'), space, pl.lit(">"), escaped, pl.lit("</t></is></c>")
    )
    blank = pl.lit(f'" s="{look.plain}"/>')
    lines = {"lines": _lines(known, column.width)} if known["wide"].any() else {}
    return known.lazy().select(cell=pl.when(shown == "").then(blank).otherwise(cell), **lines)


def _lines(known: pl.DataFrame, width: float) -> pl.Expr:
    """How many lines each text takes in a column."""
    # One of these in three bytes is two half-widths: only texts with other characters are measured one by one.
    odd = known["shown"].filter(known["wide"] & ~known["shown"].str.contains(_PLAIN)).unique().to_list()
    shown = pl.col("shown")
    measured = shown.replace_strict({one: half_widths(one) for one in odd}, default=0, return_dtype=pl.Int64)
    chars, size = shown.str.len_chars().cast(pl.Int64), shown.str.len_bytes().cast(pl.Int64)
    plain = chars + (size - chars) // 2
    widths = pl.when(shown.str.contains(_PLAIN)).then(plain).otherwise(measured if odd else pl.lit(0))
    lines = (widths / (width - 0.8)).ceil().cast(pl.Int64).clip(lower_bound=1)
    return pl.when(pl.col("wide")).then(lines).otherwise(pl.lit(1))


def _plain_cells(column: Column, known: pl.DataFrame, look: Look) -> pl.LazyFrame:
    """Cells of numbers and dates; what is not known of a number is said."""
    value = pl.col("value")
    if column.kind == "date":
        shown = (value.cast(pl.Date).to_physical() + _EPOCH).cast(pl.String)
        missing = pl.lit(f'" s="{look.plain}"/>')
    else:
        numbers = [None if raw is None else f"{float(raw):.16G}" for raw in known["value"].to_list()]
        shown = pl.lit(pl.Series(numbers, dtype=pl.String))
        missing = pl.lit(f'" s="{look.plain}" t="inlineStr"><is><t>{NOT_AVAILABLE}</t></is></c>')
    style: pl.Expr = pl.lit(str(look.plain))
    if column.alert:
        alerts = [column.alerts(Value(raw)) for raw in known["value"].to_list()]
        style = pl.when(pl.lit(pl.Series(alerts, dtype=pl.Boolean))).then(pl.lit(str(look.apart))).otherwise(style)
    cell = pl.concat_str(pl.lit('" s="'), style, pl.lit('"><v>'), shown, pl.lit("</v></c>"))
    return known.lazy().select(cell=pl.when(value.is_null()).then(missing).otherwise(cell))
