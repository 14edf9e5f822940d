"""What a replay would change: the nights run on a copy of the warehouse, held against what is published (spec 6.1).

A corrected old delivery may change every night after it. Before anyone's figures change, the engineer sees which.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish.databases import FILES
from pipelines.publish.folder import published_root
from schemas.catalogue import tables_of
from schemas.tables import Table

WAREHOUSE = "warehouse.duckdb"
_SUFFIXES = ("", ".wal")  # what a run that was killed left unwritten belongs to the file
_LAYERS = ("published", "restricted")  # records of deliveries and checks are no figures
_NOT_FIGURES = ("published.dictionary",)


@dataclass(frozen=True)
class Change:
    """How one table of one night would differ: rows by key that come, go, or differ in the named columns."""

    night: dt.date
    table: str
    added: int
    gone: int
    changed: int
    columns: tuple[str, ...]


@contextmanager
def copied_home(home: Path) -> Iterator[Path]:
    """A home of its own with a copy of the warehouse, beside the real one; gone at the end of the block.

    Raises KongchuoError where no night was run yet, or where there is no room or no right to write.
    """
    if not (home / WAREHOUSE).exists():
        raise KongchuoError(f"No night has been run in {home} yet: there is nothing that a replay could change.")
    try:
        with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=home) as folder:
            copy = Path(folder)
            for suffix in _SUFFIXES:
                file = home / f"{WAREHOUSE}{suffix}"
                if file.exists():
                    shutil.copy2(file, copy / file.name)
            yield copy
    except OSError as error:
        raise KongchuoError(
            f"A copy of the warehouse cannot be made in {home} ({error.strerror}); make room for it."
        ) from error


def rehearse(home: Path, nights: Sequence[dt.date], run: Callable[[Path], None]) -> list[Change]:
    """Run nights on a copy of the warehouse and say what would differ from what is published; nothing is changed.

    `run` runs the nights on the home that it is given. Nights that are not published yet have no figures to differ
    from and are left out. One entry per night and table that differs, in the order of nights and of the catalogue.
    """
    with copied_home(home) as copy:
        run(copy)
        return [change for night in nights if _there(home, night) for change in _changes(home, copy, night)]


def _there(home: Path, night: dt.date) -> bool:
    return (published_root(home) / night.isoformat()).exists()


def _changes(home: Path, copy: Path, night: dt.date) -> Iterator[Change]:
    for file, layers in FILES.items():
        wanted = [layer for layer in layers if layer in _LAYERS]
        if not wanted:
            continue
        paths = [published_root(folder) / night.isoformat() / file for folder in (home, copy)]
        with Snapshot(paths[0]) as before, Snapshot(paths[1]) as after:
            for table in tables_of(*wanted):
                if table.full_name not in _NOT_FIGURES:
                    change = compared(table, night, _rows(before, table), _rows(after, table))
                    if change:
                        yield change


def _rows(snapshot: Snapshot, table: Table) -> pl.DataFrame:
    """The rows of a published table; none where an older version of the program did not publish it."""
    found = snapshot.read(
        "select count(*) as n from duckdb_tables() where schema_name || '.' || table_name = $name",
        {"name": table.full_name},
    )
    if not found["n"][0]:
        return pl.DataFrame()
    return snapshot.read(f"from {table.full_name}")


def compared(table: Table, night: dt.date, before: pl.DataFrame, after: pl.DataFrame) -> Change | None:
    """How two states of a table differ, by its key; None when they are the same. Null equals null."""
    if before.equals(after):
        return None
    if not before.width or not after.width:
        return Change(night, table.full_name, after.height, before.height, 0, ())
    key = list(table.key) or [column for column in after.columns if column in before.columns]
    added = after.join(before, on=key, how="anti", nulls_equal=True).height
    gone = before.join(after, on=key, how="anti", nulls_equal=True).height
    cells = [column for column in after.columns if column in before.columns and column not in key]
    both = after.select(*key, *cells).join(before.select(*key, *cells), on=key, suffix="#before", nulls_equal=True)
    differs = {column: pl.col(column).ne_missing(pl.col(f"{column}#before")) for column in cells}
    columns = [column for column, differ in differs.items() if both.select(differ.any()).item()]
    changed = both.select(pl.any_horizontal(differs[column] for column in columns).sum()).item() if columns else 0
    if not (added or gone or changed):
        return None
    return Change(night, table.full_name, added, gone, int(changed), tuple(columns))
