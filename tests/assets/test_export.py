"""`kongchuo export` and `exports`: restricted workbooks handed out encrypted, and what the log says of it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from pathlib import Path

import msoffcrypto
import openpyxl
import pyrage
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from pipelines.publish.export_log import LOG, read

PASSWORD = "a password of the tests"
FULL = ["四张清单_990121_2025-10-12.xlsx", "失学辍学学生花名册_990121_2025-10-12.xlsx"]


@pytest.fixture
def home(published_home: Path, tmp_path: Path) -> Path:
    """A home of one's own: commands write its log."""
    return Path(shutil.copytree(published_home, tmp_path / "home", symlinks=True))


def run(command: str, home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [command, "--home", str(home), *arguments])


def export(home: Path, out: Path, *arguments: str, county: str = "990121") -> Result:
    return run("export", home, "--county", county, "--out", str(out), *arguments)


def refused(result: Result) -> str:
    assert result.exit_code == REFUSED, result.output
    assert result.stderr.count("\n") == 1
    return result.stderr


def logged(home: Path) -> list[dict]:
    return [one for one in read(home) if one["command"] == "export"]


def original(home: Path, name: str) -> bytes:
    path = home / "published" / "2025-10-12" / "reports" / "990121" / "restricted" / name
    return path.read_bytes()


def test_with_a_password(home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    out = tmp_path / "a" / "out"
    result = export(home, out, "--password-file", str(secret))
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == FULL
    for path in out.iterdir():
        assert str(path) in result.stdout
        file, plain = msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes())), io.BytesIO()
        file.load_key(password=PASSWORD)
        file.decrypt(plain)
        assert plain.getvalue() == original(home, path.name.replace("_990121_2025-10-12", ""))
        assert openpyxl.load_workbook(plain).sheetnames
    entries = {one["file"]: one for one in logged(home)}
    assert sorted(entries) == FULL
    for name, one in entries.items():
        data = (out / name).read_bytes()
        assert (one["encryption"], one["extent"], one["unit"]) == ("password", "full", "990121")
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert PASSWORD not in result.output + (home / LOG).read_text(encoding="utf-8")


def test_for_two_recipients_masked(home: Path, tmp_path: Path) -> None:
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    wanted = [argument for key in keys for argument in ("--age-recipient", str(key.to_public()))]
    result = export(home, tmp_path / "out", "--masked", *wanted, county="990121000000")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"{name}_会议用_990121_2025-10-12.xlsx.age" for name in ("四张清单", "失学辍学学生花名册")]
    for name in names:
        sealed = (tmp_path / "out" / name).read_bytes()
        plain = original(home, name.replace("_990121_2025-10-12", "").removesuffix(".age"))
        assert [pyrage.decrypt(sealed, [key]) for key in keys] == [plain, plain]
    assert {(one["encryption"], one["extent"]) for one in logged(home)} == {("age", "masked")}


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_what_is_handed_out_is_for_its_owner_alone(home: Path, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        assert export(home, tmp_path / "out" / "deep", "--unencrypted").exit_code == 0
    finally:
        os.umask(before)
    found = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in found} == {0o700, 0o600}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in found if path.is_file())
    assert (tmp_path / "out" / "deep" / FULL[0]).read_bytes() == original(home, "四张清单.xlsx")


def test_one_way_of_guarding_must_be_said(home: Path, tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    assert "Say how the workbooks are guarded" in refused(export(home, tmp_path / "out"))
    assert "Say how" in refused(export(home, tmp_path / "out", "--unencrypted", "--age-recipient", key))
    assert not (tmp_path / "out").exists()
    assert logged(home) == []


def test_places_that_cannot_be(home: Path, tmp_path: Path) -> None:
    assert "990122" in refused(export(home, tmp_path / "out", "--unencrypted", county="990199"))
    assert "no restricted workbooks of 990100" in refused(
        export(home, tmp_path / "out", "--unencrypted", county="990100")
    )
    assert "never change" in refused(export(home, home / "published" / "out", "--unencrypted"))
    (tmp_path / "file").touch()
    assert "cannot be written" in refused(export(home, tmp_path / "file" / "out", "--unencrypted"))
    assert logged(home) == []


def test_what_cannot_be_logged_is_not_handed_out(home: Path, tmp_path: Path) -> None:
    (home / LOG).unlink()
    (home / LOG).mkdir()
    assert "nothing was exported" in refused(export(home, tmp_path / "out", "--unencrypted"))
    assert list((tmp_path / "out").iterdir()) == []


def test_the_log_is_printed_and_knows_the_night(home: Path, tmp_path: Path) -> None:
    night = [one for one in read(home) if one["as_of"] == "2025-10-12"]
    assert {one["command"] for one in night} == {"nightly"}
    counties = {one["unit"] for one in night if one["what"] == "workbook"}
    assert counties == {"990121", "990122", "990190", "990191", "990221"}
    assert [one["extent"] for one in night if one["unit"] == "990121"].count("masked") == 2
    assert {one["file"] for one in night if one["what"] == "database"} == {
        "2025-10-12/cases.duckdb",
        "2025-10-12/case_history.duckdb",
    }
    reports = home / "published" / "2025-10-12" / "reports"
    for one in night:
        if one["what"] == "workbook":
            data = (reports.parent / one["file"].removeprefix("2025-10-12/")).read_bytes()
            assert hashlib.sha256(data).hexdigest() == one["sha256"]
    assert export(home, tmp_path / "out", "--unencrypted").exit_code == 0
    result = run("exports", home)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert len(lines) == len(read(home))
    assert lines[-1].split("\t")[2:6] == ["export", "2025-10-12", "990121", "workbook"]
    assert run("exports", home, "--since", "2999-01-01").stdout == ""


def test_a_story_is_logged_without_the_name_of_its_file(home: Path, tmp_path: Path) -> None:
    from pipelines.engine.snapshot import Snapshot

    with Snapshot(home / "published" / "2025-10-12" / "cases.duckdb") as cases:
        key = cases.read("select child_key from restricted.cases order by 1 limit 1").item()
    out = tmp_path / "张三的情况.txt"
    result = CliRunner().invoke(app, ["explain", key, "--home", str(home), "--full", "--out", str(out)])
    assert result.exit_code == 0, result.output
    (told,) = [one for one in read(home) if one["command"] == "explain"]
    assert (told["what"], told["unit"], told["extent"], told["file"]) == ("story", key, "full", None)
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert "张三" not in (home / LOG).read_text(encoding="utf-8")
