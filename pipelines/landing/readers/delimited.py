"""Delimited text with a header row: comma, tab or semicolon; quotes by RFC 4180, CRLF or LF (spec 2.3)."""

from __future__ import annotations

import csv
import io
import itertools
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from pipelines.landing.readers.encodings import as_utf8
from pipelines.landing.readers.raw_file import ROW_NUMBER, Limits, RawFile, Unreadable
from pipelines.landing.readers.tables import FIRST_ROWS, Header, find_header, raw_file
from schemas.sources import Source

SEPARATORS = (",", "\t", ";")
_HEAD = 256 * 1024  # bytes in which the header row must end; a register's header has a few hundred


def read_delimited(source: Source, content: bytes, limits: Limits) -> RawFile:
    """Read a delivered text file of one kind.

    The separator is the one under which the header is best understood. Rows with fewer cells than the header end in
    empty cells; cells beyond the header belong to no column and are left out. Row numbers count records, so a line
    break inside quotes does not move them. Raises Unreadable.
    """
    body = as_utf8(content)
    del content
    if not body or body.isspace():
        return RawFile.refused("empty", "the file is empty")
    head = _head(body)
    start = _start(source, head)
    header = start.header
    columns = len(header.match.columns)
    if columns > limits.columns:
        raise Unreadable(f"the header has {columns} columns, more than {limits.columns} (delivery.max_columns)")
    # Names by position: pl.read_csv would rename doubles in its own way.
    names = [f"c{i}" for i in range(columns)]
    body = body[start.offset :] if start.offset else body
    return raw_file(_records(body, names, header.row, start.separator), header)


def _head(body: bytes) -> str:
    """The beginning of the text; a cut in the middle of a character is no fault of the file."""
    return body[:_HEAD].decode("utf-8", errors="ignore")


@dataclass(frozen=True)
class _Start:
    """`separator` and `header` as found; `offset`: bytes before the header row."""

    separator: str
    header: Header
    offset: int


def _start(source: Source, head: str) -> _Start:
    """The separator and the header row. Of two separators that tell as much, the first in the list."""
    best: _Start | None = None
    most = -1
    for separator in SEPARATORS:
        rows, ends = _first_records(head, separator)
        header = find_header(source, rows)
        known = len({column for column in header.match.columns if column}) if header else -1
        if header and known > most:
            lines = itertools.islice(io.StringIO(head, newline="\n"), ends[header.row - 2] if header.row > 1 else 0)
            best, most = _Start(separator, header, sum(len(line.encode("utf-8")) for line in lines)), known
    if best is None:
        raise Unreadable("the file has no header row")
    return best


def _first_records(head: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The first records, as many as can be read, and after which line each ends. Lines end in LF, as the file's do."""
    reader = csv.reader(io.StringIO(head, newline="\n"), delimiter=separator)
    rows: list[list[str]] = []
    ends: list[int] = []
    with suppress(csv.Error):
        for row in itertools.islice(reader, FIRST_ROWS):
            rows.append(row)
            ends.append(reader.line_num)
    return rows, ends


def _records(body: bytes, names: list[str], header_row: int, separator: str) -> pl.DataFrame:
    """Every record after the header, as text."""
    try:
        return pl.read_csv(
            body,
            separator=separator,
            infer_schema=False,
            new_columns=names,
            row_index_name=ROW_NUMBER,
            row_index_offset=header_row + 1,
            truncate_ragged_lines=True,
            raise_if_empty=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        # Polars stops at a quote inside an unquoted cell (云岭"一小"), which harms nobody: the slow reader takes those.
        return _records_by_csv(body, names, header_row, separator, error)


def _records_by_csv(
    body: bytes, names: list[str], header_row: int, separator: str, cause: BaseException
) -> pl.DataFrame:
    try:
        text = io.StringIO(body.decode("utf-8"), newline="")
        rows = list(itertools.islice(csv.reader(text, delimiter=separator, strict=True), 1, None))
    except csv.Error as error:
        raise Unreadable(f"the quotes of the file do not close: {error}") from cause
    columns = {name: [row[i] if i < len(row) and row[i] else None for row in rows] for i, name in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return frame.with_row_index(ROW_NUMBER, offset=header_row + 1)
