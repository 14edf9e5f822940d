"""What outlives a night: runs, the append-only event log, and histories of cases, memory and zero spells (spec 4, 3.3).

A history keeps one row per key and span of nights (`from_night` <= night < `to_night`, null = still so), so that the state
after any night can be read again and a replay starts from the night before it. A night is committed in one transaction: what
later nights had said is set aside first, hence running a night twice changes nothing, and a replay gives what would have been.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

_MEMORY = """
    child_id VARCHAR, child_key VARCHAR, number BIGINT, node BIGINT, hash VARCHAR, name VARCHAR, birth_date DATE, sex VARCHAR, ethnicity VARCHAR,
    household_number VARCHAR, has_enrolment BOOLEAN, ended BOOLEAN, graduated BOOLEAN, student_number VARCHAR,
    school_code VARCHAR, grade SMALLINT, class_name VARCHAR, enrolment_status VARCHAR, status_date DATE, effective_end DATE,
    seen_school_year VARCHAR, graduated_on DATE, poor BOOLEAN, assisted BOOLEAN, disabled BOOLEAN, pupil_disabled BOOLEAN, left_behind BOOLEAN, migrant BOOLEAN
"""
_CASE = """
    case_uid VARCHAR, child_id VARCHAR, child_key VARCHAR, case_id VARCHAR, episode BIGINT, state VARCHAR, sub_state VARCHAR, category VARCHAR,
    evidence_on DATE, opened_on DATE, dropped_on DATE, verified_on DATE, closed_on DATE, close_reason VARCHAR, relapse BOOLEAN,
    return_seen_on DATE, household_division VARCHAR, place_division VARCHAR, school_code VARCHAR, stage VARCHAR, poor BOOLEAN,
    assisted BOOLEAN, disabled BOOLEAN, left_behind BOOLEAN, migrant BOOLEAN, sex VARCHAR, ethnicity VARCHAR
"""
_SPELL = 'unit_code VARCHAR, line VARCHAR, "group" VARCHAR, zeroed_since DATE'
_RATE = "school_year VARCHAR, unit_code VARCHAR, stage VARCHAR, numerator BIGINT, denominator BIGINT, rate DECIMAL(9, 2), over_limit BOOLEAN"

# history table -> (the working table it keeps, its columns, its key)
HISTORIES: dict[str, tuple[str, str, str]] = {
    "ledger.memory_history": ("ledger.memory_state", _MEMORY, "child_id"),
    "ledger.case_history": ("ledger.case_state", _CASE, "case_uid"),
    "ledger.zero_history": ("indicators.zero_state", _SPELL, 'unit_code, line, "group"'),
    "ledger.rate_history": ("indicators.rate_state", _RATE, "school_year, unit_code, stage"),
}

TABLES = ("ledger.run", "ledger.event_log", *HISTORIES)
"""Every table that outlives a night."""


def prepare(engine: Engine) -> None:
    """Create the lasting tables where they are missing."""
    engine.execute(
        "create table if not exists ledger.run (run_id BIGINT, night DATE, previous_night DATE, known_on DATE, stands BOOLEAN, published BOOLEAN)"
    )
    engine.execute(
        "create table if not exists ledger.event_log (run_id BIGINT, night DATE, case_uid VARCHAR, event VARCHAR, on_date DATE, reason VARCHAR, "
        "evidence_kind VARCHAR, evidence_delivery VARCHAR, evidence_row BIGINT)"
    )
    for history, (_, columns, _key) in HISTORIES.items():
        engine.execute(f"create table if not exists {history} ({columns}, from_night DATE, to_night DATE)")


def previous_night(engine: Engine, as_of: dt.date) -> dt.date | None:
    """The last night that stands before `as_of`; None for the first."""
    found = engine.scalar("select max(night) from ledger.run where stands and night < $as_of", {"as_of": as_of})
    return found if isinstance(found, dt.date) else None


def later_nights(engine: Engine, as_of: dt.date) -> list[dt.date]:
    """Nights after `as_of` that stand: a run of `as_of` sets them aside, they want a replay."""
    frame = engine.read("select distinct night from ledger.run where stands and night > $as_of order by night", {"as_of": as_of})
    return list(frame["night"])


def commit(engine: Engine, as_of: dt.date) -> int:
    """Make the night's result the ledger's state: one transaction; returns the run's id."""
    night = {"as_of": as_of}
    with engine.transaction():
        engine.execute("update ledger.run set stands = false where night >= $as_of and stands", night)
        run_id = int(str(engine.scalar("select coalesce(max(run_id), 0) + 1 from ledger.run")))
        engine.execute(
            "insert into ledger.run select $run_id, as_of, previous_night, (select max(delivered_on) from core.delivery), true, false from core.night",
            {"run_id": run_id},
        )
        engine.execute(
            "insert into ledger.event_log select $run_id, $as_of, case_uid, event, on_date, reason, evidence_kind, evidence_delivery, evidence_row "
            "from ledger.event_tonight",
            {"run_id": run_id, "as_of": as_of},
        )
        for history, (state, _columns, key) in HISTORIES.items():
            _keep(engine, history, state, key, night)
    return run_id


def mark_published(engine: Engine, as_of: dt.date) -> None:
    """Write down that readers can see the night: its standing run is `published`."""
    engine.execute("update ledger.run set published = true where night = $as_of and stands", {"as_of": as_of})


def _keep(engine: Engine, history: str, state: str, key: str, night: dict[str, object] | dict[str, dt.date]) -> None:
    """Bring a history to the state of tonight: unchanged rows go on, changed ones end and begin anew."""
    engine.execute(f"delete from {history} where from_night >= $as_of", night)
    engine.execute(f"update {history} set to_night = null where to_night >= $as_of", night)
    engine.execute(
        f"create or replace temp table changed as select * from {state} except "
        f"select * exclude (from_night, to_night) from {history} where to_night is null"
    )
    engine.execute(
        f"create or replace temp table ended as select {key} from (select * exclude (from_night, to_night) from {history} where to_night is null "
        f"except select * from {state})"
    )
    engine.execute(f"update {history} set to_night = $as_of where to_night is null and ({key}) in (select ({key}) from ended)", night)
    engine.execute(f"insert into {history} select *, $as_of, null from changed", night)
