"""What outlives a night: runs, the append-only event log, histories of cases, memory and zero spells (spec 4, 3.3).

A night is committed in one transaction; what later nights had said is set aside first, hence running a night twice
changes nothing, and a replay gives what would have been. Histories run by two clocks (`pipelines.histories`), and each
run's events and changes are written down once more beside the warehouse (`pipelines.journal`).
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import histories, journal, restatements
from pipelines.errors import KongchuoError, SettingsError, WarehouseDamagedError
from pipelines.upgrade import TABLE as VERSION
from pipelines.upgrade import upgrade
from pipelines.version import PROGRAM
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql
from schemas.tables import history

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

HISTORIES = {
    "ledger.memory_history": "ledger.memory_state",
    "ledger.case_history": "ledger.case_state",
    "ledger.zero_history": "indicators.zero_state",
    "ledger.rate_history": "indicators.rate_state",
    "ledger.withheld_history": "indicators.withheld",
    **{table.full_name: f"published.{table.name}" for table in history.TABLES},
}
"""History → the table of tonight whose rows it keeps."""

TABLES = (VERSION, "ledger.run", "ledger.event_log", restatements.LOG, *HISTORIES)
"""Every table that outlives a night."""


def prepare(engine: Engine, warehouse: Path | None = None) -> None:
    """Bring a warehouse to this program's version and create the lasting tables that are missing.

    With the path of the file a warehouse of an older version is copied before it is changed (`pipelines.upgrade`).
    Raises KongchuoError for one of a newer version, and for one whose tables have other columns.
    """
    upgrade(engine, warehouse)
    found = engine.fetch(
        "select table_schema || '.' || table_name as name, list(column_name order by ordinal_position) as columns "
        "from information_schema.columns where table_schema in ('ledger', 'history') group by all"
    )
    for name, columns in found:
        if name in TABLES and tuple(columns) != CATALOGUE[name].columns:
            raise KongchuoError(
                f"The warehouse was written by another version of the program ({name} has other columns): use that "
                "version on, or run the nights again from the landing folder into a new home."
            )
    for name in TABLES:
        engine.execute(create_table_sql(CATALOGUE[name], if_not_exists=True))
    restatements.prepare(engine)


def check_journal(engine: Engine, home: Path) -> None:
    """Raise WarehouseDamagedError where the journal tells of published runs that the warehouse does not know.

    A warehouse that is lost, emptied or put back from an old copy opens like any other, and a night on it would forget
    every case since.
    """
    last = engine.scalar("select coalesce(max(run_id), 0) from ledger.run")
    missing = journal.published_after(home, int(str(last)))
    if missing:
        raise WarehouseDamagedError(
            f"The warehouse in {home} is not the one of the last night: its journal tells of {len(missing)} published "
            f"run(s) after run {last} that the warehouse does not know. Run `kongchuo rebuild --home {home}`."
        )


def check_secret(engine: Engine, secret: bytes) -> None:
    """Raise SettingsError where the nights before were made with another secret.

    Every key of a child (3.2) would become another one: nobody's case, history or task list would be found by it again.
    """
    known = engine.fetch("select child_id, child_key from ledger.memory_history where to_run is null limit 1")
    for child_id, child_key in known:
        if hmac.new(secret, child_id.encode(), "sha256").hexdigest()[: len(child_key)] != child_key:
            raise SettingsError(
                "The secret is not the one with which the nights before were made: the keys of all children would "
                "change. Set KONGCHUO_SECRET to the former one; a new secret needs a new home."
            )


def previous_night(engine: Engine, as_of: dt.date) -> dt.date | None:
    """The last night that stands before `as_of`; None for the first."""
    found = engine.scalar("select max(night) from ledger.run where stands and night < $as_of", {"as_of": as_of})
    return found if isinstance(found, dt.date) else None


def later_nights(engine: Engine, as_of: dt.date) -> list[dt.date]:
    """Nights after `as_of` that stand: a run of `as_of` sets them aside, they want a replay."""
    frame = engine.read(
        "select distinct night from ledger.run where stands and night > $as_of order by night", {"as_of": as_of}
    )
    return list(frame["night"])


def commit(
    engine: Engine, as_of: dt.date, home: Path | None = None, moved: Mapping[str, str | None] | None = None
) -> int:
    """Make the night's result the ledger's state: one transaction; returns the run's id.

    With a home the run is written to its journal before it counts: a run without a journal could not be rebuilt, a
    journal whose run came to nothing is replaced by the next one. `moved` says of tables of tonight of whom they say
    something else than those of the run before: a table with their `child_id`, None for nobody (`pipelines.standing`);
    one that is not in it may say anything.
    """
    night = {"as_of": as_of}
    with engine.transaction():
        run = histories.begin_run(engine, as_of)
        engine.execute("update ledger.run set stands = false where night >= $as_of and stands", night)
        engine.execute(
            "insert into ledger.run select $run_id, as_of, previous_night, "
            "(select max(delivered_on) from landing.deliveries), true, false, "
            "(select coalesce(max(delivery_id), 0) from landing.deliveries), (select policy from core.policy_mark), "
            "$program from core.night",
            {"run_id": run.run_id, "program": PROGRAM},
        )
        engine.execute(
            "insert into ledger.event_log select $run_id, $as_of, case_uid, event, on_date, reason, evidence_kind, "
            "evidence_delivery, evidence_row from ledger.event_tonight",
            {"run_id": run.run_id, "as_of": as_of},
        )
        restatements.remember(engine)
        with journal.of_run(engine, run, home) as pages:
            # A night that an earlier run has looked at may be told anew even where nothing moves.
            spared = (moved or {}) if not run.known else {}
            for name, state in HISTORIES.items():
                ended, begun = False, False
                if spared.get(state, state) is not None:
                    ended, begun = histories.keep(engine, run, name, state, spared.get(state))
                pages.write_history(name, ended=ended, begun=begun)
            pages.write_events()
    return run.run_id


def mark_published(engine: Engine, as_of: dt.date, home: Path) -> None:
    """Write down that readers can see the night: its standing run is `published`, in the journal too."""
    night = {"as_of": as_of}
    engine.execute("update ledger.run set published = true where night = $as_of and stands", night)
    shown = engine.scalar("select run_id from ledger.run where night = $as_of and stands", night)
    journal.mark_published(home, int(str(shown)))
