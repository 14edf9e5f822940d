"""The one result that every check returns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from quality.waivers import Waiver

Verdict = Literal["pass", "warn", "fail"]

Severity = Literal["stop", "mark", "note"]
"""What a check that does not pass does to the night, worst first: nothing is published; it is published with a mark,
because a number may be wrong or incomplete; it is said, because somebody has work to do."""

SAMPLE_SIZE = 5
"""Keys shown of offending rows: enough to start looking, too few to leak a list."""

CITIZEN_NUMBER = r"(?:^|[^0-9])[0-9]{17}[0-9Xx]?(?:[^0-9]|$)"
"""A text that looks like a citizen number, with or without its check digit; syntax that Python and DuckDB share."""

PHONE = r"(?:^|[^0-9])1[3-9][0-9]{9}(?:[^0-9]|$)"
"""A text that looks like a mobile telephone."""

_PERSONAL = re.compile(f"{CITIZEN_NUMBER}|{PHONE}")
_MASK = "***"


@dataclass(frozen=True)
class Outcome:
    """What one check found in one table.

    `check`     name of the check; `table` the table that was looked at (`schema.table`).
    `verdict`   pass, warn or fail; a check that stops the publication fails, any other warns.
    `severity`  what it does to the night when it does not pass.
    `count`     rows, keys or cells that offend; 0 when the check passes.
    `message`   one sentence for officials, in Chinese.
    `sample`    at most `SAMPLE_SIZE` keys (child_key, unit code, row number), never names; text that looks like a
                citizen number or a telephone is masked whatever the check handed over.
    `action`    what to do, in Chinese; empty when the check passes.
    `counts`    what `count` is made of, where a check tells several things apart: (name, number).
    `waiver`    who accepted what was found, and until when; None for nobody (`quality.waivers`).
    """

    check: str
    table: str
    verdict: Verdict
    severity: Severity
    count: int
    message: str
    sample: tuple[str, ...] = ()
    action: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    waiver: Waiver | None = None

    def __post_init__(self) -> None:
        sample = tuple(_MASK if _PERSONAL.search(str(key)) else str(key) for key in self.sample[:SAMPLE_SIZE])
        object.__setattr__(self, "sample", sample)

    @property
    def passed(self) -> bool:
        """Nothing to complain of."""
        return self.verdict == "pass"

    @property
    def blocks(self) -> bool:
        """This outcome stops the publication."""
        return self.severity == "stop" and self.verdict == "fail" and self.waiver is None

    @property
    def open(self) -> bool:
        """It did not pass and nobody accepted that: somebody has to act."""
        return not self.passed and self.waiver is None


def judge(
    check: str,
    table: str,
    count: int,
    *,
    good: str,
    bad: str,
    action: str,
    severity: Severity = "stop",
    sample: Iterable[str] = (),
) -> Outcome:
    """Outcome of a check that counts offenders: passes at 0 with the message `good`, else `bad`.

    A check that does not stop the night warns instead of failing.
    """
    if count == 0:
        return Outcome(check, table, "pass", severity, 0, good)
    verdict: Verdict = "fail" if severity == "stop" else "warn"
    return Outcome(check, table, verdict, severity, count, bad, tuple(sample), action)


def blocking_failures(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes that stop the publication, in order."""
    return tuple(outcome for outcome in outcomes if outcome.blocks)
