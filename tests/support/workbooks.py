"""Workbooks made to order, and taken apart: as an agency's spreadsheet program writes them, and as none should."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter
import xlwt

from pipelines.landing.readers import Limits, RawFile, read_file
from pipelines.landing.readers.raw_file import ROW_NUMBER
from pipelines.settings import load_policy
from schemas.sources import BY_LABEL

LIMITS = Limits.of(load_policy(None, dt.date(2025, 9, 10))["delivery"])
HEADER = ["学校标识码", "日期", "应到人数", "实到人数", "缺课人数"]
ROW = ["2199000001", "2025-09-09", "30", "29", "1"]
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

Rows = Sequence[Sequence[Any]]
Merge = tuple[int, int, int, int, Any]


def xlsx(
    *sheets: Rows | Callable[[Any, Any], None], merges: Sequence[Merge] = (), hidden: Sequence[int] = (), **options: Any
) -> bytes:
    """A workbook of sheets: rows, or a function that writes book and sheet. `merges`: in every sheet of rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"} | options) as book:
        for i, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            if callable(rows):
                rows(book, sheet)
                continue
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, column, cell)
            for merge in merges:
                sheet.merge_range(*merge)
            if i in hidden:
                sheet.hide()
        shown = next((i for i in range(len(sheets)) if i not in hidden), 0)
        book.worksheets()[shown].activate()
        book.worksheets()[shown].set_first_sheet()
    return out.getvalue()


def xls(*sheets: Rows, merges: Sequence[Merge] = (), hidden: Sequence[int] = (), epoch_1904: bool = False) -> bytes:
    """The same as .xls."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = epoch_1904
    dates = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, rows in enumerate(sheets):
        sheet = book.add_sheet(f"Sheet{i + 1}", cell_overwrite_ok=True)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, column, cell, *([dates] if isinstance(cell, dt.date) else []))
        for top, left, bottom, right, cell in merges:
            sheet.write_merge(top, bottom, left, right, cell)
        sheet.visibility = int(i in hidden)
    book.set_active_sheet(next((i for i in range(len(sheets)) if i not in hidden), 0))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, change: Mapping[str, bytes | None] | Callable[[str, bytes], bytes]) -> bytes:
    """The same archive with other members: given by name (None: left out), or changed one by one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        members = {name: old.read(name) for name in old.namelist()}
        if callable(change):
            changed: Mapping[str, bytes | None] = {name: change(name, data) for name, data in members.items()}
        else:
            changed = members | change
        for name, data in changed.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def raw_sheet(data: str, after: str = "", before: str = "") -> bytes:
    """A workbook whose one sheet has this XML as its data."""
    xml = f'<?xml version="1.0"?><worksheet {NAMESPACE}>{before}<sheetData>{data}</sheetData>{after}</worksheet>'
    return repacked(xlsx([["x"]]), {SHEET: xml.encode()})


def read(content: bytes, extension: str = "xlsx", kind: str = "日报", limits: Limits = LIMITS) -> RawFile:
    return read_file(BY_LABEL[kind], extension, content, limits)


def column(raw: RawFile, header: str) -> list[str | None]:
    assert raw.problem is None, (raw.problem, raw.message)
    return raw.frame[header].to_list()


def rows(raw: RawFile) -> list[int]:
    """The row numbers of a file that was read."""
    assert raw.problem is None, (raw.problem, raw.message)
    return raw.frame[ROW_NUMBER].to_list()
