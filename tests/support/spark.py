"""Spark for the long tests: the environment that `make spark` makes, and a cluster on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.alternatives import measure
from tests.conftest import ROOT
from tests.support.postgres import free_port


def python() -> Path:
    """The interpreter beside which pyspark and the program are installed."""
    return measure.python("spark")


def missing() -> str | None:
    """Why nothing can be run on Spark here; None where it can."""
    reason = measure.missing("spark")
    if reason:
        return reason
    with_program = subprocess.run([python(), "-c", "import pyspark, duckdb, dagster"], capture_output=True, check=False)
    return None if with_program.returncode == 0 else "the environment for Spark has no program (make spark)"


def run(arguments: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """A module of the repository in that environment, in a process of its own."""
    return _told([python(), "-m", *arguments], environment)


def command(arguments: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """The command `kongchuo` in that environment."""
    return _told([python(), "-c", "from assets.cli import main; main()", *arguments], environment)


def script(text: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Some lines of Python in that environment."""
    return _told([python(), "-c", text, *arguments], {})


def _told(words: Sequence[str | Path], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    where = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(words, cwd=ROOT, env=where, capture_output=True, text=True, check=False)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """A master and workers of 1 GiB each on loopback; yields the master's address. Their logs stand in the folder."""
    port, page = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    started = [_start(folder, "master", "master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", page)]
    try:
        _until(page, 0)
        for place in range(workers):
            named = ("--host", "127.0.0.1", "--cores", 1, "--memory", "1g", "--webui-port", free_port())
            where = ("--work-dir", folder / f"work{place}")
            started.append(_start(folder, f"worker{place}", "worker.Worker", *named, *where, master))
        _until(page, workers)
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _start(folder: Path, name: str, role: str, *arguments: object) -> subprocess.Popen[bytes]:
    home = subprocess.run(
        [python(), "-c", "import pyspark; print(pyspark.__path__[0])"], capture_output=True, text=True, check=True
    ).stdout.strip()
    command = [f"{home}/bin/spark-class", f"org.apache.spark.deploy.{role}", *map(str, arguments)]
    where = {**os.environ, "SPARK_HOME": home, "SPARK_DAEMON_MEMORY": "512m"}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=where)


def _until(page: int, workers: int) -> None:
    """Wait until the master counts so many workers."""
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
                if json.load(answer)["aliveworkers"] >= workers:
                    return
        except OSError:
            pass
        if time.monotonic() > until:
            raise TimeoutError(f"the master does not count {workers} workers")
        time.sleep(0.3)
