"""One run at a time in a home: who holds it is written where the next one looks.

The lock is the operating system's (`flock`): it goes with the process that holds it, however that ends. The file beside
it only says who that is, for the sentence to whoever is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipelines.errors import HomeHeldError, KongchuoError

if TYPE_CHECKING:
    from pipelines.publish.export_log import Occasion

FILE = ".holder"


@contextmanager
def holding(home: Path, purpose: str, occasion: Occasion | None = None) -> Iterator[None]:
    """Hold a home for the length of the block; what is held already is refused. See `hold`."""
    handle = hold(home, purpose, occasion)
    try:
        yield
    finally:
        release(handle)


def hold(home: Path, purpose: str, occasion: Occasion | None = None) -> IO[str]:
    """Hold a home until `release`; the folder must be there.

    `purpose` is what is being done ("the night 2025-09-01"), `occasion` who does it since when. Raises HomeHeldError,
    which names the holder, where another process (or this one) holds it already, and KongchuoError where the home
    cannot be written.
    """
    path = home / FILE
    try:
        # Never emptied on opening: what the holder wrote must still be there for whoever is refused.
        handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
    except OSError as error:
        raise KongchuoError(
            f"The home folder {home} cannot be used ({error.strerror}); give --home a folder you may write to."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(handle)
        handle.close()
        raise HomeHeldError(
            f"The home {home} is in use by {holder}. Wait until that is done; if it hangs, stop that process and run "
            "again: a run that was stopped leaves nothing behind."
        ) from None
    except OSError as error:
        handle.close()
        raise KongchuoError(
            f"The home {home} cannot be locked ({error.strerror}); its file system must know locks."
        ) from error
    written = {"pid": os.getpid(), "host": socket.gethostname(), "doing": purpose}
    if occasion:
        written |= {"user": occasion.user, "since": occasion.when.isoformat(timespec="seconds")}
    with suppress(OSError):  # a full disk must not keep the night from saying so in its own words
        handle.seek(0)
        handle.truncate()
        handle.write(json.dumps(written, ensure_ascii=False) + "\n")
        handle.flush()
    return handle


def release(handle: IO[str]) -> None:
    """Let go of a home; the file stays, empty: to take it away would let two others hold it."""
    with suppress(OSError):
        handle.seek(0)
        handle.truncate()
    handle.close()


def _holder(handle: IO[str]) -> str:
    """Process, host, user, purpose and since when, as far as the file says."""
    try:
        said = json.loads(handle.read())
        since = f", since {said['since']}" if "since" in said else ""
        user = f" of {said['user']}" if "user" in said else ""
        return f"process {said['pid']}{user} on {said['host']} ({said['doing']}{since})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
