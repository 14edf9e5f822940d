"""No memory, a second run, a clock that jumps, a mount that goes: the night says so, or does not mind."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import time
from datetime import date
from pathlib import Path

import pytest

from pipelines.night import run_night
from tests.faults.conftest import Undisturbed
from tests.faults.nights import (
    NIGHTS,
    REFUSED,
    SAMPLE,
    command,
    copied,
    current,
    ended,
    half_published,
    published,
    run,
    start,
)

pytestmark = pytest.mark.full


@pytest.mark.parametrize("limit", ["20MiB", "60MiB"])
def test_a_night_without_memory_says_so_and_runs_with_more(
    undisturbed: Undisturbed, tmp_path: Path, limit: str
) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    status, said = ended(start(NIGHTS[3], home, environment={"KONGCHUO_MEMORY_LIMIT": limit}))
    assert (status, current(home)) == (REFUSED, NIGHTS[2]), said
    assert "The night needs more memory than it may use" in said
    assert not half_published(home)
    run(NIGHTS[3], home)
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_night_with_little_memory_spills_where_it_is_told(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    room = {"KONGCHUO_MEMORY_LIMIT": "150MiB", "KONGCHUO_SPILL": str(tmp_path / "spill")}
    status, said = ended(start(NIGHTS[3], home, environment=room))
    assert status == 0, said
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_large_night_publishes_the_same(
    undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    monkeypatch.setattr("pipelines.night.LARGE", 0)
    as_of = date.fromisoformat(NIGHTS[3])
    run_night(as_of, SAMPLE / "landing", home, SAMPLE / "policy.toml", b"secret-of-a-fictional-province")
    left = home / "warehouse.duckdb.work"
    assert stat.S_IMODE(left.stat().st_mode) == 0o600  # it holds names and numbers, and stays for the next night
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_memory_limit_that_is_none_is_named(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    status, said = ended(start(NIGHTS[3], home, environment={"KONGCHUO_MEMORY_LIMIT": "plenty"}))
    assert (status, current(home)) == (REFUSED, NIGHTS[2])
    assert "memory limit 'plenty'" in said


def test_a_second_run_is_refused_and_told_who_holds_the_home(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    first = start(NIGHTS[3], home)
    while not (home / ".holder").exists() or not (home / ".holder").read_text(encoding="utf-8"):
        assert first.poll() is None
        time.sleep(0.02)
    others = [start(NIGHTS[3], home), command("rebuild", "--home", str(home)), command("tidy", "--home", str(home))]
    for other in others:
        status, said = ended(other)
        assert status == REFUSED
        assert re.search(
            rf"is in use by process {first.pid} of \S+ on \S+ \(the night {NIGHTS[3]}, since 2\S+\)", said
        ), said
    assert ended(first)[0] == 0
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_killed_holder_holds_nothing(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    first = start(NIGHTS[3], home)
    while not (home / ".holder").exists() or not (home / ".holder").read_text(encoding="utf-8"):
        assert first.poll() is None
        time.sleep(0.02)
    first.kill()
    first.communicate()
    run(NIGHTS[3], home)
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


@pytest.mark.parametrize("years", [-20, 20])
def test_a_clock_that_jumps_changes_no_number(undisturbed: Undisturbed, tmp_path: Path, years: int) -> None:
    """Files dated by a clock of another time, a home written by one: nothing but the log of exports tells the time."""
    landing = copied(SAMPLE / "landing", tmp_path / "landing")
    shift = years * 365 * 86400
    for path in landing.rglob("*"):
        seen = path.stat()
        os.utime(path, (seen.st_atime + shift, seen.st_mtime + shift))
    home = copied(undisturbed.before[3], tmp_path / "home")
    for path in home.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (time.time() - shift, time.time() - shift))
    status, said = ended(start(NIGHTS[3], home, landing=landing))
    assert status == 0, said
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_landing_folder_without_its_mount_is_no_night_without_deliveries(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    (tmp_path / "landing").mkdir()
    for landing, words in ((tmp_path / "landing", "is empty, though"), (tmp_path / "gone", "cannot be read")):
        status, said = ended(start(NIGHTS[3], home, landing=landing))
        assert (status, current(home)) == (REFUSED, NIGHTS[2])
        assert words in said
    run(NIGHTS[3], home)
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_mount_that_goes_while_the_night_reads(undisturbed: Undisturbed, tmp_path: Path) -> None:
    """The first night reads everything; its landing folder is unmounted under it, as a server that goes away does."""
    mounted = tmp_path / "landing"
    mounted.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(mounted)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        shutil.copytree(SAMPLE / "landing", mounted, dirs_exist_ok=True)
        home = tmp_path / "home"
        process = start(NIGHTS[0], home, landing=mounted)
        while not (home / "warehouse.duckdb").exists():
            assert process.poll() is None
            time.sleep(0.01)
        subprocess.run(["umount", "-l", str(mounted)], check=True)
        status, said = ended(process)
        # Either the night had read everything already, or it says what it could not reach; never something between.
        if status:
            assert status == REFUSED
            assert "mounted" in said or "is empty" in said or "no delivery dated" in said
            assert not (home / "published" / "current").exists()
        else:
            assert published(home, NIGHTS[0]) == undisturbed.tables[0]
    finally:
        subprocess.run(["umount", "-l", str(mounted)], capture_output=True)
    run(NIGHTS[0], home)
    assert published(home, NIGHTS[0]) == undisturbed.tables[0]
