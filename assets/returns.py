"""The command `kongchuo returns`: what the agencies of a county have to correct, a workbook each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from assets.occasion import occasion
from assets.summary import MIN_WIDTH, published_night, wide_console
from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish import export_log
from pipelines.publish.returned import Returned, find_place, returned
from pipelines.publish.workbooks import write_returns


def print_returns(home: Path, county: str, as_of: date | None, out: Path | None) -> None:
    """Write the workbooks of one county and night, and print how much went into each (stdout)."""
    night = published_night(home, as_of)
    with Snapshot(night.report) as report:
        place = find_place(report, night.as_of, county.strip())
    with Snapshot(night.cases) as cases:
        backs = returned(cases, night.as_of, place)
    folder = out or home / "returns" / night.as_of.isoformat()
    if not backs:
        # What an earlier run of this command wrote for the night is taken away too; a folder is not made for it.
        if folder.is_dir():
            write_returns([], place, night.as_of, folder)
        text = f"Nothing to return: {place.name} ({place.code}), night of {night.as_of}."
        wide_console().print(text, markup=False, highlight=False)
        return
    paths = write_returns(backs, place, night.as_of, folder)
    entries = [export_log.exported_file(path, "returns", night.as_of, place.code, "full") for path in paths]
    try:
        export_log.append(home, occasion("returns"), entries)
    except KongchuoError:
        write_returns([], place, night.as_of, folder)  # what is not logged is not handed out
        raise
    # A path stands on one line, so that it can be copied.
    console = wide_console(max(MIN_WIDTH, 80 + max(len(str(path)) for path in paths)))
    console.print(_table(backs, paths, f"Returns of {place.name} ({place.code}), night of {night.as_of}"))


def _table(backs: list[Returned], paths: list[Path], title: str) -> Table:
    """One row per agency: how much of each, and where its workbook is."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Agency")
    for heading in ("Files refused", "Rows rejected", "Id faults"):
        table.add_column(heading, justify="right")
    table.add_column("Workbook", no_wrap=True)
    for back, path in zip(backs, paths, strict=True):
        numbers = (len(back.files), back.row_count, len(back.faults))
        table.add_row(back.agency, *(str(number) for number in numbers), escape(str(path)))
    return table
