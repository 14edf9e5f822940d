"""Policy numbers by date and place (policy.toml, spec 6.4): unknown keys are refused, missing ones take the default."""

from __future__ import annotations

import copy
import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

from pipelines.errors import SettingsError
from pipelines.policy_windows import check_windows

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
DEFAULT_POLICY = REFERENCE / "policy.toml"

# Tables whose keys a province names itself; their values share the type of the defaults.
OPEN_TABLES = {("placement", "ages"), ("freshness",), ("delivery", "max_shrink_share")}
LIST_TABLES = {
    "season": {"name", "divisions", "from", "to"},
    "campaign": {"name", "from", "to", "group", "divisions", "target_date"},
    "override": {"valid_from", "division"},
}
CHOICES = {
    ("rates", "decimals"): (0, 1, 2),
    ("rates", "rounding"): ("half_up", "truncate"),
    ("rates", "dropout_variant"): ("event", "ledger", "flow"),
    ("rates", "retention_variant"): ("national", "adjusted", "net"),
}


class Policy(dict[str, Any]):
    """The policy in force at one date for the whole province; `local` holds the counties' own targets.

    `policy["age"]["from"]` and so on, with every key of the default file present. `local[division]` maps a division
    code (4 or 6 digits, as written) to the [targets] in force there.
    """

    local: dict[str, dict[str, Any]]


def load_policy(path: Path | None, as_of: dt.date) -> Policy:
    """Read a policy file over the defaults and resolve dated overrides for one date.

    The newest `valid_from` <= as_of wins; a division's own value stands in `Policy.local` (only [targets] may differ
    by division). Raises SettingsError naming file and key for an unknown key, a wrong type or an unreadable file.
    """
    defaults = _read(DEFAULT_POLICY)
    given = _read(path) if path else {}
    name = str(path) if path else str(DEFAULT_POLICY)
    merged = _merge(defaults, given, (), name)
    policy = Policy({k: v for k, v in merged.items() if k != "override"})
    policy.local = {}
    _check_veto(policy, name)
    overrides = sorted(
        given.get("override", []), key=lambda o: (_date(o.get("valid_from"), name), bool(o.get("division")))
    )
    for override in overrides:
        values = {k: v for k, v in override.items() if k not in LIST_TABLES["override"]}
        division = override.get("division")
        # What is not in force yet is refused today all the same: nobody wants to learn of a spelling mistake in a year.
        in_force = _date(override.get("valid_from"), name) <= as_of
        if division is None:
            changed = _merge(dict(policy), values, (), name)
            _check_veto(changed, name)
            if in_force:
                policy.update(changed)
            continue
        if set(values) - {"targets"}:
            others = ", ".join(sorted(set(values) - {"targets"}))
            raise SettingsError(
                f"{name}: an [[override]] with a division may change [targets] only; remove {others} or the division."
            )
        if not re.fullmatch(r"\d{2}|\d{4}|\d{6}", str(division)):
            raise SettingsError(f"{name}: division '{division}' of an [[override]] must have 2, 4 or 6 digits.")
        targets = _merge(policy["targets"], values.get("targets", {}), ("targets",), name, only_given=True)
        if in_force:
            policy.local.setdefault(str(division), {}).update(targets)
    return policy


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The policy file {path} cannot be read ({error.strerror}); give an existing file with --policy."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The policy file {path} is not valid TOML: {error}.") from error


def _date(value: object, name: str) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsError(
            f"{name}: valid_from of an [[override]] must be a date like \"2026-09-01\", not '{value}'."
        ) from error


def _check_veto(policy: dict[str, Any], name: str) -> None:
    """What fails a county alone is a line of [targets]."""
    unknown = [target for target in policy["assessment"]["veto"] if target not in list(policy["targets"])]
    if unknown:
        raise SettingsError(
            f"{name}: assessment.veto names '{unknown[0]}', which is no line of [targets] "
            f"(known here: {', '.join(sorted(policy['targets']))})."
        )


def _merge(
    base: dict[str, Any], given: dict[str, Any], at: tuple[str, ...], name: str, only_given: bool = False
) -> dict[str, Any]:
    """Lay `given` over `base`, refusing what `base` does not know."""
    result: dict[str, Any] = {} if only_given else copy.deepcopy(base)
    for key, value in given.items():
        here = (*at, key)
        label = ".".join(here)
        if not at and key in LIST_TABLES:
            result[key] = _check_list(key, value, name)
            continue
        if key not in base and at not in OPEN_TABLES:
            raise SettingsError(
                f"{name}: unknown key '{label}'; remove it or correct its spelling "
                f"(known here: {', '.join(sorted(base))})."
            )
        default = base.get(key)
        if isinstance(default, dict):
            if not isinstance(value, dict):
                raise SettingsError(f"{name}: '{label}' must be a table.")
            result[key] = _merge(default, value, here, name)
            continue
        _check_type(default if key in base else next(iter(base.values()), value), value, label, name)
        if here in CHOICES and value not in CHOICES[here]:
            raise SettingsError(
                f"{name}: '{label}' must be one of {', '.join(map(str, CHOICES[here]))}, not '{value}'."
            )
        if at == ("placement", "ages") and not (len(value) == 2 and all(type(age) is int for age in value)):
            raise SettingsError(
                f"{name}: '{label}' must be two whole numbers, the youngest and the oldest age, not {value!r}."
            )
        result[key] = value
    return result


def _check_type(default: Any, value: Any, label: str, name: str) -> None:
    number = isinstance(default, (int, float)) and not isinstance(default, bool)
    fits = (
        isinstance(value, (int, float)) and not isinstance(value, bool) if number else isinstance(value, type(default))
    )
    if not fits:
        raise SettingsError(
            f"{name}: '{label}' must be {'a number' if number else type(default).__name__}, not {value!r}."
        )
    if isinstance(default, int) and not isinstance(default, bool) and not isinstance(value, int):
        raise SettingsError(f"{name}: '{label}' must be a whole number, not {value!r}.")


def _check_list(key: str, value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise SettingsError(f"{name}: write [[{key}]], one table for each entry.")
    for entry in value:
        unknown = set(entry) - LIST_TABLES[key]
        if unknown and key != "override":
            raise SettingsError(
                f"{name}: unknown key '{key}.{sorted(unknown)[0]}'; known here: {', '.join(sorted(LIST_TABLES[key]))}."
            )
    return value if key == "override" else check_windows(key, value, name)
