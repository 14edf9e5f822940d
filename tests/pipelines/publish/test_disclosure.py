"""Nothing personal in public files: every name, number and key of the world is looked for in every published byte.

That the search finds what it should is shown first, by planting.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from pipelines.publish.export_log import LOG, PRIVATE_DATABASES
from pipelines.publish.folder import MEETING, RESTRICTED
from tests.support.disclosure import Leak, World, leaks, world_of

NIGHT = "2025-10-12"


@pytest.fixture(scope="module")
def world(published_home: Path) -> World:
    return world_of(published_home, NIGHT)


@pytest.fixture(scope="module")
def night(published_home: Path) -> Path:
    return (published_home / "published" / NIGHT).resolve()


def public_files(night: Path) -> list[Path]:
    """Everything of a night that anyone may read."""
    return [
        path
        for path in sorted(night.rglob("*"))
        if path.is_file() and path.name not in PRIVATE_DATABASES and RESTRICTED not in path.relative_to(night).parts
    ]


def test_the_world_is_known(world: World) -> None:
    assert len(world.names) > 1000
    assert len(world.numbers) > 5000
    assert len(world.keys) > 5000
    # Names that are also words of places or of the program are few: all others are searched.
    assert len(world.shared) < 0.02 * len(world.names)


def test_no_public_file_tells_of_anybody(world: World, night: Path) -> None:
    files = public_files(night)
    assert {"report.duckdb", "history.duckdb", "index.html"} <= {path.name for path in files}
    assert any(path.suffix == ".xlsx" for path in files)
    assert [leak for path in files for leak in leaks(world, path, path.relative_to(night).as_posix())] == []


def test_what_others_may_read_is_what_was_searched(published_home: Path, night: Path) -> None:
    """Whatever is not public is guarded by its mode, and by that of its folder, though the nights ran with umask 0."""
    closed = [folder for folder in published_home.rglob("*") if folder.is_dir() and folder.stat().st_mode & 0o077 == 0]
    assert published_home / "events" in closed
    for path in published_home.rglob("*"):
        if not path.is_symlink() and not any(folder in path.parents for folder in closed):
            assert path.stat().st_mode & 0o022 == 0, path.name
    public = set(public_files(night))
    for path in night.rglob("*"):
        if path.is_file() and path not in public:
            assert path.stat().st_mode & 0o077 == 0
            assert path.parent == night or path.parent.stat().st_mode & 0o077 == 0
        elif path.is_file():
            assert path.stat().st_mode & 0o022 == 0


def test_the_log_and_the_messages_of_checks_name_nobody(world: World, published_home: Path, night: Path) -> None:
    assert leaks(world, published_home / LOG) == []
    with duckdb.connect(str(night / "cases.duckdb"), read_only=True) as cases:
        rows = cases.execute("select message, action, cast(sample as varchar) from quality.checks").fetchall()
    # Keys of children are what a check shows, to whoever may read cases.duckdb.
    text = "\n".join(str(cell) for row in rows for cell in row)
    assert list(world.without_keys().search_text("quality.checks", text)) == []


def test_copies_for_meetings_hold_no_whole_name_or_number(world: World, night: Path) -> None:
    copies = list(night.rglob(f"*{MEETING}.xlsx"))
    assert len(copies) == 10
    assert [leak for path in copies for leak in leaks(world, path)] == []
    full = [path for path in night.rglob(f"{RESTRICTED}/*.xlsx") if path not in copies]
    found = {leak.sort for path in full for leak in leaks(world, path)}
    assert found == {"name", "number", "key"}


SECRETS = ("name", "number", "key")


@pytest.fixture(scope="module")
def secrets(world: World) -> dict[str, str]:
    """One of each sort."""
    names = sorted(world.names - world.shared, key=lambda name: (len(name), name))
    return {"name": names[0], "number": min(world.numbers), "key": min(world.keys)}


@pytest.mark.parametrize("sort", SECRETS)
def test_a_planted_row_of_the_database_is_found(
    world: World, night: Path, tmp_path: Path, secrets: dict[str, str], sort: str
) -> None:
    path = Path(shutil.copy(night / "report.duckdb", tmp_path))
    with duckdb.connect(str(path)) as database:
        database.execute(
            "insert into published.zeroing by name "
            "select * replace (unit_name || $secret as unit_name) from published.zeroing limit 1",
            {"secret": secrets[sort]},
        )
    assert Leak("report.duckdb: published.zeroing.unit_name", sort) in leaks(world, path)


@pytest.mark.parametrize("sort", SECRETS)
def test_a_planted_text_is_found_in_every_format(
    world: World, tmp_path: Path, secrets: dict[str, str], sort: str
) -> None:
    told = f"查无此人{secrets[sort]}的家庭"
    book = openpyxl.Workbook()
    book.active["B7"] = told
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        half = len(told) // 2
        archive.writestr("word/document.xml", f"<w:r><w:t>{told[:half]}</w:t></w:r><w:r><w:t>{told[half:]}</w:t></w:r>")
    (tmp_path / "c.html").write_text(f"<p title='{told}'></p>", encoding="utf-8")
    numbers = "".join(f"&#{ord(character)};" for character in told)
    (tmp_path / "c2.html").write_text(f"<p>{numbers}</p>", encoding="utf-8")
    (tmp_path / "d.csv").write_text(f"a,b\n1,{told}\n", encoding="utf-8")
    (tmp_path / "e.bin").write_bytes(b"\x00\xff" + told.encode() + b"\xe4\x00")
    pl.DataFrame({"a": [told] * 100}).write_parquet(tmp_path / "f.parquet", compression="zstd")
    for path in sorted(tmp_path.iterdir()):
        assert {leak.sort for leak in leaks(world, path)} == {sort}, path.name


def test_a_name_of_a_file_is_searched_too(world: World, tmp_path: Path, secrets: dict[str, str]) -> None:
    path = tmp_path / f"{secrets['name']}.txt"
    path.touch()
    assert leaks(world, path) == [Leak(path.name, "name")]
