"""One document: paragraphs, headings and tables put after one another, its figures remembered for the reading back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

from pipelines.publish.documents.shown import Piece, Shown
from pipelines.publish.documents.template import BODY, CELL_MARGINS, CORE, FIGURE, FIVE, SMALL_FOUR, frame, prepared
from pipelines.publish.listing import Listing
from pipelines.publish.readback import Block

PROSE = "正文"
"""The place of the figures that stand in sentences; tables are 表1, 表2, …"""

_LOOKS = {"text": "TableText", "yes_no": "TableCentre", "date": "TableCentre"}
WIDTH = 8845  # the type area of 156 mm, in twentieths of a point
ALERT = "9C0006"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document:
    """A document that is being put together."""

    def __init__(self, title: str, as_of: date, creator: str) -> None:
        self.title, self.as_of, self.creator = title, as_of, creator
        self._body: list[str] = []
        self._figures: list[Shown] = []
        self._tables: list[Listing] = []
        self._break = False

    def add(self, style: str, *pieces: Piece, right: float = 0) -> None:
        """A paragraph of words and figures; `right` in characters from the edge where the style does not say."""
        self._body.append(self._paragraph(style, pieces, right))

    def text(self, *pieces: Piece) -> None:
        """A paragraph of the body."""
        self.add("OfficialText", *pieces)

    def heading(self, level: int, text: str) -> None:
        """A heading of the first (一、), second （（一）） or third level (1.)."""
        self.add(f"Heading{level}", text)

    def page(self) -> None:
        """What comes next begins a page."""
        self._break = True

    def table(self, listing: Listing, *, caption: str = "") -> None:
        """A listing as a table: its head is repeated on every page, no row is divided between two."""
        if caption:
            self.add("TableCaption", caption)
        if not listing.values:
            self.text(listing.empty or "无。")
            return
        self._tables.append(listing)
        self._body.append(_table(listing))
        for note in listing.notes:
            self.add("TableNote", f"注：{note}")
        self.add("AfterTable")

    def blocks(self, file: str) -> list[Block]:
        """Where each figure stands in the written file."""
        made = [Block(file, f"表{number}", 1, 0, listing) for number, listing in enumerate(self._tables, start=1)]
        if self._figures:
            columns = tuple(one.column for one in self._figures)
            values = (tuple(one.value for one in self._figures),)
            listing = Listing(self.title, "", columns, pl.DataFrame({"place": [0]}), values)
            made.append(Block(file, PROSE, 0, 0, listing))
        return made

    def write(self, path: Path) -> None:
        """Write the file; the same content gives the same bytes."""
        start, end = frame()
        parts = {**prepared(), BODY: (start + "".join(self._body) + end).encode(), CORE: self._properties().encode()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                # No clock: the time of a part is the beginning of the night that the document describes.
                info = zipfile.ZipInfo(name, (self.as_of.year, self.as_of.month, self.as_of.day, 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, content, compresslevel=6)

    def _paragraph(self, style: str, pieces: Sequence[Piece], right: float) -> str:
        more = ""
        if self._break:
            more, self._break = "<w:pageBreakBefore/>", False
        runs = []
        for piece in pieces:
            if isinstance(piece, Shown):
                self._figures.append(piece)
                runs.append(_run(piece.text, FIGURE))
            else:
                runs.append(_run(piece))
        if right:
            more += f'<w:ind w:right="{round(right * 320)}" w:rightChars="{round(right * 100)}"/>'
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{"".join(runs)}</w:p>'

    def _properties(self) -> str:
        day = f"{self.as_of.isoformat()}T00:00:00Z"
        names = (
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        )
        when = f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties {names}>'
            f"<dc:title>{_said(self.title)}</dc:title><dc:creator>{_said(self.creator)}</dc:creator>"
            f"<cp:lastModifiedBy>{_said(self.creator)}</cp:lastModifiedBy><cp:revision>1</cp:revision>"
            f"{when}{when.replace('created', 'modified')}<dc:language>zh-CN</dc:language></cp:coreProperties>"
        )


def _said(text: str) -> str:
    """Text that XML can hold: what files call a unit may hold anything."""
    return escape(_NO_XML.sub("", text))


def _run(text: str, style: str = "", properties: str = "") -> str:
    style = f'<w:rStyle w:val="{style}"/>' if style else ""
    look = f"<w:rPr>{style}{properties}</w:rPr>" if style or properties else ""
    lines = _said(text).split("\n")
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r>{look}{said}</w:r>"


def _table(listing: Listing) -> str:
    size = FIVE if len(listing.columns) > 5 else SMALL_FOUR
    given = sum(column.width for column in listing.columns)
    widths = [round(WIDTH * column.width / given) for column in listing.columns]
    widths[0] += WIDTH - sum(widths)
    look = f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    head = "".join(
        _cell(width, "TableHead", _even(column.name, width, size), look, centred=True)
        for width, column in zip(widths, listing.columns, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    depths = listing.rows["depth"].to_list() if "depth" in listing.rows.columns else [0] * len(listing.values)
    looks = listing.rows["look"].to_list() if "look" in listing.rows.columns else ["unit"] * len(listing.values)
    lowest = min(depths)
    for values, texts, depth, kind in zip(listing.values, listing.texts(), depths, looks, strict=True):
        cells = []
        for order, (column, value, shown) in enumerate(zip(listing.columns, values, texts, strict=True)):
            style = {"text": "TableText", "yes_no": "TableCentre", "date": "TableCentre"}.get(
                column.kind, "TableNumber"
            )
            bold = kind == "total" or column.alerts(value)
            tint = f'<w:color w:val="{ALERT}"/>' if column.alerts(value) else ""
            indent = f'<w:ind w:leftChars="{100 * (depth - lowest)}"/>' if order == 0 and depth > lowest else ""
            properties = ("<w:b/>" if bold else "") + tint + look
            cells.append(_cell(widths[order], style, shown, properties, indent=indent, centred=True))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
    borders = "".join(_border(side, 8) for side in ("top", "left", "bottom", "right"))
    borders += _border("insideH", 4) + _border("insideV", 4)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>{CELL_MARGINS}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _even(heading: str, width: int, size: float) -> str:
    """A heading that is too long for its column in lines of the same length: 期初 over 在册, not 期初在 over 册."""
    fit = max(1, int((width - 80) / (size * 20)))
    if len(heading) <= fit:
        return heading
    lines = -(-len(heading) // fit)
    each = -(-len(heading) // lines)
    return "\n".join(heading[place : place + each] for place in range(0, len(heading), each))


def _border(side: str, width: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>'


def _cell(width: int, style: str, text: str, properties: str, *, indent: str = "", centred: bool = False) -> str:
    place = '<w:vAlign w:val="center"/>' if centred else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{place}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{indent}</w:pPr>{_run(text, "", properties)}</w:p></w:tc>'
    )
