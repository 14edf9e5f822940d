"""A line a step on stderr, for a service or a crontab: text, or a JSON object a line for whoever collects logs.

`time`, `level`, `event` (night, step, published, failed), `night`, and of a step its seconds, tables, rows, checks, how
many did not pass and how many of those are waived. Numbers and names of our own alone: nothing of a delivery.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, TextIO

from assets.faults import masked
from pipelines.errors import KongchuoError
from pipelines.night import StepResult

Form = Literal["progress", "text", "json"]
FORMS: tuple[Form, ...] = ("progress", "text", "json")
"""`progress` is for people: a bar on a terminal, else a growing line a night."""


def numbers_of(result: StepResult) -> dict[str, int | float]:
    """What a step did: seconds, tables and rows, checks, those that did not pass, those of them that are waived."""
    return {
        "seconds": round(result.seconds, 3),
        "tables": len(result.tables),
        "rows": sum(table.rows for table in result.tables),
        "checks": len(result.outcomes),
        "not_passed": sum(not outcome.passed for outcome in result.outcomes),
        "waived": sum(outcome.waiver is not None for outcome in result.outcomes),
    }


def text_of(step: str, numbers: Mapping[str, int | float]) -> str:
    """The same as a sentence."""
    said = f"{step}: {numbers['tables']} tables, {numbers['rows']:,} rows in {numbers['seconds']:.2f} s"
    if numbers["checks"]:
        said += f"; {numbers['checks']} checks, {numbers['not_passed']} did not pass"
    if numbers["waived"]:
        said += f" ({numbers['waived']} waived)"
    return said


class Log:
    """A watcher that writes a line for the begin of a night, each of its steps, and its end."""

    def __init__(self, stream: TextIO, form: Form) -> None:
        self._stream, self._form = stream, form
        self._night, self._begun = "", 0.0

    def night(self, as_of: date) -> None:
        """A night begins."""
        self._night, self._begun = as_of.isoformat(), time.perf_counter()
        self._write("info", "night", {}, "begins")

    def step(self, name: str) -> None:
        """Nothing yet: a step is told when it is done."""

    def stepped(self, result: StepResult) -> None:
        """A step is done."""
        numbers = numbers_of(result)
        self._write("info", "step", {"step": result.step, **numbers}, text_of(result.step, numbers))

    def done(self) -> None:
        """The night is published."""
        seconds = round(time.perf_counter() - self._begun, 3)
        self._write("info", "published", {"seconds": seconds}, f"published in {seconds:.2f} s")

    def failed(self, error: BaseException) -> None:
        """The night ends without being published."""
        kind = type(error).__name__
        said = str(error) if isinstance(error, KongchuoError) else masked(error)
        self._write("error", "failed", {"error": kind, "message": said}, f"failed with {kind}: {said}")

    def _write(self, level: str, event: str, facts: Mapping[str, object], text: str) -> None:
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        if self._form == "json":
            line = json.dumps(
                {"time": now, "level": level, "event": event, "night": self._night, **facts}, ensure_ascii=False
            )
        else:
            line = f"{now} {level.upper():5} {self._night} {text}"
        # In one write, so that lines of two processes never mix.
        self._stream.write(line + "\n")
        self._stream.flush()
