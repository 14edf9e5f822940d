"""What lies in the landing folder, as one short text that changes when a delivery comes, changes or grows.

The sensors compare it with what runs have taken; a run writes it down in its tags when it begins a night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.landing.scan import LandedFile, scan
from schemas.sources import BY_LABEL

NIGHT = "kongchuo/night"
DELIVERIES = "kongchuo/deliveries"
DECISIONS = "kongchuo/decisions"

REVIEWED = "match_decision"
"""The kind that reviewers deliver: they want to see tonight what they decided today."""


@dataclass(frozen=True)
class Manifest:
    """The deliveries up to a day: those of the agencies, the reviewers' decisions, and what is dated later."""

    files: tuple[LandedFile, ...]
    decided: tuple[LandedFile, ...]
    later: tuple[LandedFile, ...]

    @property
    def tags(self) -> dict[str, str]:
        """What a run writes down of what it takes."""
        return {DELIVERIES: fingerprint(self.files), DECISIONS: fingerprint(self.decided)}


def manifest(landing: Path, until: date) -> Manifest:
    """What is delivered up to a day, by names, sizes and times; raises KongchuoError or OSError."""
    found = scan(landing, date.max).files
    due = [file for file in found if file.delivered_on <= until]
    return Manifest(
        tuple(file for file in due if not _is_decision(file)),
        tuple(file for file in due if _is_decision(file)),
        tuple(file for file in found if file.delivered_on > until),
    )


def fingerprint(files: Iterable[LandedFile]) -> str:
    """The same for the same names, sizes and times, whatever the order."""
    said = sorted(f"{file.delivery}\t{file.size}\t{file.mtime_ns}\t{file.ctime_ns}" for file in files)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32] if said else ""


def _is_decision(file: LandedFile) -> bool:
    return BY_LABEL[file.kind].name == REVIEWED
