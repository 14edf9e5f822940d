"""Encryption: what is sealed can be opened by whoever should, and by nobody else."""

from __future__ import annotations

import io
from pathlib import Path

import msoffcrypto
import openpyxl
import pyrage
import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.sealing import MIN_PASSWORD, seal_for, seal_from_password_file

PASSWORD = "一二三四 five six 七八"


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "张三"
    book.save(out)
    return out.getvalue()


def password_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_workbook_with_a_password_opens_with_it_alone(tmp_path: Path, end: str) -> None:
    plain = workbook()
    seal = seal_from_password_file(password_file(tmp_path, PASSWORD + end))
    sealed = seal.close(plain)
    assert seal.name == "password"
    assert seal.suffix == ""
    # A workbook is a zip archive; this is none, and nothing of it can be read.
    assert not sealed.startswith(b"PK")
    assert b"xl/worksheets" not in sealed
    file, out = msoffcrypto.OfficeFile(io.BytesIO(sealed)), io.BytesIO()
    file.load_key(password=PASSWORD, verify_password=True)
    file.decrypt(out, verify_integrity=True)
    assert out.getvalue() == plain
    assert openpyxl.load_workbook(out).active["A1"].value == "张三"
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        msoffcrypto.OfficeFile(io.BytesIO(sealed)).load_key(password="wrong " + PASSWORD, verify_password=True)


def test_each_recipient_opens_it_and_nobody_else() -> None:
    keys = [pyrage.x25519.Identity.generate() for _ in range(3)]
    plain = workbook()
    seal = seal_for([str(key.to_public()) for key in keys[:2]])
    sealed = seal.close(plain)
    assert (seal.name, seal.suffix) == ("age", ".age")
    assert [pyrage.decrypt(sealed, [key]) for key in keys[:2]] == [plain, plain]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [keys[2]])


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("", 0o600, "is empty"),
        ("\n", 0o600, "is empty"),
        ("            \n", 0o600, "is empty"),
        ("x" * (MIN_PASSWORD - 1), 0o600, "fewer than 12"),
        (PASSWORD + " \n", 0o600, "space"),
        (f"{PASSWORD}\n{PASSWORD}\n", 0o600, "more than one line"),
        (PASSWORD, 0o640, "may be read by others"),
        (PASSWORD, 0o604, "may be read by others"),
    ],
)
def test_a_password_that_guards_nothing_is_refused(tmp_path: Path, text: str, mode: int, why: str) -> None:
    with pytest.raises(KongchuoError, match=why) as refused:
        seal_from_password_file(password_file(tmp_path, text, mode))
    assert not text.strip() or text.strip() not in str(refused.value)


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="cannot be read"):
        seal_from_password_file(tmp_path / "nothing")


def test_what_is_no_public_key_is_refused_and_not_repeated() -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(KongchuoError, match="no public key of age") as refused:
        seal_for([secret])
    assert secret not in str(refused.value)
