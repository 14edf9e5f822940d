"""The command `kongchuo explain`: the story of one child, on the terminal and as a text file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from assets.occasion import occasion
from assets.summary import published_night, wide_console
from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish import export_log
from pipelines.publish.story import Story, tell


def print_story(home: Path, key: str, as_of: date | None, out: Path | None, *, full: bool) -> None:
    """Print the story of the child that a child_key or case_id means, and write it to `out` where that is given."""
    night = published_night(home, as_of)
    with Snapshot(night.cases) as cases, Snapshot(night.report) as report:
        story = tell(cases, report, night.as_of, key.strip().lower(), full=full)
    # A story that is read on the screen has left as well. The name of the file is the caller's and may be a child's.
    told = export_log.Exported("story", night.as_of, key.strip().lower(), "full" if full else "masked")
    if out is not None:
        data = story.text.encode()
        told = replace(told, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    export_log.append(home, occasion("explain"), [told])
    if out is not None:
        _write(out, story)
    console = wide_console()
    console.print(story.title, style="bold", markup=False, highlight=False)
    for note in story.notes:
        console.print(note, style="dim", markup=False, highlight=False)
    for section in story.sections:
        console.print()
        console.print(section.title, style="bold", markup=False, highlight=False)
        for line in section.lines:
            console.print(line, markup=False, highlight=False)


def _write(out: Path, story: Story) -> None:
    """For its owner alone: it tells of a child."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(story.text)
    except OSError as error:
        raise KongchuoError(
            f"The file {out} cannot be written ({error.strerror}); give another path with --out."
        ) from error
