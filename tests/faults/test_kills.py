"""A night may be killed at any moment: started again it ends as if nothing had happened (spec 4.3).

SIGKILL leaves no time to tidy up. Again and again a night is killed after a random share of what it usually takes, and
started again; every published table must then be the one of an undisturbed run. Between the kill and the second start
readers must still find the night before, whole. `make test-faults ROUNDS=200` does it two hundred times.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Undisturbed
from tests.faults.nights import NIGHTS, copied, current, half_published, published, run, start

ROUNDS = int(os.environ.get("ROUNDS", "12"))
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def seconds(undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """How long each night takes now, on this machine, with what runs beside it."""
    taken = []
    for night, before in zip(NIGHTS, undisturbed.before, strict=True):
        home = copied(before, tmp_path_factory.mktemp("timed") / "home")
        begun = time.perf_counter()
        run(night, home)
        taken.append(time.perf_counter() - begun)
    return taken


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_night_started_again_ends_the_same(
    undisturbed: Undisturbed, seconds: list[float], tmp_path: Path, number: int
) -> None:
    chance = random.Random(number)
    at = number % len(NIGHTS)
    home = copied(undisturbed.before[at], tmp_path / "home")
    # Every third night runs as the Dagster job: the same steps, in another dress.
    process = start(NIGHTS[at], home, plain=bool(number % 3))
    # The last part of a night, in which it writes what lasts, is hit more often than its share.
    share = chance.uniform(0.1, 1.0) if number % 2 else chance.uniform(0.6, 1.0)
    time.sleep(share * seconds[at])
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if at:
        assert published(home, NIGHTS[at - 1]) == undisturbed.tables[at - 1]
        assert current(home) in NIGHTS[at - 1 : at + 1]
        if current(home) == NIGHTS[at]:
            assert published(home, NIGHTS[at]) == undisturbed.tables[at]
    run(NIGHTS[at], home)
    assert published(home, NIGHTS[at]) == undisturbed.tables[at]
    assert not half_published(home)
    # The next night goes on from it as it would have.
    if at + 1 < len(NIGHTS):
        run(NIGHTS[at + 1], home)
        assert published(home, NIGHTS[at + 1]) == undisturbed.tables[at + 1]
