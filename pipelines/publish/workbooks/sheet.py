"""A sheet of an official form: head, room for rows, signatures and footnotes, print set-up."""

from __future__ import annotations

from typing import Any

from pipelines.publish.listing import Listing
from pipelines.publish.workbooks.book import Formats
from pipelines.publish.workbooks.form import FIRST_ROW, Heading, set_print, write_foot, write_head
from pipelines.publish.workbooks.mould import LAST, leave_room


def write_sheet(book: Any, formats: Formats, name: str, place: str, listing: Listing) -> int:
    """Write the sheet of a mould and return its first row of figures (0-based); the listing has no rows."""
    sheet = book.add_worksheet(name)
    headings = [
        Heading(column.name, _number(listing, order), column.width) for order, column in enumerate(listing.columns)
    ]
    write_head(sheet, formats, listing.title, place, listing.measure, headings)
    leave_room(sheet, formats, headings[0].name)
    last = write_foot(sheet, formats, LAST, headings, listing.notes) - 1
    set_print(sheet, last, len(headings))
    return FIRST_ROW


def _number(listing: Listing, order: int) -> str:
    """The number under a heading: 甲, 乙, … for what names the row, 1, 2, … for its figures."""
    named = [column.figure is None for column in listing.columns]
    return "甲乙丙丁戊己庚辛壬癸"[sum(named[:order])] if named[order] else str(order + 1 - sum(named[:order]))
