"""What outlives a night: runs, the append-only event log, histories of cases, memory and zero spells (spec 4, 3.3).

A history keeps one row per key and span of nights (`from_night` <= night < `to_night`, null = still so), so that the
state after any night can be read again and a replay starts from the night before it. A night is committed in one
transaction: what later nights had said is set aside first, hence running a night twice changes nothing, and a replay
gives what would have been.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql, quoted

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

HISTORIES = {
    "ledger.memory_history": "ledger.memory_state",
    "ledger.case_history": "ledger.case_state",
    "ledger.zero_history": "indicators.zero_state",
    "ledger.rate_history": "indicators.rate_state",
}
"""History → the table of tonight whose rows it keeps."""

TABLES = ("ledger.run", "ledger.event_log", *HISTORIES)
"""Every table that outlives a night."""

_SPAN = ("from_night", "to_night")


def prepare(engine: Engine) -> None:
    """Create the lasting tables where they are missing, as their contracts say."""
    for name in TABLES:
        engine.execute(create_table_sql(CATALOGUE[name], if_not_exists=True))


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


def commit(engine: Engine, as_of: dt.date) -> int:
    """Make the night's result the ledger's state: one transaction; returns the run's id."""
    night = {"as_of": as_of}
    with engine.transaction():
        engine.execute("update ledger.run set stands = false where night >= $as_of and stands", night)
        run_id = int(str(engine.scalar("select coalesce(max(run_id), 0) + 1 from ledger.run")))
        engine.execute(
            "insert into ledger.run select $run_id, as_of, previous_night, "
            "(select max(delivered_on) from core.delivery), true, false from core.night",
            {"run_id": run_id},
        )
        engine.execute(
            "insert into ledger.event_log select $run_id, $as_of, case_uid, event, on_date, reason, evidence_kind, "
            "evidence_delivery, evidence_row from ledger.event_tonight",
            {"run_id": run_id, "as_of": as_of},
        )
        for history, state in HISTORIES.items():
            _keep(engine, history, state, night)
    return run_id


def mark_published(engine: Engine, as_of: dt.date) -> None:
    """Write down that readers can see the night: its standing run is `published`."""
    engine.execute("update ledger.run set published = true where night = $as_of and stands", {"as_of": as_of})


def _keep(engine: Engine, history: str, state: str, night: dict[str, dt.date]) -> None:
    """Bring a history to the state of tonight: unchanged rows go on, changed ones end and begin anew."""
    contract = CATALOGUE[history]
    key = [quoted(name) for name in contract.key if name not in _SPAN]
    kept = [quoted(name) for name in contract.columns if name not in _SPAN]
    keys, columns = ", ".join(key), ", ".join(f"s.{name}" for name in kept)
    same_key = " and ".join(f"s.{name} = h.{name}" for name in key)
    other_cell = " or ".join(f"s.{name} is distinct from h.{name}" for name in kept)
    engine.execute(f"delete from {history} where from_night >= $as_of", night)
    engine.execute(f"update {history} set to_night = null where to_night >= $as_of", night)
    # Rows are compared by key, cell by cell: hashing whole rows to find the few that changed costs several times more.
    engine.execute(
        f"create or replace temp table changed as select {columns} from {state} as s "
        f"left join {history} as h on {same_key} and h.to_night is null where h.from_night is null or {other_cell}"
    )
    engine.execute(
        f"update {history} set to_night = $as_of where to_night is null and "
        f"(({keys}) in (select ({keys}) from changed) or ({keys}) not in (select ({keys}) from {state}))",
        night,
    )
    engine.execute(
        f"insert into {history} by name select *, $as_of as from_night, null as to_night from changed", night
    )
