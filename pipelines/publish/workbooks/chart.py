"""A sheet with a native chart of the counties (of a county: its townships), and the table that the chart draws."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from pipelines.publish.forms.form import Chart
from pipelines.publish.listing import Listing, text
from pipelines.publish.workbooks.book import FONT_BODY, FONT_HEAD, FONT_TITLE, Formats
from pipelines.publish.workbooks.cells import as_number
from pipelines.publish.workbooks.form import edges, merge, set_print
from pipelines.publish.workbooks.mould import LAST, leave_room
from pipelines.publish.workbooks.rows import xml_text

# The chart covers the rows between title and table; with them a table of a few counties still fits on its page.
_CHART_ROW, _TABLE_ROW = 1, 14
_LABEL_WIDTH, _WIDTH = 40, 26
HEIGHT = 20.0
"""The height of its rows in points."""

# A series in the file of a chart: where its names (cat) or figures (val) stand, and a copy of them.
_SERIES = re.compile(r"<c:(cat|val)>.*?<c:f>([^<]*\$([A-Z])\$\d+)(:\$[A-Z]\$)\d+</c:f>.*?</c:\1>", re.DOTALL)


def crowd(shown: Listing) -> int:
    """How many units a chart has room for of which it draws these: charts of one size look alike, 0 is none."""
    return next((size for size in (0, 12, 40) if len(shown.values) <= size), 200)


def write_chart_sheet(book: Any, formats: Formats, chart: Chart, shown: Listing, units: int) -> int:
    """Write the sheet of a mould with the chart of so many units, and the head of their table; returns the first row
    of the table (0-based).

    No chart without units: the table says so.
    """
    columns = len(shown.columns)
    sheet = book.add_worksheet(chart.sheet)
    sheet.set_default_row(HEIGHT)
    for order in range(columns):
        sheet.set_column(order, order, _LABEL_WIDTH if order == 0 else _WIDTH)
    heading = formats.get(font_name=FONT_TITLE, font_size=18, bold=True, align="center")
    merge(sheet, 0, 0, columns - 1, shown.title, heading)
    sheet.set_row(0, 36)
    for order, column in enumerate(shown.columns):
        look = formats.get(font_name=FONT_HEAD, align="center", **edges(order, columns, top=True))
        sheet.write_string(_TABLE_ROW, order, column.name, look)
    leave_room(sheet, formats, shown.columns[0].name)
    if units:
        size = {"width": 7 * (_LABEL_WIDTH + _WIDTH * (columns - 1)) + 5 * columns, "height": 340}
        sheet.insert_chart(_CHART_ROW, 0, _chart(book, chart, units, size), {"description": shown.title})
    sheet.repeat_rows(_TABLE_ROW)
    set_print(sheet, LAST - 1, columns)
    return _TABLE_ROW + 1


def chart_xml(made: str, shown: Listing) -> str:
    """The file of a chart of a mould as that of the units shown: where they stand, and a copy of their figures."""

    def series(found: re.Match[str]) -> str:
        order, last = ord(found[3]) - ord("A"), _TABLE_ROW + 1 + len(shown.values)
        values, kind = [values[order] for values in shown.values], shown.columns[order].kind
        texts = [text(kind, value) for value in values]
        if named := found[1] == "cat":
            points = [xml_text(one) for one in texts]
        else:
            numbers = [as_number(value, one) or 0.0 for value, one in zip(values, texts, strict=True)]
            points = [f"{number:.16g}" for number in numbers]
        listed = "".join(f'<c:pt idx="{place}"><c:v>{point}</c:v></c:pt>' for place, point in enumerate(points))
        cached = f'<c:ptCount val="{len(points)}"/>{listed}'
        if not named:
            cached = f"<c:formatCode>General</c:formatCode>{cached}"
        what = "str" if named else "num"
        place = f"<c:f>{found[2]}{f'{found[4]}{last}' if len(points) > 1 else ''}</c:f>"
        return f"<c:{found[1]}><c:{what}Ref>{place}<c:{what}Cache>{cached}</c:{what}Cache></c:{what}Ref></c:{found[1]}>"

    return _SERIES.sub(series, made)


def drawn(chart: Chart, listing: Listing) -> Listing:
    """What a chart draws of a listing: rows of the lowest level without their parts, and the columns of its series."""
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
        title=chart.above(listing.title),
        measure=listing.measure,
        columns=tuple(listing.columns[order] for order in orders),
        rows=rows,
        values=tuple(tuple(listing.values[place][order] for order in orders) for place in rows["place"].to_list()),
        empty=listing.empty,
    )


def _chart(book: Any, chart: Chart, units: int, size: dict[str, int]) -> Any:
    native = book.add_chart({"type": "column", **({"subtype": "stacked"} if chart.stacked else {})})
    first, last = _TABLE_ROW + 1, LAST - 1

    def series(order: int) -> dict[str, object]:
        return {
            "name": [chart.sheet, _TABLE_ROW, order],
            "categories": [chart.sheet, first, 0, last, 0],
            "values": [chart.sheet, first, order, last, order],
        }

    for order, colour in enumerate(chart.colours[: len(chart.series)], start=1):
        native.add_series({**series(order), "fill": {"color": colour}, "border": {"none": True}, "gap": 60})
    if chart.line:
        line = book.add_chart({"type": "line"})
        line.add_series(
            {**series(len(chart.series) + 1), "line": {"color": "#1B1B1B", "width": 1.5, "dash_type": "dash"}}
        )
        native.combine(line)
    font = {"name": FONT_BODY, "size": 10}
    # The title holds no name of a place: XlsxWriter takes a title that begins with = for a formula.
    native.set_title({"name": chart.title, "name_font": {"name": FONT_HEAD, "size": 14, "bold": False}})
    # A province has up to two hundred counties: their names stand upright, and small, or Excel leaves some out.
    names = font if units <= 12 else {**font, "rotation": -90, "size": 9 if units <= 40 else 6}
    native.set_x_axis({"num_font": names, "interval_unit": 1})
    native.set_y_axis({"num_font": font, "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    native.set_legend({"position": "top", "font": font})
    native.set_size(size)
    return native
