"""The log of exports (spec 6.3): who took what about children out of the house, when, how guarded.

`<home>/exports.jsonl`, a line of JSON per file, only ever appended to, for its owner alone. It names units, files and
keys of children, never a person. Who and when are given by the caller: a result must not depend on the clock.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import KongchuoError
from pipelines.publish.folder import MEETING, RESTRICTED

LOG = "exports.jsonl"
PRIVATE_DATABASES = ("cases.duckdb", "case_history.duckdb")
"""Files of a night that hold children, beside the folders `restricted`."""

Extent = Literal["full", "masked"]
Encryption = Literal["none", "password", "age"]


@dataclass(frozen=True)
class Occasion:
    """Who did it, when and with which command; `when` with its offset from UTC."""

    when: datetime
    user: str
    command: str


@dataclass(frozen=True)
class Exported:
    """One thing that left: what it is, of which night and unit, how much of it, how it is encrypted, which file.

    `file` is a name of our own making, never one that somebody typed: that might be a child's. What was only shown has
    none.
    """

    what: str
    as_of: date
    unit: str
    extent: Extent
    encryption: Encryption = "none"
    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None


def exported_file(
    path: Path, what: str, as_of: date, unit: str, extent: Extent, encryption: Encryption = "none", name: str = ""
) -> Exported:
    """The entry of a file that has been written; `name` where it is logged under another name than its own."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Exported(what, as_of, unit, extent, encryption, name or path.name, digest, path.stat().st_size)


def append(home: Path, occasion: Occasion, exported: Iterable[Exported]) -> None:
    """Add lines in one write, so that lines of two commands never mix; raises KongchuoError where that cannot be done.

    Called before what is logged is handed over: nothing leaves that is not in the log.
    """
    head = {"when": occasion.when.isoformat(timespec="seconds"), "user": occasion.user, "command": occasion.command}
    lines = [json.dumps(head | asdict(one), ensure_ascii=False, default=str) + "\n" for one in exported]
    if not lines:
        return
    path = home / LOG
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_uid == os.geteuid():
                os.fchmod(descriptor, 0o600)
            data = "".join(lines).encode()
            if os.write(descriptor, data) != len(data):
                raise OSError(0, "the disk is full")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise KongchuoError(
            f"The log of exports {path} cannot be written ({error.strerror}), so nothing was exported; "
            "let this user write there."
        ) from error


def read(home: Path, since: date | None = None) -> list[dict[str, Any]]:
    """The entries from a day on, oldest first; none where nothing was exported yet.

    Raises KongchuoError where the log may not be read, or where a line is not one of ours.
    """
    path = home / LOG
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise KongchuoError(f"The log of exports {path} cannot be read; let its owner read it.") from error
    try:
        entries = [json.loads(line) for line in lines if line.strip()]
        return [one for one in entries if since is None or datetime.fromisoformat(one["when"]).date() >= since]
    except (ValueError, KeyError, TypeError) as error:
        raise KongchuoError(f"The log of exports {path} has a line that this program did not write.") from error


def restricted_files(folder: Path, as_of: date) -> list[Exported]:
    """The entries of everything about children in the folder of a night."""
    found = [
        exported_file(folder / name, "database", as_of, "", "full", name=f"{as_of}/{name}")
        for name in PRIVATE_DATABASES
        if (folder / name).exists()
    ]
    for path in sorted((folder / "reports").rglob(f"{RESTRICTED}/*")):
        unit = path.parent.parent.name
        found.append(
            exported_file(
                path,
                "workbook",
                as_of,
                "" if unit == "reports" else unit,
                "masked" if path.stem.endswith(MEETING) else "full",
                name=f"{as_of}/{path.relative_to(folder).as_posix()}",
            )
        )
    return found
