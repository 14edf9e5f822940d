"""Zip files: what any program reads in them, what is found of a damaged one."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from pipelines.publish.zipped import unpacked, write_zip

LONG = "".join(f"<row r='{number * 7919}'>控辍保学</row>" for number in range(120_000)).encode()
"""More than is packed at a time, and nowhere the same."""


def written(folder: Path) -> Path:
    path = folder / "book.zip"
    write_zip(path, [("empty.xml", []), ("xl/long.xml", [b"<a>", memoryview(LONG), b"</a>"]), ("c", [b"", b"c"])])
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {info.filename: b"".join(unpacked(book, info)) for info in book.infolist()}


def test_any_program_reads_what_was_written(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        assert book.namelist() == ["empty.xml", "xl/long.xml", "c"]
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in book.infolist()} == {0o600}
        read = {name: book.read(name) for name in book.namelist()}
    assert read == {"empty.xml": b"", "xl/long.xml": b"<a>" + LONG + b"</a>", "c": b"c"}
    assert parts(path) == read
    assert path.stat().st_size < len(LONG) / 5


def test_the_same_parts_give_the_same_bytes_and_a_file_keeps_its_mode(tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()
    (tmp_path / "book.zip").chmod(0o600)
    assert written(tmp_path).read_bytes() == first
    assert (tmp_path / "book.zip").stat().st_mode & 0o777 == 0o600


def test_files_of_other_programs_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("long.xml", LONG)
    assert parts(path) == {"long.xml": LONG}


def test_a_part_that_lost_a_byte_is_found(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    begin = whole.index(b"xl/long.xml") + len("xl/long.xml")
    size = struct.unpack_from("<L", whole, begin - len("xl/long.xml") - 12)[0]
    assert len(LONG) > 4 << 20 > size
    for place in range(begin, begin + size, size // 20):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(zipfile.BadZipFile):
            parts(path)


def test_what_a_file_says_of_a_part_must_be_so(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    listed = whole.rindex(b"PK\1\2", 0, whole.rindex(b"PK\1\2"))  # the long part's place in the list
    assert whole[listed + 46 :].startswith(b"xl/long.xml")
    for field in (16, 20, 24, 42):  # check sum, size packed, size, place
        path.write_bytes(whole[: listed + field] + struct.pack("<L", 4) + whole[listed + field + 4 :])
        with pytest.raises(zipfile.BadZipFile):
            parts(path)
