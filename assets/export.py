"""The commands `kongchuo export` and `kongchuo exports`: restricted workbooks handed out, and the log of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from assets.occasion import occasion
from assets.summary import MIN_WIDTH, published_night, wide_console
from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish import export_log
from pipelines.publish.export import export
from pipelines.publish.returned import find_place
from pipelines.publish.sealing import Seal, seal_for, seal_from_password_file

_COLUMNS = ("when", "user", "command", "as_of", "unit", "what", "extent", "encryption", "bytes", "sha256", "file")


def print_export(
    home: Path,
    county: str,
    as_of: date | None,
    out: Path,
    password_file: Path | None,
    recipients: Sequence[str],
    *,
    unencrypted: bool,
    masked: bool,
) -> None:
    """Copy the workbooks of a county out, and print where they are (stdout)."""
    seal = _seal(password_file, recipients, unencrypted=unencrypted)
    night = published_night(home, as_of)
    with Snapshot(night.report) as report:
        place = find_place(report, night.as_of, county.strip())
    sent = export(home.absolute(), night.folder, night.as_of, place.code, out, seal, occasion("export"), masked=masked)
    table = Table(
        title=f"Exported: {place.name} ({place.code}), night of {night.as_of}, {'masked' if masked else 'full'}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("Encryption")
    table.add_column("Bytes", justify="right")
    table.add_column("Workbook", no_wrap=True)
    for one in sent:
        table.add_row(one.entry.encryption, str(one.entry.bytes), escape(str(one.path)))
    # A path stands on one line, so that it can be copied.
    wide_console(max(MIN_WIDTH, 60 + max(len(str(one.path)) for one in sent))).print(table)


def print_exports(home: Path, since: date | None) -> None:
    """Print the log of exports, oldest first, a line an entry, its parts apart by tabs (stdout)."""
    if not home.is_dir():
        raise KongchuoError(f"There is no folder {home}; give the --home of a night that was run.")
    for entry in export_log.read(home, since):
        cells = ("—" if entry.get(name) in (None, "") else str(entry[name]) for name in _COLUMNS)
        typer.echo("\t".join(cells))


def _seal(password_file: Path | None, recipients: Sequence[str], *, unencrypted: bool) -> Seal:
    """How the caller wants it guarded; raises KongchuoError unless exactly one way is given."""
    if sum((password_file is not None, bool(recipients), unencrypted)) != 1:
        raise KongchuoError(
            "Say how the workbooks are guarded: --password-file FILE, --age-recipient age1… (one or more), "
            "or --unencrypted (by the permission of the file alone)."
        )
    if password_file is not None:
        return seal_from_password_file(password_file)
    return seal_for(recipients) if recipients else Seal()
