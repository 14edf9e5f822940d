"""The disk is full at some moment of a night: nothing half-published, one sentence; with room the same night runs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.nights import NIGHTS, REFUSED, command, copied, current, ended, half_published, published, run, start

pytestmark = pytest.mark.full

Mount = Callable[[int], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A small file system of so many MiB; called again it gets another size."""
    at = tmp_path / "small"
    at.mkdir()

    def sized(mib: int) -> Path:
        again = ",remount" if at.is_mount() else ""
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mib}m{again}", "tmpfs", str(at)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
        return at

    yield sized
    subprocess.run(["umount", str(at)], capture_output=True)


# From the first byte that does not fit to the last files of the publication.
@pytest.mark.parametrize("room", [0, 1, 3, 6, 9, 13, 18])
def test_a_night_without_room_changes_nothing_and_runs_when_there_is_room(
    undisturbed: Undisturbed, mount: Mount, room: int
) -> None:
    before = undisturbed.before[3]
    used = sum(path.lstat().st_blocks * 512 for path in before.rglob("*")) // 2**20 + 1
    home = copied(before, mount(used + room) / "home")
    status, said = ended(start(NIGHTS[3], home))
    assert (status, current(home)) == (REFUSED, NIGHTS[2]), said
    assert "There is no room left on the disk of" in said
    assert not half_published(home)
    assert published(home, NIGHTS[2]) == undisturbed.tables[2]
    mount(used + 200)
    run(NIGHTS[3], home)
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_home_that_cannot_be_written_is_named(undisturbed: Undisturbed, mount: Mount) -> None:
    at = mount(200)
    home = copied(undisturbed.before[3], at / "home")
    subprocess.run(["mount", "-o", "remount,ro", str(at)], check=True)
    status, said = ended(start(NIGHTS[3], home))
    assert (status, current(home)) == (REFUSED, NIGHTS[2])
    assert f"The home folder {home} may not be read and written" in said
    for other in ("tidy", "rebuild"):
        status, said = ended(command(other, "--home", str(home)))
        assert status == REFUSED
        assert "Read-only file system" in said
    # Readers need to write nothing.
    status, said = ended(command("status", "--home", str(home)))
    assert status == 0, said
