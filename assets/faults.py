"""Faults of the program, as they may be told: where they happened, and what was said without a child's data.

A library that cannot read a value quotes it. What a log, a terminal or Dagster's page gets of such a text has no
Chinese characters and no long numbers left, which names and numbers of persons are made of.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from types import TracebackType

_OTHER_LETTERS = re.compile(r"[^\x00-\x7f]+")
_LONG_NUMBER = re.compile(r"\d{6,}[Xx]?")
_LONGEST = 500


class ProgramFault(Exception):
    """A fault of the program with its text masked; its traceback is that of the fault."""


def masked(error: BaseException) -> str:
    """What an error says, without what may be a name, a number or a telephone; at most some hundred characters."""
    return _LONG_NUMBER.sub("#", _OTHER_LETTERS.sub("…", str(error)))[:_LONGEST]


def as_fault(error: BaseException) -> ProgramFault:
    """The fault to raise in place of an error whose text may quote a delivery; to be raised `from None`."""
    chain = " <- ".join(f"{type(one).__name__}: {masked(one)}" for one in _chain(error))
    return ProgramFault(chain).with_traceback(error.__traceback__)


def told(error: BaseException) -> str:
    """Traces and texts of an error and of what it came from, for the terminal of whoever mends the program."""
    parts = []
    for one in reversed(list(_chain(error))):
        trace: TracebackType | None = one.__traceback__
        parts.append("".join(traceback.format_tb(trace)) + f"{type(one).__name__}: {masked(one)}\n")
    return "\n".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    seen: set[int] = set()
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
