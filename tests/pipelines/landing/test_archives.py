"""Text in `.gz` and one-member `.zip` (spec 2.1)."""

import gzip
import io
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest

from tests.support.workbooks import HEADER, LIMITS, ROW, column, read

TEXT = "\n".join([",".join(HEADER), ",".join(ROW)]).encode()
SMALL = replace(LIMITS, unpacked_bytes=1024 * 1024)


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_fields(content: bytes, **fields: tuple[int, str, int]) -> bytes:
    """An archive of one member with other fields in its directory: offset in the entry, format, value."""
    changed = bytearray(content)
    at = content.rindex(b"PK\x01\x02")
    for offset, form, value in fields.values():
        struct.pack_into(form, changed, at + offset, value)
    return bytes(changed)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_packed_text_is_read_as_if_it_were_not_packed(encoding):
    text = TEXT.decode().encode(encoding)
    for content, packing in [
        (gzip.compress(text), "gz"),
        (packed({"a.csv": text}), "zip"),
        (packed({"a.csv": text}, zipfile.ZIP_STORED), "zip"),
    ]:
        assert column(read(content, f"csv.{packing}"), "日期") == ["2025-09-09"]


def test_gz_of_several_members_is_one_text():
    content = gzip.compress(TEXT + b"\n") + gzip.compress(",".join(ROW).replace("30", "31").encode()) + b"\0" * 512
    assert column(read(content, "csv.gz"), "应到人数") == ["30", "31"]


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_packed_empty_file_is_empty(packing):
    content = gzip.compress(b"") if packing == "gz" else packed({"a.csv": b""})
    assert read(content, f"csv.{packing}").problem == "empty"


@pytest.mark.parametrize("cut", [1, 4, 9, 20, -9, -8, -4, -1])
def test_cut_off_gz(cut):
    assert read(gzip.compress(TEXT)[:cut], "csv.gz").problem == "unreadable"


@pytest.mark.parametrize("cut", [1, 4, 30, 60, -40, -22, -1])
def test_cut_off_zip(cut):
    assert read(packed({"a.csv": TEXT})[:cut], "csv.zip").problem == "unreadable"


def test_a_flipped_bit_is_damage():
    for content, packing in [(gzip.compress(TEXT), "gz"), (packed({"a": TEXT}, zipfile.ZIP_STORED), "zip")]:
        at = len(content) // 2
        assert (
            read(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], f"csv.{packing}").problem == "unreadable"
        )


@pytest.mark.parametrize("members", [{}, {"a.csv": TEXT, "b.csv": TEXT}, {"a/": b""}])
def test_a_zip_holds_one_file(members):
    raw = read(packed(members), "csv.zip")
    assert raw.problem == "unreadable"
    assert "one" in raw.message or "damaged" in raw.message


def test_folders_and_resource_forks_do_not_count():
    content = packed({"data/": b"", "data/a.csv": TEXT, "__MACOSX/._a.csv": b"\0"})
    assert column(read(content, "csv.zip"), "缺课人数") == ["1"]


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/x.csv", "C:\\x.csv", "..\\x.csv", "x\0y.csv", "学校.csv", "a.exe", ""]
)
def test_names_inside_an_archive_are_never_used(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), TEXT)
    assert column(read(out.getvalue(), "csv.zip"), "缺课人数") == ["1"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("inner", ["gz", "zip", "xlsx"])
def test_archives_in_archives_are_no_text(inner):
    core = gzip.compress(TEXT) if inner == "gz" else packed({"a.csv": TEXT})
    for content, packing in [(gzip.compress(core), "gz"), (packed({f"a.csv.{inner}": core}), "zip")]:
        raw = read(content, f"csv.{packing}")
        assert (raw.problem, raw.frame.height) == ("unreadable", 0)


def test_an_encrypted_zip():
    content = packed({"a.csv": TEXT})
    assert read(with_fields(content, flags=(8, "<H", 1)), "csv.zip").problem == "encrypted"


def test_methods_that_nobody_uses():
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert read(packed({"a.csv": TEXT}, method), "csv.zip").problem == "unreadable"
    assert read(with_fields(packed({"a.csv": TEXT}), method=(10, "<H", 99)), "csv.zip").problem == "unreadable"


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_bomb_is_never_unpacked_beyond_the_limit(packing):
    zeros = b"0" * (8 * 1024 * 1024)
    content = gzip.compress(zeros) if packing == "gz" else packed({"a.csv": zeros})
    assert len(content) < 20_000
    raw = read(content, f"csv.{packing}", limits=SMALL)
    assert raw.problem == "unreadable"
    assert "larger than 1 MiB" in raw.message


def test_a_gz_of_many_small_bombs():
    content = gzip.compress(b"0" * 1024 * 1024) * 8
    assert "larger than 1 MiB" in read(content, "csv.gz", limits=SMALL).message


def test_a_bomb_that_lies_about_its_size():
    """The directory tells a size and the check sum of what lies within it; the rest comes all the same."""
    text = TEXT + b"\n" + b"," * (8 * 1024 * 1024)
    fields = {"size": (24, "<I", len(TEXT)), "crc": (16, "<I", zlib.crc32(TEXT))}
    assert read(with_fields(packed({"a.csv": text}), **fields), "csv.zip", limits=SMALL).problem == "unreadable"
    assert read(with_fields(packed({"a.csv": text}), **fields), "csv.zip").problem == "unreadable"


def test_a_directory_that_points_elsewhere():
    content = packed({"a.csv": TEXT})
    for offset in (4, len(content), 2**31):
        assert read(with_fields(content, at=(42, "<I", offset)), "csv.zip").problem == "unreadable"


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_text_that_is_not_packed_at_all(packing):
    assert read(TEXT, f"csv.{packing}").problem == "unreadable"


def test_packed_text_under_the_name_of_text():
    for content in (gzip.compress(TEXT), packed({"a.csv": TEXT})):
        raw = read(content, "csv")
        assert raw.problem == "unreadable"
        assert "not text" in raw.message
