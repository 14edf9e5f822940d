"""What somebody answers for: a check that does not pass can be accepted by file, with a reason, an owner and an end.

The file is TOML, a `[[waiver]]` each: `check` and `table` as `quality.checks` names them, `reason`, `owner` (an office
or a team: the file's words are published, so no person), `expires` (the last night that it covers), and if wanted
`at_most` (accepted while no more than so many rows offend). After `expires` the check fails again. The publication
screen cannot be waived: what the law keeps from the public no office can give away.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quality.outcome import Outcome

FILE = "waivers.toml"
NEVER = "screen_"
"""How the names of checks begin that nobody can waive."""
LONGEST = 366
"""Days from a night to the end of a waiver: whoever still wants it then signs again."""

_KEYS = {"check": str, "table": str, "reason": str, "owner": str, "expires": dt.date, "at_most": int}
_REQUIRED = ("check", "table", "reason", "owner", "expires")
_DIGITS = re.compile(r"\d{7,}")


@dataclass(frozen=True)
class Waiver:
    """One accepted check: its name, its table, why, who answers for it, the last night, and how many at most."""

    check: str
    table: str
    reason: str
    owner: str
    expires: dt.date
    at_most: int | None = None

    def covers(self, outcome: Outcome, as_of: dt.date) -> bool:
        """Whether it accepts what a check found on a night."""
        known = (self.check, self.table) == (outcome.check, outcome.table)
        return known and as_of <= self.expires and (self.at_most is None or outcome.count <= self.at_most)


class WaiverError(ValueError):
    """The file of waivers cannot be used; the message is one sentence with file, entry and what to do."""


def read_waivers(path: Path | None, as_of: dt.date) -> tuple[Waiver, ...]:
    """The waivers of a file, those that are over too; none for no file.

    Raises WaiverError for a file that cannot be read, an entry that lacks something or says something unknown, two
    entries for one check and table, a check that nobody can waive, an end more than `LONGEST` days after the night, and
    for words that hold a long number: they are published.
    """
    if path is None:
        return ()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WaiverError(f"The file of waivers {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WaiverError(f"The file of waivers {path} is no TOML in UTF-8: {error}.") from error
    unknown = sorted(set(document) - {"waiver"})
    entries = document.get("waiver", [])
    if unknown or not isinstance(entries, list):
        raise WaiverError(f"{path}: only [[waiver]] tables may stand in it, found {', '.join(unknown) or 'waiver'}.")
    waivers = tuple(_waiver(path, number, entry, as_of) for number, entry in enumerate(entries, start=1))
    seen: set[tuple[str, str]] = set()
    for number, waiver in enumerate(waivers, start=1):
        if (waiver.check, waiver.table) in seen:
            raise WaiverError(f"{path}, waiver {number}: {waiver.check} on {waiver.table} is waived twice; keep one.")
        seen.add((waiver.check, waiver.table))
    return waivers


def _waiver(path: Path, number: int, entry: object, as_of: dt.date) -> Waiver:
    def refuse(why: str) -> WaiverError:
        return WaiverError(f"{path}, waiver {number}: {why}")

    if not isinstance(entry, Mapping):
        raise refuse("it is no table; write [[waiver]].")
    given: dict[str, Any] = dict(entry)
    if unknown := sorted(set(given) - set(_KEYS)):
        raise refuse(f"{', '.join(unknown)} is unknown; known are {', '.join(_KEYS)}.")
    if missing := [name for name in _REQUIRED if not given.get(name)]:
        raise refuse(f"{', '.join(missing)} is missing; a waiver says who accepts what, why, and until when.")
    for name, value in given.items():
        # A time of day is a date too, and true is a number: neither is meant.
        if type(value) is not _KEYS[name]:
            kind = {str: "a text", dt.date: "a date like 2025-09-30 without quotes", int: "a whole number"}[_KEYS[name]]
            raise refuse(f"{name} must be {kind}.")
    waiver = Waiver(**given)
    if waiver.check.startswith(NEVER):
        raise refuse(f"{waiver.check} keeps personal data from the public and cannot be waived; mend the table.")
    if (waiver.expires - as_of).days > LONGEST:
        raise refuse(f"expires = {waiver.expires} is more than {LONGEST} days after the night {as_of}; choose earlier.")
    if _DIGITS.search(waiver.reason) or _DIGITS.search(waiver.owner):
        raise refuse("reason or owner holds a long number; they are published, name no person and no telephone.")
    return waiver
