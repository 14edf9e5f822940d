"""Damaged files of every format: refused by a reason of spec 2.5 or read with an exact account; no exception."""

import csv
import gzip
import io
import os
import random
import re
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.sources import BY_LABEL
from tests.support.deliveries import World, people, rows_of, text
from tests.support.mutations import mutations
from tests.support.workbooks import read, rows, xls, xlsx

SEED = int(os.environ.get("KONGCHUO_FUZZ_SEED", "2025"))
REASON = re.compile(
    r"unreadable|empty|encrypted|no_row_in_county|rejected_share|(?:missing_column|double_column):\S.*", re.DOTALL
)
# Cells of every kind that must never be seen in a message. Header cells may: a message names what it found.
SECRETS = ("王甲", "19900001112", "李丙丁", "990121201503")
DAILY, PEOPLE = "日报", "户籍"


def tables() -> list[tuple[str, list[list[str]]]]:
    """A kind and its rows, header first: a plain table, and one with titles, blanks, totals and footers."""
    children = people(PEOPLE, 6, 监护人姓名="李丙丁", 监护人电话="19900001112")
    table = [
        list(children[0]),
        *(["王甲" if i == 1 else cell for i, cell in enumerate(row.values())] for row in children),
    ]
    reports = [list(row.values()) for row in rows_of(DAILY, {}, {"缺课人数": "x"}, {}, {"应到人数": "31"})]
    header = list(rows_of(DAILY)[0])
    messy = [["日报表"], ["填报单位：示例区"], header, *reports, ["合计", "", "1"], [""], *reports, ["填表人：李丙丁"]]
    return [(PEOPLE, table), (DAILY, messy)]


def seeds(kind: str) -> list[tuple[str, bytes]]:
    """Good small files of one kind in every format: extension, bytes."""
    table = dict(tables())[kind]
    found: list[tuple[str, bytes]] = []
    for separator, extension in ((",", "csv"), ("\t", "tsv"), (";", "txt")):
        lines = "\r\n".join(separator.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in table)
        found += [(extension, lines.encode(encoding)) for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    plain = found[0][1]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", plain)
    merges = [(0, 8, 0, 9, "合并"), (1, 11, 4, 11, "并")]
    books = [
        ("xlsx", xlsx([["说明"]], table, merges=merges)),
        ("xlsx", xlsx(table)),
        ("xls", xls([["说明"]], table, merges=merges)),
    ]
    numbers = [[int(cell) if cell.isdecimal() else cell for cell in row] for row in table]
    books += [("xls", xls(numbers)), ("xlsx", xlsx(numbers, date_1904=True))]
    return [*found, ("csv.gz", gzip.compress(plain)), ("csv.zip", out.getvalue()), *books * 3]


def check(kind: str, extension: str, content: bytes) -> None:
    """One damaged file through its reader."""
    begun = time.monotonic()
    raw = read(content, extension, kind)
    assert time.monotonic() - begun < 20
    assert not any(secret in raw.message for secret in SECRETS if raw.problem in ("unreadable", "empty", "encrypted"))
    if raw.problem:
        assert REASON.fullmatch(raw.problem), raw.problem
        assert raw.message
        assert raw.frame.height == 0
        return
    numbers = rows(raw)
    assert numbers == sorted(set(numbers))
    # Everything down to the last row of the table but the header row, and what was skipped below it.
    assert raw.frame.height + raw.skipped >= numbers[-1] - 1
    assert set(raw.frame.columns) - {"#row", "#unknown"} <= {field.header for field in BY_LABEL[kind].fields}


def check_all(count: int, seed: int, keep: Path | None = None) -> None:
    """Many damaged files; the one that failed is named by seed and number, and kept where `keep` says."""
    for kind in (PEOPLE, DAILY):
        for i, extension, content in mutations(seeds(kind), count // 2, random.Random(f"{seed} {kind}")):
            if keep:
                keep.write_bytes(f"{kind} {i} {extension}\n".encode() + content)
            try:
                check(kind, extension, content)
            except BaseException as error:
                error.add_note(f"seed {seed}, {kind} number {i}, .{extension}")
                raise


def check_nights(root: Path, count: int, seed: int) -> None:
    """Damaged files through the whole landing step: every row of every file is accounted for."""
    world = World(root)
    world.references()
    for kind in (PEOPLE, DAILY):
        for i, extension, content in mutations(seeds(kind), count // 2, random.Random(f"night {seed} {kind}")):
            world.write(f"{kind}_990121_{i}.{extension}", content)
    result = world.ingest()
    assert result.unfinished == ()
    records = world.deliveries()
    assert records.height == count // 2 * 2 + 2
    for record in records.iter_rows(named=True):
        assert record["rows"] == sum(record[name] for name in ("accepted", "rejected", "repeats", "skipped"))
        assert record["reason"] is None or REASON.fullmatch(record["reason"])
        assert (record["reason"] is None) == (record["state"] == "accepted")
    for table in ("clean.registry", "clean.daily_report", "landing.rejected_rows"):
        column = "rejected" if table.startswith("landing") else "accepted"
        loaded = world.engine.read(f"select delivery_id, count(*) as n from {table} group by all").rows()
        told = records.filter(records[column] > 0)
        if column == "accepted":
            told = told.filter(told["kind"] == (PEOPLE if "registry" in table else DAILY))
        assert sorted(loaded) == sorted(told.select("delivery_id", column).rows())


def test_good_files_are_read():
    """The seeds themselves: without this the rest would prove little."""
    for kind in (PEOPLE, DAILY):
        for extension, content in seeds(kind):
            raw = read(content, extension, kind)
            assert (raw.problem, raw.frame.height) == (None, 6 if kind == PEOPLE else 8), extension


def test_damaged_files_are_refused_or_read():
    check_all(400, SEED)


def test_a_night_of_damaged_files(tmp_path):
    check_nights(tmp_path, 60, SEED)


@pytest.mark.full
def test_ten_thousand_damaged_files(tmp_path):
    check_all(10_000, SEED + 1)
    check_nights(tmp_path, 1_000, SEED + 1)


# What a cell may say; what stands in it never changes how many rows a file has.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12).filter(
    lambda cell: not re.match(r'[\s"]*$', cell)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=6))
@example([["a", "b", "c", "d", '"']])
def test_what_stands_in_cells_moves_no_row(cells):
    """Cells at random, quoted where they must be: as many rows as were written, whatever they say."""
    header = list(rows_of(DAILY)[0])
    # A first cell that no total, note or signature begins with: those are left out and counted.
    written = [[f"{i}x{row[0]}", *row[1:]] for i, row in enumerate(cells)]
    content = text([dict(zip(header, row, strict=True)) for row in written])
    for encoding in ("utf-8", "gb18030", "utf-16"):
        raw = read(content.encode(encoding), "csv", DAILY)
        assert rows(raw) == list(range(2, len(cells) + 2))
        assert [list(row[1:]) for row in raw.frame.rows()] == written
        assert raw.skipped == 0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["csv", "tsv", "txt", "csv.gz", "csv.zip", "xlsx", "xls"]))
@example(b"\xef\xbb\xbf\xd0", "csv")
def test_any_bytes_at_all(content, extension):
    check(DAILY, extension, content)


HEADER_LINE = ",".join(rows_of(DAILY)[0]).encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
@example(b'"')
@example(b'a"b,"c\n"d')
def test_any_bytes_under_a_good_header(content):
    check(DAILY, "csv", HEADER_LINE + b"\n" + content)


QUOTED = st.lists(st.sampled_from(['"', '"', ",", "\n", "x", "y", '""', ',"', '",', "\r\n"]), max_size=18).map("".join)


@settings(max_examples=500, deadline=None)
@given(QUOTED)
@example('""y"\n",')
@example(',,",",y",y\n,x')
@example(',,"",x"\r\n"\n",,""')
def test_quotes_anywhere_swallow_no_row(body):
    """Held against the strict reader of the standard library: the same rows, or none."""
    width = HEADER_LINE.count(b",") + 1
    raw = read(HEADER_LINE + b"\n" + body.encode(), "csv", DAILY)
    try:
        records = list(csv.reader(io.StringIO(body, newline="\n"), strict=True))
    except csv.Error:
        assert raw.problem == "unreadable"
        return
    cells = [(i, *(record + [""] * width)[:width]) for i, record in enumerate(records, 2)]
    expected = [row for row in cells if any(cell.strip() for cell in row[1:])]
    if expected:
        assert [tuple(cell or "" for cell in row) for row in raw.frame.rows()] == expected
        assert raw.skipped + len(expected) == expected[-1][0] - 1
    else:
        assert raw.problem == "empty"
