"""The folder of a night: nothing is seen before it is whole, `current` follows the newest, readers keep theirs."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.folder import RESTRICTED, STORE, new_folder, nights, published_root, show

FIRST, SECOND = dt.date(2025, 9, 10), dt.date(2025, 9, 17)


def publish(home: Path, night: dt.date, text: str) -> Path:
    folder = new_folder(home, night)
    (folder / "report").write_text(text, encoding="utf-8")
    return show(home, night, folder)


def test_nothing_is_there_before_it_is_shown(tmp_path: Path) -> None:
    assert nights(tmp_path) == []
    folder = new_folder(tmp_path, FIRST)
    (folder / "report").write_text("half", encoding="utf-8")
    assert nights(tmp_path) == []
    assert [p.name for p in published_root(tmp_path).iterdir()] == [STORE]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert show(tmp_path, FIRST, folder).resolve().stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_anyone_reads_what_is_public_and_nothing_else(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        folder = new_folder(tmp_path, FIRST)
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "reports" / "990121" / RESTRICTED).mkdir(parents=True)
        (folder / "reports" / "990121" / RESTRICTED).chmod(0o700)
        names = ("report.duckdb", "cases.duckdb", "reports/index.html", "reports/990121/a.xlsx")
        for name in (*names, f"reports/990121/{RESTRICTED}/b.xlsx"):
            (folder / name).write_text("x", encoding="utf-8")
        (folder / "cases.duckdb").chmod(0o600)
        shown = show(tmp_path, FIRST, folder).resolve()
    finally:
        os.umask(before)
    modes = {path.relative_to(shown).as_posix(): path.stat().st_mode & 0o777 for path in shown.rglob("*")}
    assert {name: modes[name] for name in names} == dict.fromkeys(names, 0o644) | {"cases.duckdb": 0o600}
    assert modes["reports"] == modes["reports/990121"] == shown.stat().st_mode & 0o777 == 0o755
    assert modes[f"reports/990121/{RESTRICTED}"] == 0o700


def test_current_follows_the_newest_night_not_the_last_run(tmp_path: Path) -> None:
    publish(tmp_path, SECOND, "second")
    current = published_root(tmp_path) / "current"
    assert (current / "report").read_text() == "second"
    publish(tmp_path, FIRST, "first")
    assert (current / "report").read_text() == "second"
    assert (published_root(tmp_path) / "2025-09-10" / "report").read_text() == "first"
    assert nights(tmp_path) == [FIRST, SECOND]


def test_a_night_again_replaces_it_and_an_open_file_stays(tmp_path: Path) -> None:
    shown = publish(tmp_path, FIRST, "old")
    with (shown / "report").open(encoding="utf-8") as opened:
        publish(tmp_path, FIRST, "new")
        assert opened.read() == "old"
    assert (shown / "report").read_text() == "new"
    assert (published_root(tmp_path) / "current" / "report").read_text() == "new"


def test_what_a_link_left_goes_with_the_next_publication(tmp_path: Path) -> None:
    """Whoever has just followed the link finds the folder still there."""
    shown = publish(tmp_path, FIRST, "old")
    followed = shown.resolve()
    publish(tmp_path, FIRST, "new")
    assert (followed / "report").read_text() == "old"
    publish(tmp_path, SECOND, "another night")
    assert not followed.exists()
    assert sorted(p.name for p in (published_root(tmp_path) / STORE).iterdir()) == [f"{FIRST}.2", f"{SECOND}.1"]


def test_what_a_broken_run_left_is_cleared_and_never_shown(tmp_path: Path) -> None:
    publish(tmp_path, FIRST, "good")
    left = new_folder(tmp_path, FIRST)
    (left / "report").write_text("half", encoding="utf-8")
    assert (published_root(tmp_path) / "2025-09-10" / "report").read_text() == "good"
    again = new_folder(tmp_path, FIRST)
    assert list(again.iterdir()) == []
    show(tmp_path, FIRST, again)
    show(tmp_path, FIRST, new_folder(tmp_path, FIRST))
    assert sorted(p.name for p in (published_root(tmp_path) / STORE).iterdir()) == [f"{FIRST}.2", f"{FIRST}.3"]


def test_links_are_relative_so_that_a_home_can_be_moved(tmp_path: Path) -> None:
    publish(tmp_path / "one", FIRST, "text")
    moved = (tmp_path / "one").rename(tmp_path / "two")
    assert (moved / "published" / "current" / "report").read_text() == "text"


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "published").write_text("a file", encoding="utf-8")
    with pytest.raises(KongchuoError, match="published"):
        new_folder(tmp_path, FIRST)
