"""Which encoding a file has is found out, not asked (spec 2.3)."""

import codecs

import pytest

from pipelines.landing.readers import encodings
from tests.support.workbooks import HEADER, column, read

NAMES = ["王伟", "李·娜", "𠮷田", "Ōé"]  # 𠮷 lies beyond the first 65,536 characters
TEXT = "\n".join([",".join(HEADER), *(f"{name},2025-09-09,30,29,1" for name in NAMES)])


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 le", "utf-16 be", "gb18030"],
)
@pytest.mark.parametrize("chunk", [1, 3, 7, 1 << 20])
def test_the_same_text_in_every_encoding(monkeypatch, content, chunk):
    """Whatever is cut where: a character of several bytes may lie on the border of two chunks."""
    monkeypatch.setattr(encodings, "_CHUNK", chunk)
    assert column(read(content, "csv"), "学校标识码") == NAMES


def test_gbk_is_part_of_gb18030():
    content = f"{','.join(HEADER)}\n榮耀,2025-09-09,30,29,1\n".encode("gbk")
    assert column(read(content, "txt"), "学校标识码") == ["榮耀"]


def test_ascii_is_utf_8():
    """The header in pinyin of the register: nothing in the file tells an encoding, and none is needed."""
    raw = read(b"xxbsm\n2199000001\n", "csv")
    assert raw.problem == "missing_column:日期"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("gb18030") + b"\xff",
        TEXT.encode("gb18030")[:-7] + b"\x81",  # ends in the middle of a character
        codecs.BOM_UTF8 + TEXT.encode("gb18030"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"\x00",
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"\x00\xd8",
        codecs.BOM_UTF16_BE + b"\xdc\x00" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode() + b"\n\xe7\x8e,\xff",
        TEXT.encode("latin-1", errors="replace") + "é,é\n".encode("latin-1") + b"\xe9",
    ],
    ids=["gb", "gb cut", "utf-8 mark", "odd", "surrogate", "low surrogate", "no mark", "mixed", "latin-1"],
)
def test_bytes_valid_in_none_refuse_the_file(content):
    raw = read(content, "csv")
    assert raw.problem == "unreadable" or (raw.problem or "").startswith("missing_column")
    assert raw.frame.height == 0


def test_a_mark_decides():
    """What would be fine as GB18030 is refused when the file says that it is UTF-8."""
    content = codecs.BOM_UTF8 + TEXT.encode("gb18030")
    assert read(content, "csv").problem == "unreadable"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_mark_alone_is_an_empty_file(mark):
    assert read(mark, "csv").problem == "empty"


def test_the_first_separator_and_quotes_in_every_encoding():
    text = '学校标识码\t日期\t应到人数\t实到人数\t缺课人数\n"王\t""伟"""\t2025-09-09\t30\t29\t1\n'
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert column(read(text.encode(encoding), "txt"), "学校标识码") == ['王\t"伟"']
