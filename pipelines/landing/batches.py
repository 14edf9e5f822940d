"""Which files are read and judged together: many small ones at once, for the cost of a batch is not that of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.landing.places import Places
from pipelines.landing.scan import LandedFile
from schemas.sources import Source

_MIB = 1024 * 1024
_SMALLEST, _LARGEST = 6 * _MIB, 32 * _MIB


def batch_bytes(all_bytes: int) -> int:
    """Bytes of files in a batch of a night that has so many new ones; a larger file is a batch of its own.

    A small night needs several batches to keep all cores busy; a large one has them anyway and saves their costs.
    """
    return min(max(all_bytes // 16, _SMALLEST), _LARGEST)


@dataclass(frozen=True)
class Incoming:
    """A file to be read, and the delivery as which its rows are recorded."""

    file: LandedFile
    delivery_id: int
    version: int


@dataclass(frozen=True)
class Batch:
    """Whole files of one kind. `places`: what is known of places; None where the kind's rows need none."""

    source: Source
    files: tuple[Incoming, ...]
    places: Places | None

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(incoming.file.size for incoming in self.files)


def batches(source: Source, files: Sequence[Incoming], places: Places | None, size_limit: int) -> Iterator[Batch]:
    """The files of a kind in batches, in their order."""
    waiting: list[Incoming] = []
    size = 0
    for incoming in files:
        if waiting and size + incoming.file.size > size_limit:
            yield Batch(source, tuple(waiting), places)
            waiting, size = [], 0
        waiting.append(incoming)
        size += incoming.file.size
    if waiting:
        yield Batch(source, tuple(waiting), places)
