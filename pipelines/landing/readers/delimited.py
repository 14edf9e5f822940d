"""Delimited text with a header row: comma, tab or semicolon; quotes by RFC 4180, CRLF or LF (spec 2.3)."""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from pipelines.landing.readers.encodings import encodings_of, pieces
from pipelines.landing.readers.raw_file import ROW_NUMBER, Limits, RawFile, Unreadable
from pipelines.landing.readers.tables import FIRST_ROWS, Header, find_header, raw_file
from schemas.sources import Source

SEPARATORS = (",", "\t", ";")
_HEAD = 256 * 1024  # bytes in which the header row must end; a register's header has a few hundred
_QUOTE = b'"'
_SLOW_ROWS = 20_000  # rows that the slow reader holds as Python text
_WAITING = 2  # pieces that wait for being parsed


class _OpenQuotes(Unreadable):
    """Quotes that do not close."""


def read_delimited(source: Source, content: bytes, limits: Limits) -> RawFile:
    """Read a delivered text file of one kind.

    The encoding is the first in which every byte has a meaning, the separator the one under which the header is best
    understood. Rows with fewer cells than the header end in empty cells; cells beyond the header belong to no column
    and are left out. Row numbers count records, so a line break inside quotes does not move them. Raises Unreadable.
    """
    for encoding, mark in encodings_of(content):
        try:
            try:
                return _read(source, pieces(content, encoding, mark), limits)
            except _OpenQuotes:
                # A lone quote in a cell may have hidden where a record ends: once more, in one piece.
                return _read(source, iter([b"".join(pieces(content, encoding, mark))]), limits)
        except UnicodeError:
            continue
    raise Unreadable("the file is no text in UTF-8, UTF-16 with a byte order mark, or GB18030")


def _read(source: Source, text: Iterator[bytes], limits: Limits) -> RawFile:
    first = b""
    for piece in text:
        first += piece
        if len(first) >= _HEAD:
            break
    if not first.strip():
        # The header is at the beginning: nobody delivers so many blanks before it. The rest must be text all the same.
        deque(text, maxlen=0)
        return RawFile.refused("empty", "the file is empty")
    start = _start(source, first[:_HEAD].decode("utf-8", errors="ignore"))
    header = start.header
    if start.end >= _HEAD < len(first):
        raise Unreadable(f"the header row does not end within {_HEAD // 1024} KiB")
    columns = len(header.match.columns)
    if columns > limits.columns:
        raise Unreadable(f"the header has {columns} columns, more than {limits.columns} (delivery.max_columns)")
    bodies = itertools.chain([first[start.end :]], text)
    # The next piece is decoded while one is parsed: the one holds the interpreter, the other does not.
    with ThreadPoolExecutor(1, "parsing") as beside:
        parsed: list[Future[pl.DataFrame]] = []
        for body in bodies:
            if len(parsed) > _WAITING:
                parsed[-_WAITING].result()
            parsed.append(beside.submit(_records, body, columns, start.separator))
        frame = pl.concat([done.result() for done in parsed])
    return raw_file(frame.with_row_index(ROW_NUMBER, offset=header.row + 1), header)


@dataclass(frozen=True)
class _Start:
    """`separator` and `header` as found; `end`: bytes up to the end of the header row."""

    separator: str
    header: Header
    end: int


def _start(source: Source, head: str) -> _Start:
    """The separator and the header row. Of two separators that tell as much, the first in the list."""
    best: _Start | None = None
    most = -1
    for separator in SEPARATORS:
        rows, ends = _first_records(head, separator)
        header = find_header(source, rows)
        known = header.known if header else -1
        if header and known > most:
            lines = itertools.islice(io.StringIO(head, newline="\n"), ends[header.row - 1])
            best, most = _Start(separator, header, sum(len(line.encode("utf-8")) for line in lines)), known
        if header and header.settled:
            break
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


def _records(body: bytes, columns: int, separator: str) -> pl.DataFrame:
    """Every record of a piece of the file, as text."""
    # Names by position, in a header of our own: the file's may be double, and a piece has none.
    names = [f"c{i}" for i in range(columns)]
    piece = separator.join(names).encode() + b"\n" + body
    cause: BaseException | None = None
    try:
        frame = pl.read_csv(
            piece, separator=separator, infer_schema=False, truncate_ragged_lines=True, raise_if_empty=False
        )
        # Of quotes that are out of place Polars makes what it can, and may swallow rows: where there are quotes it is
        # believed when every line is a record for the slow reader too.
        lines = body.count(b"\n") + (not body.endswith(b"\n") and bool(body))
        if _QUOTE not in body or frame.height == lines == sum(1 for _ in _rows(piece, separator)):
            return frame
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        # Polars stops at a quote inside an unquoted cell (云岭"一小"), which harms nobody: the slow reader takes those.
        cause = error
    except csv.Error as error:
        raise _OpenQuotes(_malformed(error)) from error
    return _records_by_csv(piece, names, separator, cause)


def _records_by_csv(piece: bytes, names: list[str], separator: str, cause: BaseException | None) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String)
    chunks = [pl.DataFrame(schema=schema)]
    rows = _rows(piece, separator)
    try:
        while chunk := list(itertools.islice(rows, _SLOW_ROWS)):
            cells = {name: [row[i] or None if i < len(row) else None for row in chunk] for i, name in enumerate(names)}
            chunks.append(pl.DataFrame(cells, schema=schema))
    except csv.Error as error:
        raise _OpenQuotes(_malformed(error)) from cause
    return pl.concat(chunks)


def _rows(piece: bytes, separator: str) -> Iterator[list[str]]:
    """The records after the header, read strictly: a quoted cell ends where its quote does."""
    lines: Iterable[str] = io.TextIOWrapper(io.BytesIO(piece), "utf-8", newline="\n")
    if piece.count(b"\r") > piece.count(b"\r\n"):
        # Lone carriage returns end no line.
        lines = (line.replace("\r\n", "\n").replace("\r", " ") for line in lines)
    return itertools.islice(csv.reader(lines, delimiter=separator, strict=True), 1, None)


def _malformed(error: csv.Error) -> str:
    return f"a quote of the file does not close, or a cell is too long: {error}"
