"""A night may be killed at any moment: started again it ends as if nothing had happened (spec 4.3).

SIGKILL leaves no time to tidy up. Twenty times a night is killed after a random share of what it usually takes, and
started again; every published table must then be the one of an undisturbed run. Between the kill and the second start
readers must still find the night before, whole.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
NIGHTS = (SAMPLE / "run_dates.txt").read_text(encoding="utf-8").split()[:4]
KILLS = 20
FILES = ("report.duckdb", "cases.duckdb")
COMMAND = [sys.executable, "-c", "from assets.cli import main; main()", "run", "--plain"]
pytestmark = pytest.mark.full

Tables = dict[str, list[tuple[object, ...]]]


def start(night: str, home: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"KONGCHUO_SECRET": "secret-of-a-fictional-province", "PYTHONPATH": str(ROOT)}
    given = ["--as-of", night, "--landing", str(SAMPLE / "landing"), "--home", str(home)]
    return subprocess.Popen(
        [*COMMAND, *given, "--policy", str(SAMPLE / "policy.toml")],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def run(night: str, home: Path) -> float:
    begun = time.perf_counter()
    process = start(night, home)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    return time.perf_counter() - begun


def published(home: Path, night: str) -> Tables:
    """Every row of every table of both files of a night."""
    found: Tables = {}
    for file in FILES:
        with duckdb.connect(str(home / "published" / night / file), read_only=True) as database:
            names = database.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
            for schema, table in names:
                found[f"{schema}.{table}"] = database.execute(f'from "{schema}"."{table}" order by all').fetchall()
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Tables], list[float]]:
    """Nights in a row: the home before each, what each published, and its seconds."""
    home = tmp_path_factory.mktemp("undisturbed")
    before, tables, seconds = [], [], []
    for night in NIGHTS:
        kept = tmp_path_factory.mktemp("before") / "home"
        shutil.copytree(home, kept, symlinks=True)
        before.append(kept)
        seconds.append(run(night, home))
        tables.append(published(home, night))
    return before, tables, seconds


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_night_started_again_ends_the_same(
    undisturbed: tuple[list[Path], list[Tables], list[float]], tmp_path: Path, kill: int
) -> None:
    before, tables, seconds = undisturbed
    chance = random.Random(kill)
    number = kill % len(NIGHTS)
    home = tmp_path / "home"
    shutil.copytree(before[number], home, symlinks=True)
    process = start(NIGHTS[number], home)
    # The last part of a night, in which it writes what lasts, is hit more often than its share.
    share = chance.uniform(0.1, 1.0) if kill % 2 else chance.uniform(0.75, 1.0)
    time.sleep(share * seconds[number])
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if number:
        assert published(home, NIGHTS[number - 1]) == tables[number - 1]
    run(NIGHTS[number], home)
    assert published(home, NIGHTS[number]) == tables[number]
    assert not list((home / "published" / ".nights").glob("*.part"))
    # The next night goes on from it as it would have.
    if number + 1 < len(NIGHTS):
        run(NIGHTS[number + 1], home)
        assert published(home, NIGHTS[number + 1]) == tables[number + 1]
