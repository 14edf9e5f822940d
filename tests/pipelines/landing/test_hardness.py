"""Files that want too much, lie, or break off: refused with a reason or read, never the end of a night (spec 2.5).

What a workbook's reader does with cells at the end of the world cannot be caught once it has begun: the process would
be gone. A test here that fails may therefore end the whole run.
"""

import io
import struct
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.landing import kinds
from pipelines.landing.readers import archives, binary_workbooks, workbook_checks
from pipelines.landing.readers.raw_file import Unreadable
from tests.support.deliveries import rows_of, text
from tests.support.workbooks import (
    HEADER,
    LIMITS,
    NAMESPACE,
    ROW,
    SHEET,
    column,
    raw_sheet,
    read,
    repacked,
    rows,
    xls,
    xlsx,
)  # fmt: skip

LINE = ",".join(HEADER)
GOOD = f"{LINE}\n{','.join(ROW)}\n"
HERE = Path(__file__).parent
SMALL = replace(LIMITS, unpacked_bytes=1024 * 1024, cells=10_000)


def problem(content: bytes, extension: str = "xlsx", **more) -> str | None:
    """The reason of refusal; nobody waits long for it."""
    begun = time.monotonic()
    raw = read(content, extension, **more)
    assert time.monotonic() - begun < 20
    return raw.problem


# Text


@pytest.mark.parametrize("count", [1_001, 10_000, 100_000])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_headers_of_too_many_columns(count, separator):
    header = separator.join([*HEADER, *(f"c{i}" for i in range(count))])
    assert problem(f"{header}\n1{separator}2\n".encode(), "csv") == "unreadable"


def test_as_many_columns_as_are_allowed():
    extra = [f"c{i}" for i in range(995)]
    content = f"{','.join([*HEADER, *extra])}\n{','.join([*ROW, *extra])}\n"
    assert column(read(content.encode(), "csv"), "缺课人数") == ["1"]


def test_a_header_that_never_ends():
    assert problem(b",".join([b"x" * 100] * 10_000) + b"\n1\n", "csv") == "unreadable"


@pytest.mark.parametrize("cell", ["a\0b", "\0", "\x01\x02", "\x1a", "\x7f", "\u0085", "\u2028", "\v", "\f"])
def test_control_characters_are_cells_like_others(cell):
    raw = read(f"{LINE}\n{cell}x,2025-09-09,1,1,1\nb,2025-09-09,1,1,1\n".encode(), "csv")
    assert rows(raw) == [2, 3]


def test_nul_bytes_between_all_bytes():
    """UTF-16 without its mark: valid UTF-8 in ASCII, and a header that nobody knows."""
    assert problem("xxbsm,rq\n1,2\n".encode("utf-16-le"), "csv") == "missing_column:学校标识码"


def test_lone_carriage_returns_do_not_end_lines():
    """Lines end in LF or CRLF; a file with neither has one line, and no rows under it."""
    assert problem(GOOD.replace("\n", "\r").encode(), "csv") in ("empty", "unreadable", "missing_column:缺课人数")


def test_a_carriage_return_inside_a_cell():
    raw = read(f"{LINE}\na\rb,2025-09-09,30,29,1\nc,2025-09-09,30,29,1\n".encode(), "csv")
    assert rows(raw) == [2, 3]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_quotes_that_never_close(at):
    lines = [LINE, *[",".join(ROW)] * 3]
    lines[at] = '"' + lines[at]
    assert problem("\n".join(lines).encode(), "csv") is not None


def test_one_line_of_50_megabytes():
    long = "x" * 50_000_000
    assert rows(read(f"{LINE}\n{long},2025-09-09,30,29,1\nb,2025-09-09,30,29,1\n".encode(), "csv")) == [2, 3]
    assert problem(long.encode(), "csv") in ("empty", "unreadable")


def test_a_quoted_cell_of_50_megabytes():
    long = "x,\n" * 12_000_000
    raw = read(f'{LINE}\n"{long}",2025-09-09,30,29,1\nb,2025-09-09,30,29,1\n'.encode(), "csv")
    assert raw.problem == "unreadable"


@pytest.mark.parametrize(
    "table",
    [
        '""y"\n",2,3,4,5\nb,2,3,4,5\n',  # a cell begins and ends twice
        '"a\nb""',
        'a,2,3,4,"5"x\n"b",2,3,4,5\n',
    ],
)
def test_quotes_out_of_place_swallow_no_row(table):
    assert problem(f"{LINE}\n{table}".encode(), "csv") == "unreadable"


def test_quotes_beyond_the_last_column_swallow_no_row():
    """A mark of inches in a cell that has no column: the rows after it stand."""
    raw = read(f'{LINE}\na,2,3,4,5,"x,y",7"\nb,2,3,4,5,7"\nc,2,3,4,5\n'.encode(), "csv")
    assert rows(raw) == [2, 3, 4]


def test_quoted_cells_and_lone_carriage_returns():
    raw = read(f'{LINE}\r\n"a",2\r2,3,4,5\r\n"b\r\nb",2,3,4,"5"\r\n'.encode(), "csv")
    assert rows(raw) == [2, 3]


@pytest.mark.parametrize("blank", [b"", b" ", b"\n", b"\r\n\r\n", b",,,,\n,,,,\n", b"\t\t\n", b"\0", b"\xef\xbb\xbf\n"])
def test_nothing_but_blanks(blank):
    assert problem(blank, "csv") in ("empty", "unreadable", "missing_column:学校标识码")


def test_a_table_of_a_million_short_rows():
    raw = read((LINE + "\n" + "a\n" * 1_000_000).encode(), "csv")
    assert raw.frame.height == 1_000_000


# Workbooks: what they are


@pytest.mark.parametrize("extension", ["xlsx", "xls"])
@pytest.mark.parametrize(
    "content", [GOOD.encode(), b"", b"PK", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<html>", b"\0" * 99]
)
def test_what_is_no_workbook(content, extension):
    assert problem(content, extension) == ("unreadable" if content else "empty")


def test_a_workbook_under_the_name_of_text():
    for content in (xlsx([HEADER, ROW]), xls([HEADER, ROW])):
        assert problem(content, "csv") == "unreadable"


def test_a_password():
    """Made with a spreadsheet's own encryption; the password is no secret, nobody needs it."""
    for extension in ("xlsx", "xls"):
        assert problem((HERE / "password.xlsx").read_bytes(), extension) == "encrypted"


def book_of(content: bytes) -> bytes:
    return binary_workbooks._stream(content)[1]


def contained(book: bytes) -> bytes:
    return binary_workbooks._container("Workbook", book)


def test_a_password_of_xls():
    """The record FILEPASS after the first: what follows is encrypted."""
    book = book_of(xls([HEADER, ROW]))
    first = 4 + struct.unpack_from("<H", book, 2)[0]
    content = contained(book[:first] + struct.pack("<HHHHHH", 0x2F, 8, 0, 1, 2, 3) + book[first:])
    assert problem(content, "xls") == "encrypted"


def test_a_sound_container_is_read():
    assert rows(read(contained(book_of(xls([HEADER, ROW]))), "xls")) == [2]
    assert rows(read(xls([HEADER, *[ROW] * 30_000]), "xls"))[-1] == 30_001


@pytest.mark.parametrize("write", [xlsx, xls])
def test_cut_off_anywhere(write):
    content = write([HEADER, *[ROW] * 50])
    for cut in range(9, len(content), max(len(content) // 40, 1)):
        assert problem(content[:cut], "xlsx") in ("unreadable", None)
    assert problem(content[: len(content) // 2]) == "unreadable"


# Workbooks: archives


def test_a_sheet_that_is_a_bomb():
    content = repacked(xlsx([HEADER, ROW]), {SHEET: b"<worksheet>" + b" " * 8_000_000 + b"</worksheet>"})
    assert len(content) < 20_000
    assert problem(content, limits=SMALL) == "unreadable"


def test_parts_that_are_bombs_together():
    content = repacked(xlsx([HEADER, ROW]), {f"xl/media/{i}.bin": b"\0" * 300_000 for i in range(4)})
    assert problem(content, limits=SMALL) == "unreadable"


def lying(content: bytes, name: str, seen: bytes) -> bytes:
    """The archive with a directory that tells size and check sum of `seen`, the beginning of a member."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        at = content.rindex(name.encode(), 0, len(content)) - 46
        assert archive.read(name).startswith(seen)
    changed = bytearray(content)
    struct.pack_into("<I", changed, at + 16, zlib.crc32(seen))
    struct.pack_into("<I", changed, at + 24, len(seen))
    return bytes(changed)


def test_a_part_longer_than_its_directory_tells():
    """One reader stops where the directory says, the other reads on: to the far cell."""
    seen = f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    rest = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    content = repacked(xlsx([HEADER, ROW]), {SHEET: (seen + rest).encode()})
    assert problem(lying(content, SHEET, seen.encode())) == "unreadable"


def test_two_directories():
    """An archive within the comment of another, one harmless and one not: both readers see the same."""
    far = raw_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    good = xlsx([HEADER, ROW])
    for first, second in ((good, far), (far, good)):
        commented = first[:-2] + struct.pack("<H", min(len(second), 65535)) + second
        assert problem(commented) in (None, "unreadable")
        assert problem(first + second) in (None, "unreadable")


def test_an_archive_behind_something_else():
    for content in (b"x" * 100 + xlsx([HEADER, ROW]), xls([HEADER, ROW]) + xlsx([HEADER, ROW])):
        assert problem(content) in (None, "unreadable")


def test_an_unfit_container_before_an_archive():
    """What begins as .xls is read as .xls or not at all, whatever hangs behind it."""
    far = raw_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    for front in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, xls([["x"]])[:2048]):
        assert problem(front + far, "xls") == "unreadable"


@pytest.mark.parametrize("other", ["xl/workbook.bin", "content.xml", "XL\\WORKBOOK.BIN"])
def test_a_workbook_of_two_formats(other):
    assert problem(repacked(xlsx([HEADER, ROW]), {other: b"x"})) == "unreadable"


def test_a_part_twice():
    out = io.BytesIO(xlsx([HEADER, ROW]))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert problem(out.getvalue()) == "unreadable"
    assert problem(repacked(xlsx([HEADER, ROW]), {SHEET.upper(): b"<worksheet/>"})) == "unreadable"


def test_parts_of_odd_names_are_no_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = repacked(xlsx([HEADER, ROW]), {"../../x.xml": b"<x/>", "/etc/passwd": b"x", " ": b"x"})
    assert column(read(content), "缺课人数") == ["1"]
    assert not list(tmp_path.iterdir())


def test_an_encrypted_part():
    content = bytearray(xlsx([HEADER, ROW]))
    struct.pack_into("<H", content, content.rindex(b"PK\x01\x02") + 8, 1)
    assert problem(bytes(content)) == "encrypted"


# Workbooks: XML


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "docProps/app.xml"]
)
def test_entities_are_never_resolved(part):
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    for declared in (f'<!ENTITY l0 "ha">{laughs}', '<!ENTITY l9 SYSTEM "file:///etc/passwd">'):
        xml = f'<?xml version="1.0"?><!DOCTYPE x [{declared}]><x>&l9;</x>'
        assert problem(repacked(xlsx([HEADER, ROW]), {part: xml.encode()})) == "unreadable"


def test_a_declaration_on_the_border_of_two_chunks(monkeypatch):
    sheet = b"<worksheet>" + b" " * 40 + b"<!DOCTYPE x [<!ENTITY a 'b'>]><sheetData></sheetData></worksheet>"
    content = repacked(xlsx([HEADER, ROW]), {SHEET: sheet})
    for chunk in range(1, 70):
        monkeypatch.setattr(archives, "CHUNK", chunk)
        assert "entities" in read(content).message


FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = {
    "usual": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "prefix": '<x:row xmlns:x="a" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "no references": f'<row r="1048576">{"<c><v>1</v></c>" * 16_384}</row>',
    "row far away": '<row r="1048576"><c><v>1</v></c></row><row><c r="XFD1"><v>1</v></c></row>',
    "lower case": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "order": '<row r="1048576"><c t="n" s="0" r="XFD1048576"><v>1</v></c></row>',
    "white space": '<row\nr="1048576"><c\n\ts="0"\n r\n=\n"XFD1048576"\n><v>1</v></c></row>',
    "greater": '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>',
    "less": '<row r="1048576"><c x="<" r="XFD1048576"><v>1</v></c></row>',
    "twice": '<row r="1048576"><c r="A1" r="XFD1048576"><v>1</v></c></row>',
    "no space": '<row r="1048576"><c s="0"r="XFD1048576"><v>1</v></c></row>',
    "long tag": f'<row r="1048576"><c x="{"x" * 5_000_000}" r="XFD1048576"><v>1</v></c></row>',
    "zeros": '<row r="1048576"><c r="XFD0000000000001048576"><v>1</v></c></row>',
    "beyond": '<row r="4294967290"><c><v>1</v></c></row><row r="4294967305"><c><v>1</v></c></row>',
    "letters": '<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>',
    "inline": '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t></t></is></c></row>',
    "formula": '<row r="1048576"><c r="XFD1048576"><f>1</f><v>1</v></c></row>',
    "comment": '<row r="1048576"><c r="XFD1048576"><!-- --><v>1</v></c></row>',
    "nested": '<x><y><row r="1048576"><z><c r="XFD1048576"><v>1</v></c></z></row></y></x>',
}  # fmt: skip


# A part of a megabyte is not looked at in the smallest chunks: that takes minutes and shows nothing more.
@pytest.mark.parametrize(
    ("far", "chunk"),
    [(far, chunk) for far in FAR for chunk in (61, 1 << 20) if chunk > 100 or len(FAR[far]) < 1_000_000],
)
def test_cells_at_the_end_of_the_world(monkeypatch, far, chunk):
    monkeypatch.setattr(archives, "CHUNK", chunk)
    for before in ("", '<dimension ref="A1:B2"/>', '<cols><col r="x"/></cols>'):
        assert problem(raw_sheet(FIRST + FAR[far], before=before)) == "unreadable"


def test_far_cells_in_a_sheet_at_an_unusual_place():
    content = raw_sheet(FIRST + FAR["usual"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(SHEET)
        links = archive.read("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"worksheets/x.bin")
    for name in ("xl/worksheets/x.bin", "xl\\worksheets\\x.bin", "XL/worksheets/X.bin"):
        moved = repacked(content, {SHEET: None, name: sheet, "xl/_rels/workbook.xml.rels": links})
        assert problem(moved) == "unreadable"


def test_far_cells_with_nothing_in_them_do_no_harm():
    """Formats down to the last row: people select whole columns."""
    cells = "".join(f'<c r="{"ABCDE"[i]}{{row}}" t="inlineStr"><is><t>{{cells[{i}]}}</t></is></c>' for i in range(5))
    table = [f'<row r="{i}">{cells.format(row=i, cells=row)}</row>' for i, row in enumerate([HEADER, ROW], 1)]
    empty = '<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'
    assert rows(read(raw_sheet("".join(table) + empty))) == [2]


def test_sizes_that_a_sheet_tells_of_itself():
    content = xlsx([HEADER, ROW])
    huge = b'<dimension ref="A1:XFD1048576"/>'
    changed = repacked(content, lambda name, xml: xml.replace(b'<dimension ref="A1:E2"/>', huge))
    assert changed != content
    assert rows(read(changed)) == [2]
    counts = repacked(content, lambda _, xml: xml.replace(b'count="10"', b'count="4294967295"'))
    assert rows(read(counts)) == [2]


@pytest.mark.parametrize("ref", ["A1:XFD1048576", "A1:XFD9999999", "C5:A1", "A1", "XFD1:XFD2", "A2:A1048576"])
def test_merged_ranges_of_any_size(ref):
    merged = f'<mergeCells count="4294967295"><mergeCell ref="{ref}"/></mergeCells></worksheet>'.encode()
    content = repacked(xlsx([HEADER, ROW]), lambda _, xml: xml.replace(b"</worksheet>", merged))
    assert problem(content) in (None, "unreadable", "empty") or problem(content).startswith(("missing", "double"))


def test_many_merged_ranges_over_each_other():
    merged = b"<mergeCells>" + b'<mergeCell ref="A2:E2"/>' * 20_000 + b"</mergeCells></worksheet>"
    content = repacked(xlsx([HEADER, ROW]), lambda _, xml: xml.replace(b"</worksheet>", merged))
    assert problem(content, limits=SMALL) == "unreadable"


def test_more_merged_ranges_than_anyone_has(monkeypatch):
    monkeypatch.setattr(workbook_checks, "_MERGES", 3)
    content = xlsx([HEADER, *[ROW] * 9], merges=[(i, 6, i, 7, "x") for i in range(1, 6)])
    assert problem(content) == "unreadable"


def test_sheets_of_many_columns():
    begun = time.monotonic()
    header = [*HEADER, *(f"c{i}" for i in range(10_000))]
    for content in (xlsx([header, ROW]), xlsx([["说明"] * 10_000] * 20, [HEADER, ROW])):
        assert problem(content) in ("unreadable", None)
    assert time.monotonic() - begun < 15


def repeating(text: str, count: int, reference: str = 't="s"><v>0</v>') -> bytes:
    """A table in whose first column one shared text stands many times; the other numbers are not of texts."""
    heads = "".join(f'<c r="{"ABCDE"[i]}1" t="inlineStr"><is><t>{head}</t></is></c>' for i, head in enumerate(HEADER))
    table = "".join(
        f'<row r="{i}"><c r="A{i}" {reference}</c><c r="B{i}"><v>0</v></c></row>' for i in range(2, count + 2)
    )
    shared = f"<sst {NAMESPACE}><si><t>{text}</t></si></sst>"
    return repacked(raw_sheet(f'<row r="1">{heads}</row>{table}'), {"xl/sharedStrings.xml": shared.encode()})


@pytest.mark.parametrize(
    "reference", ['t="s"><v>0</v>', "t='s'><v>0</v>", 's="0" t="s"><x:v>0</x:v>', 't="s"><v>z</v>']
)
def test_a_long_text_in_every_cell(reference):
    """1 MB of file, 3 GB of cells."""
    content = repeating("x" * 32_000, 100_000, reference)
    assert len(content) < 1_500_000
    assert problem(content, limits=replace(LIMITS, unpacked_bytes=1 << 30)) == "unreadable"


def test_a_long_text_beside_many_numbers():
    """Numbers are no texts, though they look like the number of one."""
    content = repeating("x" * 32_000, 100_000, "><v>0</v>")
    assert read(content, limits=replace(LIMITS, unpacked_bytes=1 << 30)).frame.height == 100_000


def test_a_long_text_merged_over_many_cells():
    content = xlsx([HEADER, *[[None, *ROW[1:]]] * 2_000], merges=[(1, 0, 2_000, 0, "x" * 32_000)])
    assert problem(content, limits=replace(LIMITS, unpacked_bytes=1 << 24)) == "unreadable"
    assert problem(content) is None


# Workbooks: the records of .xls


def record(sort: int, data: bytes) -> bytes:
    return struct.pack("<HH", sort, len(data)) + data


def sheet_start(book: bytes) -> int:
    at = 0
    while struct.unpack_from("<H", book, at)[0] != 0x85:
        at += 4 + struct.unpack_from("<H", book, at + 2)[0]
    return struct.unpack_from("<I", book, at + 4)[0]


def with_record(extra: bytes) -> bytes:
    """An .xls whose first sheet begins with one more record."""
    book = book_of(xls([HEADER, ROW]))
    start = sheet_start(book)
    first = start + 4 + struct.unpack_from("<H", book, start + 2)[0]
    return contained(book[:first] + extra + book[first:])


@pytest.mark.parametrize(
    "extra",
    [
        record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1.0)),
        record(0x27E, struct.pack("<HHHI", 65535, 65535, 0, 2)),
        record(0x204, struct.pack("<HHHHB", 65535, 65535, 0, 1, 0) + b"x"),
        record(0x205, struct.pack("<HHHBB", 65535, 65535, 0, 1, 0)),
        record(0x06, struct.pack("<HHHd", 65535, 65535, 0, 1.0) + b"\0" * 8),
        record(0xBD, struct.pack("<HH", 65535, 0) + b"\0" * 6 + struct.pack("<H", 65535)),
        record(0x200, struct.pack("<IIHHH", 0, 4_000_000_000, 0, 65535, 0)),
        record(0x200, struct.pack("<IIHHH", 9, 1, 9, 1, 0)),
        record(0x200, struct.pack("<HHHHH", 0, 65535, 0, 65535, 0)),
        record(0x200, b"\0"),
    ],
)
def test_records_of_xls_at_the_end_of_the_world(extra):
    assert problem(with_record(extra), "xls") == "unreadable"


def test_more_texts_than_an_xls_can_hold():
    book = bytearray(book_of(xls([HEADER, ROW])))
    at = 0
    while struct.unpack_from("<H", book, at)[0] != 0xFC:
        at += 4 + struct.unpack_from("<H", book, at + 2)[0]
    struct.pack_into("<I", book, at + 8, 2**31 - 1)
    assert problem(contained(bytes(book)), "xls") == "unreadable"


def test_a_sheet_listed_many_times():
    """Each is laid out anew: 2 × 5 cells, a hundred times."""
    content = xls(*[[HEADER, ROW]] * 100)
    book = bytearray(book_of(content))
    start = sheet_start(book)
    at = 0
    while struct.unpack_from("<H", book, at)[0] != 0x0A:
        if struct.unpack_from("<H", book, at)[0] == 0x85:
            struct.pack_into("<I", book, at + 4, start)
        at += 4 + struct.unpack_from("<H", book, at + 2)[0]
    assert problem(contained(bytes(book)), "xls", limits=replace(LIMITS, cells=999)) == "unreadable"


@pytest.mark.parametrize("place", [2**32 - 1, 2**31, 3])
def test_a_sheet_that_is_nowhere(place):
    book = bytearray(book_of(xls([HEADER, ROW])))
    at = 0
    while struct.unpack_from("<H", book, at)[0] != 0x85:
        at += 4 + struct.unpack_from("<H", book, at + 2)[0]
    struct.pack_into("<I", book, at + 4, place)
    assert problem(contained(bytes(book)), "xls") == "unreadable"


def test_a_container_that_leads_round_and_round():
    """The chain of its sectors ends where it began."""
    content = bytearray(xls([HEADER, *[ROW] * 500]))
    (table,) = struct.unpack_from("<I", content, 76)
    at = 512 + table * 512
    for i in range(128):
        (following,) = struct.unpack_from("<I", content, at + 4 * i)
        if following < 0xFFFFFFF0:
            struct.pack_into("<I", content, at + 4 * i, i)
    assert problem(bytes(content), "xls") == "unreadable"


def test_a_container_larger_than_any(monkeypatch):
    monkeypatch.setattr(binary_workbooks, "_TABLES_IN_HEADER", 0)
    with pytest.raises(Unreadable):
        binary_workbooks._container("Workbook", b"")


# Files that change or go


def test_a_file_that_grows_while_it_is_read(world, monkeypatch):
    """It is named, nothing of it is recorded, and the next run takes it whole."""
    path = world.deliver("日报", text(rows_of("日报")))
    world.deliver("日报", rows_of("日报", {"缺课人数": "3"}), more="_b")
    plain = kinds.open_file

    def growing(file, limits):
        if file.path == path:
            with path.open("a") as handle:
                handle.write(",".join(ROW).replace("2199000001", "2199000009") + "\n")
        return plain(file, limits)

    monkeypatch.setattr(kinds, "open_file", growing)
    result = world.ingest()
    assert result.unfinished == ("2025-09-10/日报_990121.csv",)
    assert result.new == ("2025-09-10/日报_990121_b.csv",)
    monkeypatch.undo()
    assert world.ingest().new == ("2025-09-10/日报_990121.csv",)
    assert world.record("2025-09-10/日报_990121.csv")["rows"] == 2


def test_a_file_that_vanishes(world, monkeypatch):
    path = world.deliver("日报", rows_of("日报"))
    world.deliver("日报", rows_of("日报"), more="_b")
    plain = kinds.open_file

    def vanishing(file, limits):
        if file.path == path and path.exists():
            path.unlink()
        return plain(file, limits)

    monkeypatch.setattr(kinds, "open_file", vanishing)
    result = world.ingest()
    assert (result.unfinished, result.new) == (("2025-09-10/日报_990121.csv",), ("2025-09-10/日报_990121_b.csv",))
    assert world.ingest().unfinished == ()


@pytest.mark.parametrize("end", [".part", ".tmp", ".crdownload", ".filepart", ".PART"])
def test_files_named_as_unfinished(world, end):
    world.deliver("日报", rows_of("日报"))
    world.write(f"日报_990121_b.csv{end}", text(rows_of("日报")))
    result = world.ingest()
    assert (result.unfinished, result.ignored) == ((f"2025-09-10/日报_990121_b.csv{end}",), ())
    assert len(result.new) == 1


def test_files_that_are_refused_stop_nobody(world):
    """A night of traps and one good file: each is refused by its reason, the good one counts."""
    traps = {
        "a.xlsx": (raw_sheet(FIRST + FAR["usual"]), "unreadable"),
        "b.xlsx": ((HERE / "password.xlsx").read_bytes(), "encrypted"),
        "c.csv.zip": (b"PK\x03\x04", "unreadable"),
        "d.csv": (b"", "empty"),
        "e.xls": (with_record(record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1.0))), "unreadable"),
    }
    for name, (content, _) in traps.items():
        world.write(f"日报_990121_{name}", content)
    world.deliver("日报", rows_of("日报"))
    result = world.ingest()
    assert {refusal.delivery.rpartition("_")[2]: refusal.reason for refusal in result.refused} == {
        name: reason for name, (_, reason) in traps.items()
    }
    assert result.accepted == 1
