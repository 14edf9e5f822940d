"""更正单: what one agency of one county has to correct, in one workbook (spec 2.3-2.5).

It holds rows as delivered, so it is a restricted file: mode 0600, and nobody's name in its own. Every cell is text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import KongchuoError
from pipelines.publish.reasons import Reason, file_reason, number_fault, row_reason
from pipelines.publish.returned import File, Place, Returned
from pipelines.publish.wording import chinese_date
from pipelines.publish.workbooks.book import FONT_HEAD, FONT_TITLE, Formats, is_risky, new_book
from pipelines.publish.workbooks.form import edges, half_widths, merge, set_print
from schemas.sources import BY_LABEL

_TITLE_ROW, _ABOUT_ROW, _HEAD_ROW = range(3)
_FIRST_ROW = 3
_PAGE_WIDTH = 190.0  # half-width characters that still can be read on one page of A4 across
_MOST = 32_000  # Excel holds 32,767 characters in a cell; a broken quotation mark can make one cell of a whole file
_WIDTHS = {"citizen": 21.0, "text": 24.0, "date": 12.0, "division": 15.0, "name": 12.0, "party": 24.0}
_LONG_CODES = ("学籍号", "残疾证号")
_LINE, _MOST_LINES = 15.5, 8

# Heading and width of one column.
Column = tuple[str, float]
_FILE: tuple[Column, ...] = (("交付日期", 12), ("文件", 30))
_REASON: tuple[Column, ...] = (("原因", 36), ("处理办法", 44))


def workbook_name(agency: str, place: Place, as_of: date) -> str:
    """`更正单_公安_990121_2025-10-12.xlsx`."""
    return f"更正单_{agency}_{place.code}_{as_of}.xlsx"


def write_returns(backs: Sequence[Returned], place: Place, as_of: date, folder: Path) -> list[Path]:
    """One workbook per agency into a folder of mode 0700 (an existing folder keeps its own), each of mode 0600.

    Workbooks of the same place and night that say no more are taken away. Raises KongchuoError where the folder cannot
    be written.
    """
    from xlsxwriter.exceptions import XlsxWriterException

    part = folder / f".{place.code}_{as_of}.part"
    try:
        # A folder that is there keeps the mode that its owner gave it.
        for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            missing.mkdir(mode=0o700)
        for old in folder.glob(workbook_name("*", place, as_of)):
            old.unlink()
        paths = []
        for back in backs:
            # Made for its owner alone before there is anything in it.
            part.unlink(missing_ok=True)
            part.touch(mode=0o600, exist_ok=False)
            write_return(part, back, place, as_of)
            paths.append(part.replace(folder / workbook_name(back.agency, place, as_of)))
        return paths
    except (OSError, XlsxWriterException) as error:
        # The error of the library quotes the one of the system.
        reason = error.strerror if isinstance(error, OSError) else "the disk may be full"
        raise KongchuoError(
            f"The folder {folder} cannot be written ({reason}); give a folder that you may write to with --out."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_return(path: Path, back: Returned, place: Place, as_of: date) -> None:
    """Write the workbook of one agency to a path that exists: its mode stays as it is."""
    title = f"{place.name}{chinese_date(as_of)}更正单（{back.agency}）"
    book = new_book(path, title, place.name, as_of)
    formats = Formats(book)
    _write_about(book, formats, title, back, place, as_of)
    if back.files:
        _write_table(
            book, formats, "退回文件", title,
            "整份没有接收的文件。改正以前，仍沿用上一次接收的资料。",
            (("种类", 11), *_FILE, *_REASON, ("行数", 9), ("其中退回行", 12)),
            (
                (f.kind, *_file(f.delivery), *_words(file_reason(f.reason)), *_read(f))
                for f in back.files
            ),
        )  # fmt: skip
    for kind, rows in back.rows.items():
        delivered = {header for row in rows for header in row.cells}
        fields = [field for field in BY_LABEL[kind].fields if field.header in delivered]
        _write_table(
            book, formats, f"退回行_{kind}", title,
            f"“{kind}”中没有接收的行，“处理办法”以右为报送时的原样内容。",
            (*_FILE, ("行号", 8), *_REASON, *((f.header, _width(f.header, f.cell)) for f in fields)),
            (
                (
                    *_file(row.delivery), str(row.row_number), *_words(row_reason(kind, row.reason)),
                    *(row.cells.get(field.header) or "" for field in fields),
                )
                for row in rows
            ),
        )  # fmt: skip
    if back.faults:
        _write_table(
            book, formats, "身份证问题", title,
            "已经接收、正在使用，但身份证号有问题的行。请按文件和行号在本单位的文件中找到该行。",
            (("种类", 11), *_FILE, ("行号", 8), ("问题", 26), ("处理办法", 64)),
            (
                (f.kind, *_file(f.delivery), str(f.row_number), *_words(number_fault(f.fault)))
                for f in back.faults
            ),
        )  # fmt: skip
    book.close()


def _write_about(book: Any, formats: Formats, title: str, back: Returned, place: Place, as_of: date) -> None:
    """The first sheet: what this is, of which night, how to correct, how much of each."""
    sheet = book.add_worksheet("说明")
    width = 110.0
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, width - 26)
    merge(sheet, _TITLE_ROW, 0, 1, title, _title(formats))
    sheet.set_row(_TITLE_ROW, 36)
    counts = (
        ("退回文件", f"{len(back.files)}个"),
        *((f"退回行_{kind}", f"{len(rows)}行") for kind, rows in back.rows.items()),
        ("身份证问题", f"{len(back.faults)}个"),
    )
    wider = "、".join(_file(delivery)[1] for delivery in sorted(back.wider))
    forward = f"其中{wider}由上级单位汇总报送，请把改正的内容报给上级单位。" if wider else ""
    lines = (
        ("报送单位", f"{place.name}　{back.agency}"),
        ("统计日期", f"{chinese_date(as_of)}（截至当日送达的资料）"),
        (
            "这是什么",
            "系统读取贵单位报送的资料时，没有接收的文件、没有接收的行，以及已接收但身份证号有问题的行。"
            "没有接收的内容不参加统计，可能使数字偏少。",
        ),
        (
            "怎样改正",
            "在贵单位的原文件中按“处理办法”改正，不要只报送改正的几行，也不要把本表当作资料报送。"
            "“行号”是该行在文件中的行次，从1起，含标题行和表头行。",
        ),
        (
            "怎样重新报送",
            "改正后整份文件用原文件名报送，并说明原交付日期，以替换原文件。下一次运行后，已改正的不再列出。" + forward,
        ),
        ("注意保密", "本表含个人信息，只供改正资料使用，不得转发无关人员，用后删除。"),
        *counts,
    )
    for row, (name, text) in enumerate(lines, start=1):
        last = row == len(lines)
        top = row == 1
        head = formats.get(font_name=FONT_HEAD, align="left", valign="top", **edges(0, 2, top=top, bottom=last))
        body = formats.get(align="left", valign="top", text_wrap=True, **edges(1, 2, top=top, bottom=last))
        sheet.write_string(row, 0, name, head)
        sheet.write_string(row, 1, text, body)
        sheet.set_row(row, 18 * math.ceil(half_widths(text) / (width - 30)))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(_TITLE_ROW)
    set_print(sheet, len(lines), 2)


def _write_table(
    book: Any,
    formats: Formats,
    name: str,
    title: str,
    about: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
) -> None:
    """A sheet with one list: title, what it is, headings that stay in sight and are repeated in print, rows of text."""
    sheet = book.add_worksheet(name)
    count = len(columns)
    # The title stands over the columns of the first page, and not over the width of a register of thirty columns.
    shown = min(count, 6) - 1
    merge(sheet, _TITLE_ROW, 0, shown, f"{title}：{name}", _title(formats))
    merge(sheet, _ABOUT_ROW, 0, shown, about, formats.get(align="left", font_size=10))
    sheet.set_row(_TITLE_ROW, 36)
    sheet.set_row(_ABOUT_ROW, 20)
    sheet.set_row(_HEAD_ROW, 26)
    for column, (heading, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        look = formats.get(font_name=FONT_HEAD, align="center", text_wrap=True, **edges(column, count, top=True))
        sheet.write_string(_HEAD_ROW, column, heading, look)
    plain = [formats.get(align="left", text_wrap=True, **edges(column, count)) for column in range(count)]
    risky = [
        formats.get(align="left", text_wrap=True, quote_prefix=True, **edges(column, count)) for column in range(count)
    ]
    last = _HEAD_ROW
    for last, row in enumerate(rows, start=_FIRST_ROW):
        for column, text in enumerate(row):
            shown_text = text if len(text) <= _MOST else f"{text[:_MOST]}…"
            sheet.write_string(last, column, shown_text, (risky if is_risky(text) else plain)[column])
        # Left to themselves, some programs do not make a row higher for text that wraps.
        lines = max(math.ceil(half_widths(text) / (w - 1.5)) for text, (_, w) in zip(row, columns, strict=True))
        sheet.set_row(last, _LINE * min(max(lines, 1), _MOST_LINES) + 3)
    sheet.freeze_panes(_FIRST_ROW, 0)
    sheet.repeat_rows(_TITLE_ROW, _HEAD_ROW)
    sheet.autofilter(_HEAD_ROW, 0, last, count - 1)
    # Numbers of persons and rows are text on purpose: no green triangle shall offer to make numbers of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    set_print(sheet, last, count)
    pages = math.ceil(sum(width for _, width in columns) / _PAGE_WIDTH)
    if pages > 1:
        sheet.fit_to_pages(pages, 0)
        sheet.repeat_columns(0, 2)  # which row of which file, on every page


def _title(formats: Formats) -> Any:
    return formats.get(font_name=FONT_TITLE, font_size=16, bold=True, align="left")


def _file(delivery: str) -> tuple[str, str]:
    """Date and file name of a delivery (`<date>/<file>`)."""
    day, _, name = delivery.partition("/")
    return day, name


def _words(reason: Reason) -> tuple[str, str]:
    return reason.what, reason.todo


def _read(file: File) -> tuple[str, str]:
    """How many rows were read and rejected; blank for a file that was refused before its rows were looked at."""
    return (str(file.rows), str(file.rejected)) if file.rows else ("", "")


def _width(header: str, cell: str) -> float:
    return max(22.0 if header in _LONG_CODES else _WIDTHS.get(cell, 10.0), half_widths(header) + 2.0)
