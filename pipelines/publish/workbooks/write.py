"""Forms as workbooks: their sheets, their charts, and what is to be read back from them.

Forms of one kind differ from county to county in names, rows and footnotes alone: one is made, the others are cast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.publish.forms.all import FORMS
from pipelines.publish.forms.form import Chart, Form, Part
from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Listing
from pipelines.publish.readback import Block
from pipelines.publish.workbooks.book import Formats, new_book
from pipelines.publish.workbooks.cells import Cells
from pipelines.publish.workbooks.chart import HEIGHT, chart_xml, crowd, drawn, write_chart_sheet
from pipelines.publish.workbooks.form import note_height, numbered
from pipelines.publish.workbooks.mould import NAME, Cast, Mould, Packer, note
from pipelines.publish.workbooks.sheet import write_sheet


class _Sheet(NamedTuple):
    """A sheet of a form for one scope: its name, the part that it shows, what stands there, and its chart if any."""

    name: str
    part: Part
    listing: Listing
    chart: Chart | None = None


_Book = tuple[Scope, Sequence[_Sheet]]


def write_forms(night: ReportNight, folder: Path) -> list[Block]:
    """Every form for the province and, where counties get their own, one folder a county (spec 6)."""
    return [block for form in FORMS for block in write_form(form, night, night.scopes, folder)]


def write_form(form: Form, night: ReportNight, scopes: Sequence[Scope], folder: Path) -> list[Block]:
    """Write a form under `folder` (the folder of reports) for each scope that gets it; returns where each of its tables
    stands.

    The same night gives the same bytes.
    """
    alike: dict[object, list[_Book]] = {}
    for scope in scopes:
        if form.of(scope):
            sheets = _sheets(form, night, scope)
            alike.setdefault(_shape(sheets), []).append((scope, sheets))
    with Packer() as packer:
        return [block for books in alike.values() for block in _write_alike(form, night, books, folder, packer)]


def _sheets(form: Form, night: ReportNight, scope: Scope) -> list[_Sheet]:
    """What a form shows for a scope."""
    sheets = [
        _Sheet(name, part, part.listing(night, scope, level))
        for part in form.parts
        for name, level in part.sheets(scope)
    ]
    first = form.parts[0]
    for chart in form.charts:
        listing = first.listing(night, scope, first.lowest if scope.level == COUNTY else COUNTY)
        sheets.append(_Sheet(chart.sheet, first, drawn(chart, listing), chart))
    return sheets


def _shape(sheets: Sequence[_Sheet]) -> object:
    """What workbooks have in common that are cast from one mould."""
    return tuple((one.name, len(one.listing.notes), crowd(one.listing) if one.chart else 0) for one in sheets)


def _write_alike(form: Form, night: ReportNight, books: Sequence[_Book], folder: Path, packer: Packer) -> list[Block]:
    made = BytesIO()
    book = new_book(made, form.parts[0].title(night, NAME), NAME, night.as_of)
    formats = Formats(book)
    _, sheets = books[0]
    first = [_frame(book, formats, night, order, one) for order, one in enumerate(sheets)]
    # Formats that rows need are in the book before it is closed.
    rows = [Cells(formats, one.listing.columns, HEIGHT if one.chart else None) for one in sheets]
    bodies = [
        [cells.rows(one.listing, row + 1) for cells, row, one in zip(rows, first, shown, strict=True)]
        for _, shown in books
    ]
    book.close()
    mould, blocks = Mould(made), list[Block]()
    for (scope, shown), body in zip(books, bodies, strict=True):
        file = Path(scope.folder) / form.file
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        casts = [
            Cast(row + 1, len(one.listing.values), [xml], _notes(one.listing))
            for one, row, xml in zip(shown, first, body, strict=True)
        ]
        packer.put(path, mould.cast(scope.name, casts, _charts(shown)))
        blocks += [Block(file.as_posix(), one.name, row, 0, one.listing) for one, row in zip(shown, first, strict=True)]
    return blocks


def _frame(book: Any, formats: Formats, night: ReportNight, order: int, one: _Sheet) -> int:
    """Write a sheet of the mould; returns its first row of figures (0-based)."""
    title = one.part.title(night, NAME)
    notes = tuple(note(order, place) for place in range(len(one.listing.notes)))
    listing = replace(one.listing, title=one.chart.above(title) if one.chart else title, values=(), notes=notes)
    if one.chart:
        return write_chart_sheet(book, formats, one.chart, listing, crowd(one.listing))
    return write_sheet(book, formats, one.name, NAME, listing)


def _notes(listing: Listing) -> list[tuple[str, float]]:
    """Footnotes and their heights."""
    width = sum(column.width for column in listing.columns)
    return [(one, note_height(numbered(number, one), width)) for number, one in enumerate(listing.notes, start=1)]


def _charts(sheets: Sequence[_Sheet]) -> dict[str, Callable[[str], str]]:
    """How the files of the charts change; a chart that draws nothing has none."""
    shown = [one.listing for one in sheets if one.chart and one.listing.values]
    return {f"xl/charts/chart{order}.xml": partial(chart_xml, shown=one) for order, one in enumerate(shown, start=1)}
