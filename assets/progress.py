"""Which night, which step: a bar on a terminal, one growing line a night anywhere else (stderr)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assets.logs import Form, Log
from pipelines.night import StepResult, Watcher


class Silent:
    """Says nothing: the default of Dagster's page, which shows steps itself."""

    def night(self, as_of: date) -> None:
        """Say nothing."""

    def step(self, name: str) -> None:
        """Say nothing."""

    def stepped(self, result: StepResult) -> None:
        """Say nothing."""

    def done(self) -> None:
        """Say nothing."""


class Lines:
    """`2025-09-01 (3 of 16) landing 0.2 s, core 0.3 s, …`, a line a night that grows while it runs."""

    def __init__(self, nights: int, stream: TextIO) -> None:
        self._nights, self._stream = nights, stream
        self._count, self._begun, self._step_begun, self._step = 0, 0.0, 0.0, ""

    def night(self, as_of: date) -> None:
        """Begin the line of a night."""
        self._count += 1
        self._begun = time.perf_counter()
        self._say(f"{as_of} ({self._count} of {self._nights})")

    def step(self, name: str) -> None:
        """Name the step, after the seconds of the one before."""
        self._end_step()
        self._step, self._step_begun = name, time.perf_counter()
        self._say(f" {name}")

    def stepped(self, result: StepResult) -> None:
        """Nothing more: the seconds are told when the next step begins."""

    def done(self) -> None:
        """End the line with the seconds of the night."""
        self._end_step()
        self._say(f" = {time.perf_counter() - self._begun:.1f} s\n")

    def _end_step(self) -> None:
        if self._step:
            self._say(f" {time.perf_counter() - self._step_begun:.1f}")
            self._step = ""

    def _say(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Bar:
    """A bar over the nights with the night and the step beside it."""

    def __init__(self, progress: Progress, nights: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=nights, step="")

    def night(self, as_of: date) -> None:
        """Show the night."""
        self._progress.update(self._task, description=as_of.isoformat(), step="")

    def step(self, name: str) -> None:
        """Show the step."""
        self._progress.update(self._task, step=name)

    def stepped(self, result: StepResult) -> None:
        """Nothing more: the bar shows which step runs."""

    def done(self) -> None:
        """Move the bar by one night."""
        self._progress.update(self._task, advance=1, step="")


@contextmanager
def watching(nights: int, stream: TextIO | None = None, form: Form = "progress") -> Iterator[Watcher]:
    """A watcher over so many nights on stderr: a bar where it is a terminal, lines where it is not, or a log."""
    target = stream or sys.stderr
    if form != "progress":
        log = Log(target, form)
        try:
            yield log
        except BaseException as error:
            log.failed(error)
            raise
        return
    console = Console(file=target)
    if not console.is_terminal:
        lines = Lines(nights, target)
        try:
            yield lines
        except BaseException:
            # The sentence that says what went wrong begins on a line of its own.
            target.write("\n")
            raise
        return
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[step]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress, nights)
