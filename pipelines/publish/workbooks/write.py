"""A form as a workbook: its sheets, its charts, and what is to be read back from it."""

from __future__ import annotations

from pathlib import Path

from pipelines.publish.forms.all import FORMS
from pipelines.publish.forms.form import Form
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.readback import Block
from pipelines.publish.workbooks.book import Formats, new_book
from pipelines.publish.workbooks.chart import write_chart_sheet
from pipelines.publish.workbooks.sheet import write_sheet


def write_form(form: Form, night: ReportNight, scope: Scope, folder: Path) -> list[Block]:
    """Write a form for one scope under `folder` (the folder of reports); returns where each of its tables stands.

    The same night gives the same bytes.
    """
    file = Path(scope.folder) / form.file
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    book = new_book(path, f"{scope.name}{night.day}{form.parts[0].name}", scope.name, night.as_of)
    formats = Formats(book)
    blocks = []
    for part in form.parts:
        for name, level in part.sheets(scope):
            listing = part.listing(night, scope, level)
            row = write_sheet(book, formats, name, scope.name, listing)
            blocks.append(Block(file.as_posix(), name, row, 0, listing))
    first = form.parts[0]
    for chart in form.charts:
        listing = first.listing(night, scope, first.lowest if scope.level == "county" else "county")
        blocks.append(Block(file.as_posix(), chart.sheet, *write_chart_sheet(book, formats, chart, listing)))
    book.close()
    return blocks


def write_forms(night: ReportNight, folder: Path) -> list[Block]:
    """Every form for the province and, where counties get their own, one folder a county (spec 6)."""
    return [
        block
        for scope in night.scopes
        for form in FORMS
        if form.of(scope)
        for block in write_form(form, night, scope, folder)
    ]
