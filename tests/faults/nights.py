"""Nights of the sample as processes of their own, and everything that they published."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
NIGHTS = (SAMPLE / "run_dates.txt").read_text(encoding="utf-8").split()[:4]
FILES = ("report.duckdb", "cases.duckdb")
REFUSED = 2

Tables = dict[str, list[tuple[object, ...]]]


def start(
    night: str,
    home: Path,
    *,
    landing: Path = SAMPLE / "landing",
    plain: bool = True,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Begin `kongchuo run` of a night."""
    given = ["--as-of", night, "--landing", str(landing), "--home", str(home)]
    return command(
        "run", *given, "--policy", str(SAMPLE / "policy.toml"), *(["--plain"] if plain else []), environment=environment
    )


def command(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Begin a command of `kongchuo`."""
    said = {"KONGCHUO_SECRET": "secret-of-a-fictional-province", "PYTHONPATH": str(ROOT), **(environment or {})}
    return subprocess.Popen(
        [sys.executable, "-c", "from assets.cli import main; main()", *arguments],
        env=os.environ | said,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status and the last line that a command said."""
    _, said = process.communicate()
    return process.returncode, (said.strip().splitlines() or [""])[-1]


def run(night: str, home: Path) -> None:
    """Run a night that must be published."""
    status, said = ended(start(night, home))
    assert status == 0, said


def copied(home: Path, to: Path) -> Path:
    """A home once more, links as links."""
    shutil.copytree(home, to, symlinks=True)
    return to


def current(home: Path) -> str:
    """The night that readers find."""
    return (home / "published" / "current").readlink().name


def published(home: Path, night: str) -> Tables:
    """Every row of every table of both files of a night."""
    found: Tables = {}
    for file in FILES:
        with duckdb.connect(str(home / "published" / night / file), read_only=True) as database:
            names = database.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
            for schema, table in names:
                found[f"{schema}.{table}"] = database.execute(f'from "{schema}"."{table}" order by all').fetchall()
    return found


def half_published(home: Path) -> list[str]:
    """What a broken run left among the published nights."""
    return [path.name for path in (home / "published" / ".nights").glob("*.part")]
