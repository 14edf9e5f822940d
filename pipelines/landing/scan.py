"""What lies in the landing folder: dated folders, file names, stat signatures; no file is opened here (spec 2.1)."""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KongchuoError, TemporaryError
from schemas.sources import BY_LABEL

_NAME = re.compile(
    r"(?P<kind>[^_.]+)_(?P<code>\d{6})(?:_.*?)?\.(?P<extension>[0-9A-Za-z]+(?:\.(?:gz|zip))?)", re.IGNORECASE
)
_AWAY = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOENT", "ENOTDIR", "EIO", "EREMOTEIO", "ESTALE", "ENODEV", "ENXIO", "EBADF", "EAGAIN", "EINTR"),
        *("ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ECONNREFUSED", "ECONNRESET"),
    )
    if hasattr(errno, name)
)
"""What a mount says that is slow or gone; what lay there a moment ago cannot be missing otherwise."""
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


class LandingError(KongchuoError):
    """The landing folder cannot give a night anything to work on."""


class LandingUnreachableError(LandingError, TemporaryError):
    """The landing folder, or what lay in it a moment ago, cannot be reached: a mount that is slow or gone."""


def unreachable(path: Path | str, error: OSError) -> LandingError:
    """The error for a folder or file of the landing that the system does not give us."""
    if error.errno in _AWAY:
        return LandingUnreachableError(
            f"{path} cannot be reached ({error.strerror}), nothing was changed: see whether the file system of the "
            "landing folder is mounted and answers, then run again."
        )
    return LandingError(
        f"{path} cannot be read ({error.strerror}); let the night's user read it, or take it away, and run again."
    )


@dataclass(frozen=True)
class LandedFile:
    """One delivered file: its name says kind and code, its folder the date."""

    delivery: str  # <date>/<file>
    kind: str
    code: str
    extension: str
    delivered_on: dt.date
    file_name: str
    path: Path
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def signature(self) -> dict[str, int]:
        """What the file system says of the file without opening it; a changed file has another signature."""
        return {"size": self.size, "mtime_ns": self.mtime_ns, "ctime_ns": self.ctime_ns}


@dataclass(frozen=True)
class Landing:
    """The landing folder up to a day: deliveries, names that are none, files still being written."""

    files: tuple[LandedFile, ...]
    ignored: tuple[str, ...]
    unfinished: tuple[str, ...] = ()


def signature(stat: os.stat_result) -> dict[str, int]:
    """Size and times of a file as they are recorded."""
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "ctime_ns": stat.st_ctime_ns}


def scan(landing: Path, as_of: dt.date) -> Landing:
    """List the deliveries dated up to `as_of`, in the order date, file name.

    Hidden files do not count; files named as unfinished (`.part`, `.tmp`) are left for a later run, other files whose
    name says no known kind and code are reported as ignored. Raises LandingError when there is no landing folder.
    """
    files: list[LandedFile] = []
    ignored: list[str] = []
    unfinished: list[str] = []
    for folder in sorted(_entries(landing), key=lambda entry: entry.name):
        if folder.name.startswith("."):
            continue
        day = _date(folder.name) if folder.is_dir() else None
        if day is None:
            ignored.append(folder.name)
        elif day <= as_of:
            for entry in sorted(_inside(folder), key=lambda entry: entry.name):
                if entry.name.startswith((".", "~$")):
                    continue
                if entry.name.lower().endswith(_UNFINISHED):
                    unfinished.append(f"{day}/{entry.name}")
                else:
                    _take(entry, day, files, ignored, unfinished)
    return Landing(tuple(files), tuple(ignored), tuple(unfinished))


def _entries(landing: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(landing) as entries:
            return list(entries)
    except OSError as error:
        kind = LandingUnreachableError if error.errno in _AWAY else LandingError
        raise kind(
            f"The landing folder {landing} cannot be read ({error.strerror}); "
            "give the folder that holds the agencies' dated folders (YYYY-MM-DD)."
        ) from error


def _inside(folder: os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder.path) as entries:
            return list(entries)
    except OSError as error:
        raise unreachable(folder.path, error) from error


def _date(name: str) -> dt.date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
        return None
    try:
        return dt.date.fromisoformat(name)
    except ValueError:
        return None


def _take(
    entry: os.DirEntry[str], day: dt.date, files: list[LandedFile], ignored: list[str], unfinished: list[str]
) -> None:
    name = entry.name
    match = _NAME.fullmatch(name)
    try:
        if not match or match["kind"] not in BY_LABEL or not entry.is_file():
            ignored.append(f"{day}/{name}")
            return
        found = signature(entry.stat())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and Path(entry.path).parent.is_dir():
            unfinished.append(f"{day}/{name}")  # renamed since the folder was listed
            return
        raise unreachable(entry.path, error) from error
    files.append(
        LandedFile(
            f"{day}/{name}", match["kind"], match["code"], match["extension"].lower(), day, name, Path(entry.path),
            **found,
        )
    )  # fmt: skip
