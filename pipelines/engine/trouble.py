"""What the machine did to a night: no room, no memory, a damaged warehouse, told apart from faults of the program.

Texts of the system are looked at and never passed on: a database that quotes a value quotes a child.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.errors import KongchuoError, TemporaryError, WarehouseDamagedError

_NO_ROOM = ("No space left on device", "Disk quota exceeded", "max_temp_directory_size", "File too large")
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM}
_DAMAGED = (
    *("Could not read enough bytes", "checksum", "Corrupt", "corrupt", "not a valid DuckDB", "magic bytes"),
    *("deserializ", "Deserializ"),
)
_LOCKED = "Could not set lock on file"


def trouble(error: BaseException, warehouse: Path) -> KongchuoError | None:
    """The sentence for whoever minds the machine; None for an error that is none of the machine's.

    `warehouse` is the file that the night had open; its folder is the home.
    """
    for one in chain(error):
        found = _known(one, warehouse)
        if found is not None:
            return found
    return None


def _known(error: BaseException, warehouse: Path) -> KongchuoError | None:
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(words in text for words in _NO_ROOM):
        return KongchuoError(
            f"There is no room left on the disk of {warehouse.parent} (or of the spill folder), nothing was published: "
            "make room (`kongchuo tidy` takes old nights away) and run the same night again."
        )
    if isinstance(error, (duckdb.OutOfMemoryException, MemoryError)):
        return KongchuoError(
            "The night needs more memory than it may use, nothing was published: raise "
            "KONGCHUO_MEMORY_LIMIT, give a spill folder with room (KONGCHUO_SPILL), or stop what runs beside it."
        )
    if isinstance(error, duckdb.Error) and _LOCKED in text:
        return TemporaryError(
            f"Another program has {warehouse} open: nobody but `kongchuo` may open it. Published databases stand under "
            "published/current. Close the other program and run again."
        )
    if _is_damage(error, text):
        return WarehouseDamagedError(
            f"The warehouse {warehouse} cannot be read, it seems damaged; nothing was published. Run "
            f"`kongchuo rebuild --home {warehouse.parent}`: it makes the ledger anew from the journal of events, and "
            "the next night reads the deliveries again."
        )
    if isinstance(error, OSError) and number in _NOT_WRITABLE:
        return KongchuoError(
            f"{error.filename or warehouse.parent} cannot be written ({error.strerror}), nothing was "
            "published: let this user write there, or give --home another folder."
        )
    return None


def _is_damage(error: BaseException, text: str) -> bool:
    if isinstance(error, (duckdb.FatalException, duckdb.SerializationException, duckdb.InternalException)):
        return True
    return isinstance(error, duckdb.Error) and any(words in text for words in _DAMAGED)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, even where the text of that was kept back."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
