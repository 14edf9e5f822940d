"""Comma-separated UTF-8 text with a header row; quotes by RFC 4180, CRLF or LF (spec 2.3)."""

from __future__ import annotations

import csv
import io
import itertools
import re

import polars as pl

from pipelines.landing.headers import HeaderMatch, match_header
from pipelines.landing.readers.raw_file import ROW_NUMBER, UNKNOWN_CELLS, RawFile, Unreadable
from schemas.sources import Source

_BOM = b"\xef\xbb\xbf"
_HEAD = 64 * 1024  # bytes in which the header row must end; a register's header has a few hundred
_SEPARATOR = ","
# How a line begins that may hold nothing but spaces.
_SPACE_FIRST = re.compile(rb'\n["\s\xc2\xe3]')  # ... the last two begin no-break and ideographic spaces


def read_delimited(source: Source, content: bytes) -> RawFile:
    """Read a delivered text file of one kind.

    Rows with fewer cells than the header end in empty cells; cells beyond the header belong to no column and are left
    out. Row numbers count records, so a line break inside quotes does not move them. Raises Unreadable.
    """
    body = content.removeprefix(_BOM)
    if not body or body.isspace():
        return RawFile.refused("empty", "the file is empty")
    before, header = _header(body)
    match = match_header(source, header)
    # Names by position: pl.read_csv would rename doubles in its own way.
    names = [f"c{i}" for i in range(len(header))]
    body = _from_header(body, before)
    frame = _records(body, names, before)
    content_rows = _without_blank(frame, names, body)
    if not content_rows.height:
        return RawFile.refused("empty", "the file has no rows", match.unknown)
    if match.problem:
        return RawFile.refused(match.problem, f"the header will not do: {match.problem}", match.unknown)
    last = content_rows[ROW_NUMBER][-1]
    skipped = last - before - 1 - content_rows.height
    return RawFile(_named(content_rows, match), skipped, match.unknown)


def _named(frame: pl.DataFrame, match: HeaderMatch) -> pl.DataFrame:
    """The known columns under their standard headers; the cells of the others joined in one."""
    # Hundreds of small files a night: assigning names costs nothing, a query per file would.
    headers = [column or f"#{i}" for i, column in enumerate(match.columns)]
    frame.columns = [ROW_NUMBER, *headers]
    unknown = [header for header in headers if header.startswith("#")]
    if not unknown:
        return frame
    cells = pl.concat_str(pl.col(unknown).fill_null(""), separator="\x1f").alias(UNKNOWN_CELLS)
    return frame.with_columns(cells).drop(unknown)


def _without_blank(frame: pl.DataFrame, names: list[str], body: bytes) -> pl.DataFrame:
    """The rows with anything in them."""
    # Only a row whose first cell is empty can be blank; a search in the bytes is cheaper than one query per file.
    if not frame.get_column(names[0]).null_count() and not _SPACE_FIRST.search(body):
        return frame
    blank = pl.all_horizontal(pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "") for name in names)
    return frame.filter(~blank)


def _header(body: bytes) -> tuple[int, list[str]]:
    """The first record with content and the number of blank records before it."""
    head = body[:_HEAD]
    # A cut in the middle of a character is no fault of the file.
    text = head.decode("utf-8", errors="ignore" if len(body) > _HEAD else "strict") if _valid(head, body) else None
    if text is None:
        raise Unreadable("the file is not UTF-8 text")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_SEPARATOR)
    try:
        for before, record in enumerate(reader):
            if any(cell.strip() for cell in record):
                return before, record
    except csv.Error as error:
        raise Unreadable(f"the header row cannot be read: {error}") from error
    raise Unreadable("the file has no header row")


def _valid(head: bytes, body: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(body) > len(head) and error.start >= len(head) - 3
    return True


def _from_header(body: bytes, before: int) -> bytes:
    """The file from its header row on; a blank line is always one line."""
    start = 0
    for _ in range(before):
        start = body.index(b"\n", start) + 1
    return body[start:] if start else body


def _records(body: bytes, names: list[str], before: int) -> pl.DataFrame:
    """Every record after the header, as text."""
    try:
        return pl.read_csv(
            body,
            separator=_SEPARATOR,
            infer_schema=False,
            new_columns=names,
            row_index_name=ROW_NUMBER,
            row_index_offset=before + 2,
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        # Polars stops at a quote inside an unquoted cell (云岭"一小"), which harms nobody: the slow reader takes those.
        return _records_by_csv(body, names, before, error)


def _records_by_csv(body: bytes, names: list[str], before: int, cause: Exception) -> pl.DataFrame:
    try:
        records = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=_SEPARATOR, strict=True)
        rows = list(itertools.islice(records, 1, None))
    except UnicodeDecodeError as error:
        raise Unreadable("the file is not UTF-8 text") from error
    except csv.Error as error:
        raise Unreadable(f"the quotes of the file do not close: {error}") from cause
    columns = {name: [row[i] if i < len(row) and row[i] else None for row in rows] for i, name in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return frame.with_row_index(ROW_NUMBER, offset=before + 2)
