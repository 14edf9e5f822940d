"""A second process that writes the public files for officials while the night's own writes everything else.

Python does one thing at a time in a process, and filling forms, bulletins and pages is a third of a publication. The
process is `pipelines.publish.worker`: it is started early, so that its libraries are loaded when it is needed, reads
one line that says what to write, and answers with one line. It knows public tables and the checks of the night alone,
gets an environment made for it (no secret), and ends when its input is closed, however this process may have ended.

It never stops a night by itself: whatever becomes of it but a figure that differs (`Gone`), the caller does its work.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from pipelines.errors import KongchuoError

WORKER = "pipelines.publish.worker"
_DATE = "a date"


class Gone(Exception):
    """The second process ended without an answer."""


class Beside:
    """The second process; use it in a `with` block, or `close()` it. It works for one night and then ends."""

    def __init__(self) -> None:
        """Start it; raises OSError where the machine has no room for it."""
        # -P: only what this process may import, never a module that lies in the folder where it was started.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-m", WORKER],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the words of a fault may quote a row
        )

    @property
    def number(self) -> int:
        """Its number, as the machine counts processes."""
        return self._process.pid

    def write(self, folder: Path, as_of: dt.date, policy: Mapping[str, Any], checks: pl.DataFrame) -> int:
        """Have the public files of a night written into `folder` and read back; returns how many figures were compared.

        Raises KongchuoError where a figure differs, and Gone where the process ended without an answer.
        """
        line = to_line(folder, as_of, policy, checks)
        sent, answers = self._process.stdin, self._process.stdout
        if sent is None or answers is None or sent.closed:
            raise Gone
        try:
            sent.write(line)
            sent.flush()
            said = json.loads(answers.readline())
        except (OSError, ValueError):
            raise Gone from None
        if "refused" in said:
            raise KongchuoError(said["refused"])
        return int(said["compared"])

    def close(self) -> None:
        """End it at once, whatever it does, and wait until it is gone: it writes nothing after this."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what it was never told
                    continue

    def __enter__(self) -> Beside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start() -> Beside | None:
    """A second process, None where the machine has no room for one."""
    try:
        return Beside()
    except OSError:
        return None


def _environment() -> dict[str, str]:
    """All that it gets of the surroundings: where modules lie, where temporary files go, how many threads to use."""
    return {
        "PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path),
        "TMPDIR": tempfile.gettempdir(),
        "POLARS_MAX_THREADS": str(pl.thread_pool_size()),
    }


def to_line(folder: Path, as_of: dt.date, policy: Mapping[str, Any], checks: pl.DataFrame) -> bytes:
    """What the process is told, as one line."""
    rows = io.BytesIO()
    checks.write_ipc(rows)
    told = {
        "folder": str(folder.absolute()),
        "as_of": as_of,
        "policy": policy,
        "checks": base64.b64encode(rows.getvalue()).decode("ascii"),
    }
    return json.dumps(told, default=_plain).encode("ascii") + b"\n"


def from_line(line: bytes) -> tuple[Path, dt.date, dict[str, Any], pl.DataFrame]:
    """Folder, business date, policy and checks of such a line."""
    told = json.loads(line, object_hook=_date)
    checks = pl.read_ipc(io.BytesIO(base64.b64decode(told["checks"])))
    return Path(told["folder"]), told["as_of"], told["policy"], checks


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, dt.date):
        return {_DATE: value.isoformat()}
    raise TypeError(f"A policy holds no {type(value).__name__}.")


def _date(told: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(told[_DATE]) if list(told) == [_DATE] else told
