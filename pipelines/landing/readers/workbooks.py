"""Workbooks, .xlsx and .xls, read by calamine: values only, never a formula (spec 2.3)."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl

from pipelines.landing.readers.archives import kind_of
from pipelines.landing.readers.binary_workbooks import check_xls
from pipelines.landing.readers.cell_texts import as_text
from pipelines.landing.readers.raw_file import ROW_NUMBER, Limits, RawFile, Unreadable
from pipelines.landing.readers.tables import FIRST_ROWS, Header, find_header, joined, raw_file
from pipelines.landing.readers.workbook_checks import check_xlsx
from schemas.sources import Source

_CHUNK = 20_000  # rows turned into text at a time
_DEEPEST = 3  # rows that a header can have

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0, inclusive


def read_workbook(source: Source, content: bytes, limits: Limits) -> RawFile:
    """Read the first visible sheet that has the header; without one, the visible sheet whose header comes closest.

    Merged cells are filled with what stands in them, in a header downwards only: a name over two columns is the name
    of one. Numbers are written as a spreadsheet shows them, with its 15 digits. Raises Unreadable.
    """
    check = check_xlsx if kind_of(content) == "zip" else check_xls
    content, epoch_1904 = check(content, limits)
    with _told():
        # calamine reads the names of all sheets, and a sheet when it is asked for.
        import python_calamine

        workbook = python_calamine.load_workbook(io.BytesIO(content))
        del content
        sheets = [
            i
            for i, sheet in enumerate(workbook.sheets_metadata)
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        best: tuple[Any, list[Merge], Header] | None = None
        for i in sheets:
            sheet = workbook.get_sheet_by_index(i)
            merges = _merges(sheet, limits)
            header = _header(source, sheet, merges)
            if header is None:
                continue
            complete = header.match.problem is None or not header.match.problem.startswith("missing_column")
            if best is None or header.known > best[2].known or complete:
                best = (sheet, merges, header)
            if complete:
                break
        if best is None:
            return RawFile.refused("empty", "no visible sheet of the workbook has anything in it")
        sheet, merges, header = best
        columns = len(header.match.columns)
        if columns > limits.columns:
            raise Unreadable(f"the sheet has {columns} columns, more than {limits.columns} (delivery.max_columns)")
        return raw_file(_frame(sheet, merges, header, limits), header, epoch_1904=epoch_1904)


@contextmanager
def _told() -> Iterator[None]:
    """What the reading library raises, and what it panics with, as Unreadable; it never quotes a cell."""
    try:
        yield
    except (Unreadable, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of the library is no Exception; nothing else that is none arises here.
        if type(error).__name__ == "PasswordError" or "password" in str(error).lower():
            raise Unreadable("the workbook has a password", "encrypted") from None
        raise Unreadable(f"the workbook is damaged ({type(error).__name__})") from None


def _merges(sheet: Any, limits: Limits) -> list[Merge]:
    """The merged ranges, cut to what the sheet holds."""
    if sheet.start is None:
        return []
    last_row, last_column = sheet.end
    found: list[Merge] = []
    area = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        merge = (top, left, min(bottom, last_row), min(right, last_column))
        if merge[2] < top or merge[3] < left:
            continue
        area += (merge[2] - top + 1) * (merge[3] - left + 1)
        if area > limits.cells:
            raise Unreadable("the merged cells of the sheet overlap; undo them and deliver again")
        found.append(merge)
    return found


def _header(source: Source, sheet: Any, merges: Sequence[Merge]) -> Header | None:
    """The header among the first rows of a sheet, down to the end of the merged cells that begin in it."""
    if sheet.start is None:
        return None
    top = [list(map(as_text, row)) for row in itertools.islice(_rows(sheet), FIRST_ROWS + _DEEPEST)]
    rows = [[cell or "" for cell in row] for row in top]
    for first, left, last, right in merges:
        if first < len(rows) and left < len(rows[first]):
            text = rows[first][left]
            for row in rows[first + 1 : last + 1]:
                row[left] = text
            # A row that is one merged cell is a title; anything narrower names the columns under it.
            if right > left and last == first:
                continue
    header = find_header(source, rows)
    if header is None:
        return None
    here = header.row - 1
    deepest = max((last for first, _, last, _ in merges if first <= here <= last), default=here)
    if here < deepest <= here + _DEEPEST and deepest < len(rows):
        names = joined(source, rows[deepest - 1], rows[deepest])
        lower = find_header(source, [names])
        # A cell that is merged from the header into the rows below makes no header of these.
        if lower is not None and lower.known >= header.known:
            return Header(deepest + 1, lower.match)
    return header


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """Every row from the first line of the sheet on, every cell from its first column on."""
    # calamine begins at the first line, but at the first column in which something stands.
    before = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield [*before, *row] if before else row


def _frame(sheet: Any, merges: Sequence[Merge], header: Header, limits: Limits) -> pl.DataFrame:
    """The rows below the header as text, merged cells filled."""
    width = len(header.match.columns)
    names = [f"c{i}" for i in range(width)]
    schema = dict.fromkeys(names, pl.String())
    chunks: list[pl.DataFrame] = [pl.DataFrame(schema=schema)]
    rows = itertools.islice(_rows(sheet), header.row, None)
    while chunk := list(itertools.islice(rows, _CHUNK)):
        columns = [[as_text(cell) for cell in cells] for cells in zip(*chunk, strict=True)]
        chunks.append(pl.DataFrame(dict(zip(names, columns, strict=True)), schema=schema))
    frame = pl.concat(chunks)
    return _filled(frame, merges, header.row, limits).with_row_index(ROW_NUMBER, offset=header.row + 1)


def _filled(frame: pl.DataFrame, merges: Sequence[Merge], header_row: int, limits: Limits) -> pl.DataFrame:
    """Every cell of a merged range with what stands in its first."""
    size = 0
    filled: dict[int, list[tuple[int, int, str]]] = {}  # column → first and last row of the frame, text
    for top, left, bottom, right in merges:
        if top < header_row or left >= frame.width:
            continue
        text = frame.item(top - header_row, left)
        if text:
            size += len(text) * (bottom - top + 1) * (right - left + 1)
            if size > limits.unpacked_bytes:
                raise Unreadable("the merged cells of the sheet hold long texts; undo them and deliver again")
            for column in range(left, min(right, frame.width - 1) + 1):
                filled.setdefault(column, []).append((top - header_row, bottom - header_row, text))
    changed: list[pl.Series] = []
    for column, found in filled.items():
        ranges = pl.DataFrame(found, schema=["first", "last", "text"], orient="row")
        cells = ranges.select(pl.int_ranges("first", pl.col("last") + 1).alias("row"), "text").explode("row")
        changed.append(frame.to_series(column).scatter(cells["row"], cells["text"]))
    return frame.with_columns(changed) if changed else frame
