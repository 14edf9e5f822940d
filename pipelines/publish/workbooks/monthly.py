"""控辍保学情况月报表.xlsx: where every unit stands, the form that the next office up asks for (spec 6.2, item 1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.publish.reader import Balance, PublishedNight, TableReader, Unit, summarise_sources
from pipelines.publish.wording import LEVEL_WORDS, LEVELS, NOT_AVAILABLE, chinese_date, yes_no
from pipelines.publish.workbooks.book import NUMBER, Formats, is_risky, new_book
from pipelines.publish.workbooks.chart import write_chart_sheet
from pipelines.publish.workbooks.form import FIRST_ROW, Heading, edges, set_print, write_foot, write_head
from pipelines.publish.workbooks.notes import monthly_notes

MONTHLY_REPORT = "控辍保学情况月报表.xlsx"
_TABLE = "控辍保学情况月报表"
_MEASURE = "人、%"
_OF_THEM_POOR = "其中：脱贫户"

HEADINGS = (
    Heading("单位", "甲", 34),
    Heading("在籍", "1", 11),
    Heading("疑似", "2", 10),
    Heading("辍学", "3", 10),
    Heading("其中脱贫户", "4", 13),
    Heading("本期新增", "5", 11),
    Heading("本期反弹", "6", 11),
    Heading("本期销号", "7", 11),
    Heading("期末", "8", 10),
    Heading("清零", "9", 8),
    Heading("清零起始日期", "10", 15),
)
_COLUMNS = len(HEADINGS)
_ZEROED = 9


def write_monthly_report(reader: TableReader, as_of: date, folder: Path, *, dropout_variant: str = "event") -> Path:
    """Write the workbook of one published night into `folder` and return its path.

    A sheet a level (省级, 市级, 县级, 乡级), each with the units of its level under those above it, then the chart of
    the counties. Counts are cases of children on the government line; 在籍 is — without statistics. Nothing of
    villages or schools is in it (spec 6.3). Raises KongchuoError where the night was not computed.
    """
    night = PublishedNight(reader, as_of, dropout_variant=dropout_variant)
    units = night.units()
    place = units[0].name
    names = {unit.code: unit.name for unit in units}
    years = night.dropout()["school_year"].unique().sort().to_list()
    sources = summarise_sources(night.source_states(), names)
    notes = monthly_notes(as_of, years[-1] if years else None, sources)
    title = f"{place}{chinese_date(as_of)}{_TABLE}"

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MONTHLY_REPORT
    book = new_book(path, title, place, as_of)
    formats = Formats(book)
    for depth, level in enumerate(LEVELS):
        sheet = book.add_worksheet(LEVEL_WORDS[level])
        shown = [unit for unit in units if LEVELS.index(unit.level) <= depth]
        write_head(sheet, formats, title, place, _MEASURE, HEADINGS)
        row = _write_units(sheet, formats, shown, level)
        last = write_foot(sheet, formats, row, HEADINGS, notes) - 1
        set_print(sheet, last, _COLUMNS)
    counties = [unit for unit in units if unit.level == "county"]
    write_chart_sheet(book, formats, f"{place}{chinese_date(as_of)}县级期末在册个案", counties)
    book.close()
    return path


def _write_units(sheet: Any, formats: Formats, units: Sequence[Unit], leaf: str) -> int:
    """Two rows a unit, all children and the poor among them; the row after the last."""
    sheet.set_default_row(19)
    row = FIRST_ROW
    styles: dict[tuple[object, ...], tuple[Any, ...]] = {}
    for place, unit in enumerate(units):
        depth = LEVELS.index(unit.level)
        last = place == len(units) - 1
        for name, balance, poor in ((unit.name, unit.everyone, False), (_OF_THEM_POOR, unit.poor, True)):
            bold = unit.level != leaf and not poor
            key = (depth + poor + 1, bold, last and poor, is_risky(name), balance.zeroed)
            if key not in styles:
                styles[key] = _style(formats, *key)
            pupils = None if poor else unit.pupils
            _write_row(sheet, row, name, pupils, balance, unit.poor.verified, styles[key])
            row += 1
    return row


def _write_row(
    sheet: Any, row: int, name: str, pupils: int | None, balance: Balance, poor_verified: int, style: Sequence[Any]
) -> None:
    sheet.write_string(row, 0, name, style[0])
    if pupils is None:
        sheet.write_string(row, 1, NOT_AVAILABLE, style[1])
    else:
        sheet.write_number(row, 1, pupils, style[1])
    numbers = (
        balance.suspected,
        balance.verified,
        poor_verified,
        balance.opened,
        balance.relapsed,
        balance.closed,
        balance.open_at_end,
    )
    for column, number in enumerate(numbers, start=2):
        sheet.write_number(row, column, number, style[column])
    sheet.write_string(row, _ZEROED, yes_no(balance.zeroed), style[_ZEROED])
    if balance.zeroed_since is None:
        sheet.write_blank(row, _ZEROED + 1, None, style[_ZEROED + 1])
    else:
        sheet.write_datetime(row, _ZEROED + 1, balance.zeroed_since, style[_ZEROED + 1])


def _style(formats: Formats, indent: int, bold: bool, last: bool, risky: bool, zeroed: bool) -> tuple[Any, ...]:
    """The formats of one row, by column: made once for all rows that look alike."""
    made = []
    for column in range(_COLUMNS):
        look: dict[str, object] = {"bold": bold, **edges(column, _COLUMNS, bottom=last)}
        if column == 0:
            look.update(align="left", indent=indent)
            if risky:
                look["quote_prefix"] = True
        elif column < _ZEROED:
            look.update(align="right", num_format=NUMBER)
        elif column == _ZEROED:
            # Whoever is not at zero must be found at a glance, on paper without colour too.
            look.update(align="center", **({} if zeroed else {"bold": True, "font_color": "#9C0006"}))
        else:
            look.update(align="center", num_format="yyyy-mm-dd")
        made.append(formats.get(**look))
    return tuple(made)
