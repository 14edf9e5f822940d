"""Where the report of a night is and what it comes to: for whoever asks afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KongchuoError

FOLDER = "expectations"
"""Folder of the report in the folder of its night."""
INDEX, RESULTS = "index.html", "results.json"


@dataclass(frozen=True)
class Told:
    """A report that is there: its first page, how many expectations were held against the night, how many not met."""

    page: Path
    expectations: int
    not_met: int


def told(night: Path) -> Told | None:
    """The report of a night by its folder; None where the suites have not been run.

    Raises KongchuoError for one that cannot be read.
    """
    folder = night / FOLDER
    if not folder.is_dir():
        return None
    try:
        found = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
        return Told(folder / INDEX, int(found["expectations"]), int(found["not_met"]))
    except (OSError, ValueError, KeyError) as error:
        raise KongchuoError(f"{folder / RESULTS} cannot be read; run `kongchuo suites` again.") from error
