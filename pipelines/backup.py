"""A home in one file, and back: `kongchuo backup` and `kongchuo restore`.

The file is a tar with a list of SHA-256 in front, so that a copy that lost a byte is seen before it is believed. It
holds what cannot be made again from the deliveries: the warehouse, the journal of events, the log of exports, the
waivers, a trained model, and the published nights as they were shown. Deliveries are no part of a home: the landing
folder has a back-up of its own. A back-up holds children, and is logged like every export (spec 6.3).
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.protocol import SPARK_FOLDER, WORKING_FILE
from pipelines.errors import KongchuoError
from pipelines.holding import FILE as HOLDER
from pipelines.holding import holding
from pipelines.night import WAREHOUSE
from pipelines.publish import export_log
from pipelines.publish.folder import nights
from pipelines.rebuild import is_good

if TYPE_CHECKING:
    from pipelines.publish.export_log import Occasion

LIST = "SHA256SUMS"
"""First member of the file: a line a file as `sha256sum` writes them."""
_PASSED_OVER = (HOLDER, f"{WAREHOUSE}.tmp", f"{WAREHOUSE}{WORKING_FILE}", f"{WAREHOUSE}.rebuilt")
_TO_PUBLISHED = "published"


@dataclass(frozen=True)
class BackedUp:
    """What went into a back-up or came out of it: files and their bytes."""

    files: int
    bytes: int


def back_up(home: Path, to: Path, occasion: Occasion, *, published: bool = True) -> BackedUp:
    """Write a home to a tar file, for its owner alone; with a name ending in .gz it is compressed.

    `published=False` leaves the published nights out: they can be replayed. No night can run meanwhile. Raises
    KongchuoError where there is nothing to save, the file is there already, or it cannot be written.
    """
    if not (home / WAREHOUSE).exists():
        raise KongchuoError(f"There is no warehouse in {home}; give the home of a night that was run with --home.")
    if to.exists():
        raise KongchuoError(f"{to} is there already; give another name, nothing is written over.")
    if to.resolve().is_relative_to(home.resolve()):
        raise KongchuoError(f"{to} lies in the home itself; put the back-up on another disk.")
    aside = to.with_name(f".{to.name}.part")
    with holding(home, "backing up", occasion):
        paths = list(_members(home, published=published))
        try:
            done = _write(home, paths, aside)
            night = max(nights(home), default=occasion.when.date())
            export_log.append(
                home, occasion, [export_log.exported_file(aside, "backup", night, "", "full", name=to.name)]
            )
            aside.replace(to)
            return done
        except OSError as error:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise KongchuoError(
                f"The back-up {to} cannot be written ({error.strerror}); give a folder with room that you may write to."
            ) from error


def _write(home: Path, paths: list[Path], aside: Path) -> BackedUp:
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    sums = [(_digest(path), path.relative_to(home).as_posix()) for path in files]
    listed = "".join(f"{digest}  {name}\n" for digest, name in sums).encode()
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as handle,
        tarfile.open(fileobj=handle, mode="w:gz" if ".gz" in aside.suffixes else "w", format=tarfile.PAX_FORMAT) as tar,
    ):
        head = tarfile.TarInfo(LIST)
        head.size, head.mode = len(listed), 0o600
        tar.addfile(head, io.BytesIO(listed))
        for path in paths:
            tar.add(path, path.relative_to(home).as_posix(), recursive=False)
    with aside.open("rb") as written:
        os.fsync(written.fileno())
    return BackedUp(len(files), sum(path.stat().st_size for path in files))


def restore(file: Path, home: Path) -> BackedUp:
    """Put a back-up into an empty home and prove it: every file by its SHA-256, the warehouse by reading it through.

    Raises KongchuoError, and leaves no home behind, where the file is no back-up or damaged, or where the home is there
    already and not empty.
    """
    if home.exists() and any(home.iterdir()):
        raise KongchuoError(f"{home} is not empty; restore into a new folder and put it in the place of the old one.")
    aside = home.with_name(f".{home.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir(mode=0o700)
        found = _read(file, aside)
        if not is_good(aside / WAREHOUSE, aside):
            raise KongchuoError(f"The warehouse in {file} is damaged; take an older back-up.")
        (aside / HOLDER).unlink(missing_ok=True)
        aside.chmod(0o755)
        if home.exists():
            home.rmdir()
        aside.replace(home)
        return found
    except (OSError, tarfile.TarError, EOFError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is no back-up, or damaged"
        raise KongchuoError(f"{file} cannot be restored to {home} ({why}).") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _read(file: Path, to: Path) -> BackedUp:
    with tarfile.open(file) as tar:
        first = tar.next()
        listed = tar.extractfile(first) if first is not None and first.name == LIST else None
        if listed is None:
            raise KongchuoError(f"{file} is no back-up of `kongchuo backup`.")
        sums = dict(line.split("  ", 1)[::-1] for line in listed.read().decode().splitlines())
        # Modes are those of the home: folders of children stay closed to everyone else.
        tar.extractall(to, filter="tar")
    (to / LIST).unlink(missing_ok=True)
    broken = [name for name, digest in sums.items() if not (to / name).is_file() or _digest(to / name) != digest]
    if broken:
        raise KongchuoError(
            f"{len(broken)} file(s) of the back-up {file} are damaged, first {broken[0]}; take an older one."
        )
    return BackedUp(len(sums), sum((to / name).stat().st_size for name in sums))


def _members(home: Path, *, published: bool) -> Iterator[Path]:
    """Everything of a home that lasts, folders before what is in them."""
    for path in sorted(home.iterdir()):
        if path.name in _PASSED_OVER or path.name.startswith((".rehearsal-", SPARK_FOLDER)) or path.suffix == ".part":
            continue
        if path.name == _TO_PUBLISHED and not published:
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from sorted(path.rglob("*"))


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
