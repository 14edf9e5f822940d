"""One night in a process of its own, so that its peak memory is its own: started by ``tests.bench.run``.

``python -m tests.bench.night_process --landing DIR --home DIR --as-of 2025-09-20 --report FILE`` with
KONGCHUO_SECRET set. Writes seconds and memory of the import and of each step to FILE as JSON.
"""

import argparse
import json
import os
import resource
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

_PAGE_KIB = resource.getpagesize() // 1024
_SAMPLE_SECONDS = 0.02


@dataclass
class Span:
    """One step: seconds, resident memory at its end, and the highest seen inside it (MiB)."""

    name: str
    seconds: float
    end_mib: int
    peak_mib: int


class Watch:
    """Cuts the life of this process into spans; a thread samples the resident memory every 20 ms meanwhile."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._name = ""
        self._begun = 0.0
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.done()
        self._over.set()
        self._thread.join()

    def night(self, as_of: date) -> None:
        """Called when a night begins: nothing to note."""

    def step(self, name: str) -> None:
        """End the span before and begin this one."""
        self.done()
        self._name, self._begun, self._peak = name, time.perf_counter(), _resident_mib()

    def stepped(self, result: object) -> None:
        """Say nothing."""

    def done(self) -> None:
        """End the span that runs."""
        if self._name:
            now = _resident_mib()
            span = Span(self._name, time.perf_counter() - self._begun, now, max(now, self._peak))
            self.spans.append(span)
            self._name = ""

    def _sample(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            self._peak = max(self._peak, _resident_mib())


def _resident_mib() -> int:
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * _PAGE_KIB // 1024


def run(landing: Path, home: Path, as_of: date, secret: bytes, watch: Watch) -> None:
    """Import the pipeline and run the night, telling ``watch`` where each part begins."""
    watch.step("import")
    from pipelines.night import run_night
    from pipelines.settings import load_policy

    watch.step("start")
    run_night(as_of=as_of, landing=landing, home=home, policy=load_policy(None, as_of), secret=secret, watcher=watch)


def main() -> None:
    """The command line; exits with 2 and a sentence where the secret is missing or the night refuses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--report", type=Path, required=True)
    arguments = parser.parse_args()
    secret = os.environ.get("KONGCHUO_SECRET", "")
    if not secret:
        sys.exit("KONGCHUO_SECRET is not set; any text will do for fictional children.")
    with Watch() as watch:
        run(arguments.landing, arguments.home, arguments.as_of, secret.encode(), watch)
    arguments.report.write_text(json.dumps([asdict(span) for span in watch.spans]), encoding="utf-8")


if __name__ == "__main__":
    main()
