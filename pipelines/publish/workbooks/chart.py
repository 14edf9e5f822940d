"""The sheet 县级图: open cases of every county at a glance, and the table that the chart draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.publish.reader import Unit
from pipelines.publish.workbooks.book import FONT_BODY, FONT_HEAD, FONT_TITLE, NUMBER, Formats, is_risky
from pipelines.publish.workbooks.form import edges, set_print

CHART_SHEET = "县级图"
_NAMES = ("单位", "疑似", "辍学", "期末")
_WIDTHS = (40, 26, 26, 26)
# Light and dark, so that the two can be told apart on a black and white print.
_COLOURS = {1: "#E0A526", 2: "#8B1A1A"}
# The chart covers the rows between title and table; with them a table of a few counties still fits on its page.
_CHART_ROW, _TABLE_ROW = 1, 14
# As wide as the columns (7 pixels a character and 5 to the column), so that it grows and shrinks with them.
_CHART_SIZE = {"width": sum(7 * width + 5 for width in _WIDTHS), "height": 340}


def write_chart_sheet(book: Any, formats: Formats, title: str, counties: Sequence[Unit]) -> None:
    """A stacked column a county (疑似, 辍学), the table of it below, in code order; no chart without counties."""
    sheet = book.add_worksheet(CHART_SHEET)
    sheet.set_default_row(20)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    heading = formats.get(font_name=FONT_TITLE, font_size=18, bold=True, align="center")
    sheet.merge_range(0, 0, 0, len(_NAMES) - 1, "", heading)
    sheet.write_string(0, 0, title, heading)
    sheet.set_row(0, 36)
    for column, name in enumerate(_NAMES):
        look = formats.get(font_name=FONT_HEAD, align="center", **edges(column, len(_NAMES), top=True))
        sheet.write_string(_TABLE_ROW, column, name, look)
    for row, unit in enumerate(counties, start=_TABLE_ROW + 1):
        _write_county(sheet, formats, row, unit, last=row == _TABLE_ROW + len(counties))
    if counties:
        sheet.insert_chart(_CHART_ROW, 0, _chart(book, len(counties)), {"description": title})
    sheet.repeat_rows(_TABLE_ROW)
    set_print(sheet, _TABLE_ROW + len(counties), len(_NAMES))


def _write_county(sheet: Any, formats: Formats, row: int, unit: Unit, *, last: bool) -> None:
    risky = {"quote_prefix": True} if is_risky(unit.name) else {}
    sheet.write_string(
        row, 0, unit.name, formats.get(align="left", indent=1, **edges(0, len(_NAMES), bottom=last), **risky)
    )
    numbers = (unit.everyone.suspected, unit.everyone.verified, unit.everyone.open_at_end)
    for column, number in enumerate(numbers, start=1):
        look = formats.get(align="right", num_format=NUMBER, **edges(column, len(_NAMES), bottom=last))
        sheet.write_number(row, column, number, look)


def _chart(book: Any, counties: int) -> Any:
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    first, last = _TABLE_ROW + 1, _TABLE_ROW + counties
    for column, colour in _COLOURS.items():
        chart.add_series(
            {
                "name": [CHART_SHEET, _TABLE_ROW, column],
                "categories": [CHART_SHEET, first, 0, last, 0],
                "values": [CHART_SHEET, first, column, last, column],
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 60,
            }
        )
    font = {"name": FONT_BODY, "size": 10}
    # The title holds no name of a place: XlsxWriter takes a title that begins with = for a formula.
    chart.set_title(
        {"name": "期末在册个案：疑似、辍学（人）", "name_font": {"name": FONT_HEAD, "size": 14, "bold": False}}
    )
    # A province has up to two hundred counties: their names stand upright, and small, or Excel leaves some out.
    names = font if counties <= 12 else {**font, "rotation": -90, "size": 9 if counties <= 40 else 6}
    chart.set_x_axis({"num_font": names, "interval_unit": 1})
    chart.set_y_axis({"num_font": font, "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "top", "font": font})
    chart.set_size(_CHART_SIZE)
    return chart
