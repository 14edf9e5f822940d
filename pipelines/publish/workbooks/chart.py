"""A sheet with a native chart of the counties (of a county: its townships), and the table that the chart draws."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.publish.forms.form import Chart
from pipelines.publish.listing import Listing
from pipelines.publish.workbooks.book import FONT_BODY, FONT_HEAD, FONT_TITLE, Formats
from pipelines.publish.workbooks.form import edges, merge, set_print
from pipelines.publish.workbooks.sheet import write_rows

# The chart covers the rows between title and table; with them a table of a few counties still fits on its page.
_CHART_ROW, _TABLE_ROW = 1, 14
_LABEL_WIDTH, _WIDTH = 40, 26


def write_chart_sheet(book: Any, formats: Formats, chart: Chart, listing: Listing) -> tuple[int, int, Listing]:
    """Draw the lowest units of a listing, their table below; returns first row, first column and listing of the table.

    No chart without rows: the table says so.
    """
    shown = _drawn(chart, listing)
    columns = len(shown.columns)
    sheet = book.add_worksheet(chart.sheet)
    sheet.set_default_row(20)
    for order in range(columns):
        sheet.set_column(order, order, _LABEL_WIDTH if order == 0 else _WIDTH)
    heading = formats.get(font_name=FONT_TITLE, font_size=18, bold=True, align="center")
    merge(sheet, 0, 0, columns - 1, shown.title, heading)
    sheet.set_row(0, 36)
    for order, column in enumerate(shown.columns):
        look = formats.get(font_name=FONT_HEAD, align="center", **edges(order, columns, top=True))
        sheet.write_string(_TABLE_ROW, order, column.name, look)
    last = write_rows(sheet, formats, _TABLE_ROW + 1, shown) - 1
    if shown.values:
        size = {"width": 7 * (_LABEL_WIDTH + _WIDTH * (columns - 1)) + 5 * columns, "height": 340}
        sheet.insert_chart(_CHART_ROW, 0, _chart(book, chart, len(shown.values), size), {"description": shown.title})
    sheet.repeat_rows(_TABLE_ROW)
    set_print(sheet, last, columns)
    return _TABLE_ROW + 1, 0, shown


def _drawn(chart: Chart, listing: Listing) -> Listing:
    """The rows of the lowest level without their parts, and the columns that are drawn."""
    wanted = (*chart.series, *((chart.line,) if chart.line else ()), *chart.beside)
    orders = [0, *(order for name in wanted for order, one in enumerate(listing.columns) if one.name == name)]
    rows = listing.rows.with_columns(depth=pl.lit(0), place=pl.int_range(pl.len()))
    depths = listing.rows.filter(pl.col("look") != "part")["depth"] if "depth" in listing.rows.columns else None
    if depths is not None and len(depths):
        keep = (listing.rows["depth"] == depths.max()) & (listing.rows["look"] != "part")
        rows = rows.filter(keep)
    for name, value in chart.only:
        rows = rows.filter(pl.col(name) == value)
    rows = rows.with_columns(look=pl.lit("unit"))
    return Listing(
        title=f"{listing.title}：{chart.sheet}",
        measure=listing.measure,
        columns=tuple(listing.columns[order] for order in orders),
        rows=rows,
        values=tuple(tuple(listing.values[place][order] for order in orders) for place in rows["place"].to_list()),
        empty=listing.empty,
    )


def _chart(book: Any, chart: Chart, units: int, size: dict[str, int]) -> Any:
    drawn = book.add_chart({"type": "column", **({"subtype": "stacked"} if chart.stacked else {})})
    first, last = _TABLE_ROW + 1, _TABLE_ROW + units

    def series(order: int) -> dict[str, object]:
        return {
            "name": [chart.sheet, _TABLE_ROW, order],
            "categories": [chart.sheet, first, 0, last, 0],
            "values": [chart.sheet, first, order, last, order],
        }

    for order, colour in enumerate(chart.colours[: len(chart.series)], start=1):
        drawn.add_series({**series(order), "fill": {"color": colour}, "border": {"none": True}, "gap": 60})
    if chart.line:
        line = book.add_chart({"type": "line"})
        line.add_series(
            {**series(len(chart.series) + 1), "line": {"color": "#1B1B1B", "width": 1.5, "dash_type": "dash"}}
        )
        drawn.combine(line)
    font = {"name": FONT_BODY, "size": 10}
    # The title holds no name of a place: XlsxWriter takes a title that begins with = for a formula.
    drawn.set_title({"name": chart.title, "name_font": {"name": FONT_HEAD, "size": 14, "bold": False}})
    # A province has up to two hundred counties: their names stand upright, and small, or Excel leaves some out.
    names = font if units <= 12 else {**font, "rotation": -90, "size": 9 if units <= 40 else 6}
    drawn.set_x_axis({"num_font": names, "interval_unit": 1})
    drawn.set_y_axis({"num_font": font, "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    drawn.set_legend({"position": "top", "font": font})
    drawn.set_size(size)
    return drawn
