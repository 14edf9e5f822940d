"""Windows of time that a province names: [[season]] and [[campaign]] of the policy (spec 4.7, 5.5), checked as read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.errors import SettingsError

_GROUPS = ("all", "poor")
_SOME_YEAR = 2023
"""A year without 29 February: a season must exist every year."""


def check_season(entry: dict[str, Any], file: str) -> dict[str, Any]:
    """A season with its days as MM-DD; raises SettingsError, one sentence, for what is missing or cannot be read."""
    name = _name(entry, "season", file)
    days = {key: _day(entry, key, name, file) for key in ("from", "to")}
    return {"name": name, "divisions": _divisions(entry, "season", (2, 4, 6), file), **days}


def check_campaign(entry: dict[str, Any], file: str) -> dict[str, Any]:
    """A campaign with real dates; of all children and the whole province unless it says else. Raises SettingsError."""
    name = _name(entry, "campaign", file)
    first, last = (_date(entry, key, name, file) for key in ("from", "to"))
    if last < first:
        raise SettingsError(f"{file}: campaign '{name}' ends before it begins; correct its 'from' or 'to'.")
    group = entry.get("group", "all")
    if group not in _GROUPS:
        raise SettingsError(f"{file}: group of campaign '{name}' must be one of {', '.join(_GROUPS)}, not {group!r}.")
    return {
        "name": name,
        "from": first,
        "to": last,
        "group": group,
        "divisions": _divisions(entry, "campaign", (2, 4, 6, 9, 12), file),
        "target_date": _date(entry, "target_date", name, file) if "target_date" in entry else None,
    }


CHECKS: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "season": check_season,
    "campaign": check_campaign,
}
"""List of the policy → how one of its entries is checked."""


def check_windows(key: str, entries: Sequence[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    """All entries of a list; raises SettingsError for a bad one, and where two bear one name (and group)."""
    checked = [CHECKS[key](entry, file) for entry in entries]
    names = [(entry["name"], entry.get("group")) for entry in checked]
    twice = sorted({name for name, group in names if names.count((name, group)) > 1})
    if twice:
        raise SettingsError(f"{file}: two [[{key}]] bear the name '{twice[0]}'; give each a name of its own.")
    return checked


def _name(entry: dict[str, Any], key: str, file: str) -> str:
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        raise SettingsError(f"{file}: every [[{key}]] needs a 'name'.")
    return name


def _divisions(entry: dict[str, Any], key: str, lengths: Sequence[int], file: str) -> list[str]:
    """Prefixes of division codes, as text; without any the whole province."""
    given = entry.get("divisions", [])
    listed = given if isinstance(given, list) else [given]
    for code in listed:
        if not re.fullmatch(r"\d+", str(code)) or len(str(code)) not in lengths:
            digits = ", ".join(map(str, lengths))
            raise SettingsError(f"{file}: divisions of a [[{key}]] are codes of {digits} digits, not {code!r}.")
    return [str(code) for code in listed]


def _day(entry: dict[str, Any], key: str, name: str, file: str) -> str:
    value = str(entry.get(key, ""))
    try:
        if not re.fullmatch(r"\d{2}-\d{2}", value):
            raise ValueError
        dt.date.fromisoformat(f"{_SOME_YEAR}-{value}")
    except ValueError as error:
        raise SettingsError(
            f"{file}: '{key}' of season '{name}' must be a day of every year like \"04-01\", not '{value}'."
        ) from error
    return value


def _date(entry: dict[str, Any], key: str, name: str, file: str) -> dt.date:
    value = entry.get(key, "")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsError(
            f"{file}: '{key}' of campaign '{name}' must be a date like \"2025-09-01\", not '{value}'."
        ) from error
