"""Times the alternatives, each in a process of its own, and holds their tables against the night's.

Spark runs in an environment of its own (`make spark`; SPARK_PYTHON names another): where pyspark is installed
beside them, Pandera loads it with every night and Great Expectations cannot be imported.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.alternatives import job, published

WAYS = ("pandas", "polars", "spark")
SPARK_PYTHON = "SPARK_PYTHON"
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Alternative:
    """One way: seconds from process start to exit, by part, and peak memory; or why it did not run.

    ``differing`` are the rows of its four tables that the night has otherwise, null where no night ran.
    """

    way: str
    seconds: float | None = None
    peak_mib: int | None = None
    version: str | None = None
    parts: dict[str, float] = field(default_factory=dict)
    differing: int | None = None
    left_out: str | None = None


def python(way: str) -> Path:
    """The interpreter that a way runs in."""
    if way == "spark":
        return Path(os.environ.get(SPARK_PYTHON, ROOT / "build" / "spark" / "bin" / "python"))
    return Path(sys.executable)


def missing(way: str) -> str | None:
    """What this machine lacks for ``way``, null where it can run."""
    if way == "spark":
        if not python(way).exists():
            return "no environment for Spark (make spark)"
        return None if shutil.which("java") or "JAVA_HOME" in os.environ else "no Java"
    return None if importlib.util.find_spec(way) else f"{way} is not installed"


def chosen(text: str) -> tuple[str, ...]:
    """The ways named in ``--alternatives``; raises ``ValueError`` for an unknown one."""
    named = tuple(name for name in text.split(",") if name and name != "none")
    unknown = sorted(set(named) - set(WAYS))
    if unknown:
        raise ValueError(f"no such alternative: {', '.join(unknown)} (there are {', '.join(WAYS)}, none)")
    return named


def run(way: str, world: Path, out: Path) -> Alternative:
    """Time ``way``; one that fails (out of memory) is left out with its status, and the bench goes on."""
    reason = missing(way)
    if reason:
        return Alternative(way, left_out=reason)
    command = [str(python(way)), "-m", f"tests.bench.alternatives.{way}_way", "--world", str(world), "--out", str(out)]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        return Alternative(way, left_out=f"failed with status {done.returncode} after {seconds:.0f} s: {last}")
    # Libraries may say something first: the figures are the last line.
    told = json.loads(done.stdout.splitlines()[-1])
    return Alternative(way, seconds, told["peak_mib"], told["version"], told["parts"])


def tables(out: Path) -> dict[str, list[str]]:
    """The lines of the four tables that lie in ``out``."""
    return {name: (out / f"{name}.csv").read_text(encoding="utf-8").splitlines() for name in job.TABLES}


def publish(world: Path, home: Path, out: Path) -> None:
    """The four tables of the night in ``home``, written as the ways write theirs."""
    job.write(out, published.read(home, job.files(world / "landing" / job.NIGHT.isoformat(), "学校")))


def differing(one: Path, other: Path) -> int:
    """The rows that stand in only one of two folders of tables, counted where they are more."""
    ours, theirs = tables(one), tables(other)
    return sum(
        max(len(set(ours[name]) - set(theirs[name])), len(set(theirs[name]) - set(ours[name]))) for name in job.TABLES
    )
