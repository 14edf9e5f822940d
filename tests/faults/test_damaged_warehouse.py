"""A warehouse file with wrong bytes is seen, never believed; `kongchuo rebuild` makes it anew and nothing is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.nights import NIGHTS, REFUSED, command, copied, current, ended, half_published, published, run, start

pytestmark = pytest.mark.full
BLOCK, HEADERS = 262144, 12288


def overwritten(data: bytearray, chance: random.Random) -> bytearray:
    """Some bytes are others."""
    at, length = chance.randrange(len(data)), chance.choice([1, 16, 4096])
    data[at : at + length] = bytes(chance.randrange(256) for _ in range(length))
    return data


def cut(data: bytearray, chance: random.Random) -> bytearray:
    """The end is missing."""
    return data[: chance.randrange(len(data))]


def lost_block(data: bytearray, chance: random.Random) -> bytearray:
    """One block of the file is empty."""
    at = HEADERS + BLOCK * chance.randrange(len(data) // BLOCK)
    data[at : at + BLOCK] = bytes(len(data[at : at + BLOCK]))
    return data


def emptied(data: bytearray, _: random.Random) -> bytearray:
    """Nothing is left."""
    return data[:0]


@pytest.mark.parametrize("damage", [overwritten, cut, lost_block, emptied])
@pytest.mark.parametrize("seed", range(3))
def test_damage_is_seen_or_harmless_and_can_be_mended(
    undisturbed: Undisturbed, tmp_path: Path, damage: object, seed: int
) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    warehouse = home / "warehouse.duckdb"
    warehouse.write_bytes(damage(bytearray(warehouse.read_bytes()), random.Random(seed)))  # type: ignore[operator]
    status, said = ended(start(NIGHTS[3], home))
    if status:
        assert (status, current(home)) == (REFUSED, NIGHTS[2]), said
        assert "kongchuo rebuild" in said
        assert not half_published(home)
        status, said = ended(command("rebuild", "--home", str(home)))
        assert status == 0, said
        assert list(home.glob("warehouse.damaged-1.duckdb"))
        run(NIGHTS[3], home)
    else:
        assert damage is overwritten, "only bytes that nothing uses may be others"
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_a_missing_warehouse_is_not_begun_anew_in_silence(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    (home / "warehouse.duckdb").unlink()
    status, said = ended(start(NIGHTS[3], home))
    assert (status, current(home)) == (REFUSED, NIGHTS[2])
    assert "its journal tells of 3 published run(s)" in said
    assert ended(command("rebuild", "--home", str(home)))[0] == 0
    run(NIGHTS[3], home)
    assert published(home, NIGHTS[3]) == undisturbed.tables[3]


def test_an_old_copy_of_the_warehouse_is_not_taken_for_the_new_one(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    (home / "warehouse.duckdb").write_bytes((undisturbed.before[1] / "warehouse.duckdb").read_bytes())
    status, said = ended(start(NIGHTS[3], home))
    assert (status, current(home)) == (REFUSED, NIGHTS[2])
    assert "its journal tells of 2 published run(s) after run 1" in said


def test_a_good_warehouse_is_never_rebuilt(undisturbed: Undisturbed, tmp_path: Path) -> None:
    home = copied(undisturbed.before[3], tmp_path / "home")
    status, said = ended(command("rebuild", "--home", str(home)))
    assert status == REFUSED
    assert "already, and it can be read" in said
