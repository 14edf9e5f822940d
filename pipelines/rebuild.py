"""`kongchuo rebuild`: the ledger from its journal into an empty warehouse (spec 4: the events are the ledger).

Runs are taken in their order and done to the lasting tables once more: rows that a run ended end, rows that it began
begin. Deliveries are not in the journal: the next night reads them again from the landing folder.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import histories, journal, ledger_store, restatements, upgrade
from pipelines.engine import DuckDBEngine
from pipelines.engine.protocol import WORKING_FILE
from pipelines.errors import KongchuoError, TemporaryError, WarehouseDamagedError
from pipelines.holding import holding
from pipelines.night import WAREHOUSE

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from pipelines.publish.export_log import Occasion


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilt ledger holds: runs, events, and the last night that stands."""

    runs: int
    events: int
    last_night: dt.date | None


def rebuild(home: Path, occasion: Occasion | None = None) -> Rebuilt:
    """Make the ledger of a home anew from its journal.

    A warehouse that is there and damaged is set aside first (`warehouse.damaged-1.duckdb`), never taken away.

    Raises KongchuoError, and leaves no warehouse, where there is no journal, a run is missing from it or unreadable;
    and where a warehouse is there that can be read: nothing that is still good is written over. TemporaryError where
    another run holds the home.
    """
    if not home.is_dir():
        raise KongchuoError(f"There is no folder {home}; give the home whose warehouse is lost with --home.")
    with holding(home, "rebuilding the warehouse", occasion):
        return _rebuild(home)


def _rebuild(home: Path) -> Rebuilt:
    warehouse = home / WAREHOUSE
    folders = _runs(home)
    if warehouse.exists():
        if is_good(warehouse, home):
            raise KongchuoError(
                f"There is a warehouse in {home} already, and it can be read; move {WAREHOUSE} out of the folder if it "
                "is the one that is lost."
            )
        _set_aside(warehouse)
    aside = home / f"{WAREHOUSE}.rebuilt"
    _remove(aside)
    engine = DuckDBEngine(aside)
    try:
        ledger_store.prepare(engine)
        for number, folder in enumerate(folders, start=1):
            with engine.transaction():
                _repeat(engine, number, folder)
        # What migrations fill in of older runs.
        with engine.transaction():
            upgrade.apply(engine)
        result = Rebuilt(
            len(folders), engine.count("ledger.event_log"), ledger_store.previous_night(engine, dt.date.max)
        )
    except BaseException:
        engine.close()
        _remove(aside)
        raise
    engine.close()
    aside.replace(warehouse)
    _remove(home / f"{WAREHOUSE}{WORKING_FILE}")  # what the lost warehouse's last night left
    return result


def _runs(home: Path) -> list[Path]:
    """The folders of the journal, run by run; raises where one is missing: the ledger would be silently another."""
    root = journal.journal_root(home)
    found = {int(p.name): p for p in root.glob("*") if p.name.isdigit()} if root.is_dir() else {}
    if not found:
        raise KongchuoError(f"There is no journal of events in {root}: run the nights again from the landing folder.")
    missing = [number for number in range(1, max(found) + 1) if number not in found]
    if missing:
        raise KongchuoError(
            f"The journal {root} lacks run {missing[0]} ({len(missing)} missing in all): bring the folder back from a "
            "copy, or run the nights again from the landing folder."
        )
    return [found[number] for number in sorted(found)]


def _repeat(engine: Engine, number: int, folder: Path) -> None:
    """Do one run to the lasting tables once more."""
    _check_files(folder)
    engine.load_parquet("repeated_run", folder / journal.RUN)
    night = engine.scalar("select night from repeated_run")
    if not isinstance(night, dt.date):
        raise KongchuoError(f"{folder / journal.RUN} holds no run: it is damaged; bring it back from a copy.")
    run = histories.begin_run(engine, night)
    if engine.scalar("select run_id from repeated_run") != number or run.run_id != number:
        raise KongchuoError(f"{folder} is the journal of another run; bring the folder back from a copy.")
    engine.execute("update ledger.run set stands = false where night >= $night and stands", {"night": night})
    engine.load_parquet("ledger.run", folder / journal.RUN, append=True)
    if (folder / journal.PUBLISHED).exists():
        engine.execute("update ledger.run set published = true where run_id = $run_id", {"run_id": number})
    engine.load_parquet("ledger.event_log", folder / journal.EVENTS, append=True)
    engine.load_parquet(restatements.LOG, folder / journal.RESTATED, append=True)
    for history in ledger_store.HISTORIES:
        ended = folder / journal.page(history, "ended")
        if ended.exists():
            engine.load_parquet(histories.ENDED, ended)
            # What is told anew stands among the rows that the run began.
            histories.end_rows(engine, run, history, retell=False)
        begun = folder / journal.page(history, "begun")
        if begun.exists():
            engine.load_parquet(history, begun, append=True)


def _check_files(folder: Path) -> None:
    """Raise where a file of a run is missing: the ledger would be silently another."""
    listed = folder / journal.LIST
    names = listed.read_text(encoding="utf-8").split() if listed.exists() else [journal.LIST]
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        raise KongchuoError(f"{folder} lacks {', '.join(missing)}: it is damaged; bring it back from a copy.")


def is_good(warehouse: Path, home: Path) -> bool:
    """Whether every cell of a warehouse can be read, and it knows every published run of the journal.

    One that another program has open is left alone: raises TemporaryError.
    """
    try:
        engine = DuckDBEngine(warehouse)
    except TemporaryError:
        raise
    except KongchuoError:
        return False
    try:
        engine.read_through()
        ledger_store.prepare(engine)
        ledger_store.check_journal(engine, home)
    except Exception as error:
        known = error if isinstance(error, KongchuoError) else engine.trouble(error)
        if isinstance(known, WarehouseDamagedError):
            return False
        raise known or error from None
    else:
        return True
    finally:
        engine.close()


def _set_aside(warehouse: Path) -> None:
    """Rename a damaged file with its log: somebody may want to know what happened to it."""
    number = 1 + len(list(warehouse.parent.glob("warehouse.damaged-*.duckdb")))
    for suffix in ("", ".wal"):
        found = warehouse.with_name(warehouse.name + suffix)
        if found.exists():
            found.rename(warehouse.with_name(f"warehouse.damaged-{number}.duckdb{suffix}"))


def _remove(warehouse: Path) -> None:
    for suffix in ("", ".wal"):
        warehouse.with_name(warehouse.name + suffix).unlink(missing_ok=True)
