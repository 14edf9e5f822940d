"""`kongchuo replay --dry-run`: what a replay would change, in a table; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich import box
from rich.table import Table

from assets.progress import watching
from assets.running import check_home
from assets.summary import wide_console
from pipelines.engine.protocol import Machine
from pipelines.night import load_waivers, run_night
from pipelines.rehearsal import Change, rehearse
from pipelines.settings import load_policy
from quality.waivers import FILE as WAIVERS

_COLUMNS = 6  # names of differing columns shown of a table


def print_rehearsal(
    nights: Sequence[date],
    landing: Path,
    home: Path,
    policy: Path | None,
    waivers: Path | None,
    secret: bytes,
    machine: Machine | None = None,
) -> None:
    """Run the nights on a copy of the warehouse and print which published tables would differ (stdout)."""
    check_home(home)
    for as_of in nights:
        load_policy(policy, as_of)
        load_waivers(waivers, home, as_of)
    # The copy in which the nights are tried has no file of its own.
    accepted = waivers or next((file for file in (home / WAIVERS,) if file.exists()), None)

    with watching(len(nights)) as watcher:

        def run(copy: Path) -> None:
            for as_of in nights:
                run_night(as_of, landing, copy, policy, secret, watcher, waivers=accepted, machine=machine)

        changes = rehearse(home, nights, run)
    console = wide_console()
    if not changes:
        console.print("Nothing that is published would change.", markup=False)
        return
    console.print(_table(changes))
    touched = len({change.night for change in changes})
    console.print(
        f"{touched} of {len(nights)} nights would change; nothing has been changed. "
        "Run the same command without --dry-run to publish them so.",
        markup=False,
        highlight=False,
    )


def _table(changes: Sequence[Change]) -> Table:
    """One row per night and table: rows by their keys, and the columns in which others differ."""
    table = Table(title="What would change", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Night", no_wrap=True)
    table.add_column("Table", no_wrap=True)
    for heading in ("New rows", "Gone", "Changed"):
        table.add_column(heading, justify="right")
    table.add_column("In")
    last: date | None = None
    for change in changes:
        more = f" and {len(change.columns) - _COLUMNS} more" if len(change.columns) > _COLUMNS else ""
        counts = (str(n) if n else "" for n in (change.added, change.gone, change.changed))
        night = str(change.night) if change.night != last else ""
        table.add_row(night, change.table, *counts, ", ".join(change.columns[:_COLUMNS]) + more)
        last = change.night
    return table
