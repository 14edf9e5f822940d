"""Histories by two clocks: what was so on a night, and what a run knew of it (spec 6.1).

A row of a history holds for the nights `from_night` <= night < `to_night` as known to the runs `from_run` <= run <
`to_run` (null = still so). A night that is run for the first time ends rows and begins others. A night that is run
again tells the same rows anew where they differ, and takes none away: what an earlier run said of any night can be
read for ever. Unchanged rows are never written again, so that running a night twice writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.catalogue import CATALOGUE
from schemas.ddl import quoted
from schemas.tables.history import SPAN

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.protocol import Engine

ENDED = "history_ended"
"""Temporary table of the rows of one history that a run ends: key, `from_night`, `from_run`, `same`."""


@dataclass(frozen=True)
class Run:
    """One run of one night. `known` is the newest earlier run that looked at this night or a later one, 0 without."""

    run_id: int
    night: dt.date
    known: int

    def parameters(self, *names: str) -> dict[str, object]:
        """The bound values of the given names."""
        every: dict[str, object] = {"run_id": self.run_id, "night": self.night, "known": self.known}
        return {name: every[name] for name in names}


def begin_run(engine: Engine, night: dt.date) -> Run:
    """The next run, of a night."""
    found = engine.read(
        "select coalesce(max(run_id), 0) as last, coalesce(max(run_id) filter (where night >= $night), 0) as known "
        "from ledger.run",
        {"night": night},
    )
    return Run(int(found["last"][0]) + 1, night, int(found["known"][0]))


def keep(engine: Engine, run: Run, history: str, state: str, among: str | None = None) -> tuple[bool, bool]:
    """Bring a history to the state of the run's night; returns whether it ended rows (in `ENDED`), and began any.

    `among` is a table with the `child_id` of those of whom the state may say something else than the night before; of
    all others the history is not asked.
    """
    columns = [name for name in CATALOGUE[history].columns if name not in SPAN]
    key = history_key(history)
    same_key = _and(f"s.{quoted(name)} = h.{quoted(name)}" for name in key)
    same_cells = _and(f"s.{quoted(name)} is not distinct from h.{quoted(name)}" for name in columns if name not in key)
    same = f"(s.{quoted(key[0])} is not null and {same_cells or 'true'})"
    known, said = history, state
    if among is not None:
        # The column alone is read to find these rows, and then these rows alone.
        theirs = f"child_id in (select child_id from {among})"
        known, said = (
            f"(select * from {t} where rowid in (select rowid from {t} where {theirs}))" for t in (history, state)
        )
    # Cell by cell: hashing whole rows to find the few that changed costs several times more.
    ended = engine.scalar(
        f"create or replace temp table {ENDED} as with judged as (select {_list(key, 'h.')}, h.from_night, h.to_night, "
        f"h.from_run, {same} as same from {known} as h left join {said} as s on {same_key} where h.to_run is null) "
        f"select {_list(key)}, from_night, from_run, same from judged where case "
        "when from_night > $night then true "
        "when from_night = $night then to_night is not null or not same "
        "when to_night > $night then true "
        "when to_night = $night then same "
        "else to_night is null and not same end",
        run.parameters("night"),
    )
    told = end_rows(engine, run, history) if ended else 0
    begun = engine.scalar(
        f"insert into {history} by name select {_list(columns, 's.')}, $night as from_night, null as to_night, "
        f"$run_id as from_run, null as to_run from {said} as s "
        f"anti join {known} as h on {same_key} and h.to_night is null and h.to_run is null",
        run.parameters("night", "run_id"),
    )
    return bool(ended), bool(begun or told)


def end_rows(engine: Engine, run: Run, history: str, *, retell: bool = True) -> int:
    """End the rows that stand in `ENDED`; returns how many were told anew.

    Rows that no run has followed to this night or beyond just end with it. The others were known otherwise: they end
    for this run, and what is left of them up to this night is told anew (`retell`; a rebuild has these rows already).
    """
    key = history_key(history)
    same_row = _and(f"h.{quoted(name)} = e.{quoted(name)}" for name in [*key, "from_night", "from_run"])
    chosen = f"rowid in (select h.rowid from {history} as h semi join {ENDED} as e on {same_row})"
    told: object = 0
    if run.known and retell:
        told = engine.scalar(
            f"insert into {history} by name select h.* replace (case when e.same then null else $night end "
            f"as to_night, $run_id as from_run) from {history} as h inner join {ENDED} as e on {same_row} "
            "where h.from_run <= $known and h.to_run is null and h.from_night < $night",
            run.parameters("run_id", "night", "known"),
        )
    if run.known:
        engine.execute(
            f"update {history} set to_run = $run_id where to_run is null and from_run <= $known and {chosen}",
            run.parameters("run_id", "known"),
        )
    engine.execute(
        f"update {history} set to_night = $night where to_run is null and from_run > $known and {chosen}",
        run.parameters("night", "known"),
    )
    return int(str(told))


def state_after(engine: Engine, history: str, night: dt.date, run_id: int | None = None) -> pl.DataFrame:
    """The rows of a history after a night, as the given run knew them (None: as they are known now), in no order.

    Columns are those of the table whose rows the history keeps. Of a night that the run did not know (not run by then,
    or set aside) nothing is promised.
    """
    columns = [name for name in CATALOGUE[history].columns if name not in SPAN]
    return engine.read(
        f"select {_list(columns)} from {history} where from_night <= $night and coalesce(to_night > $night, true) "
        "and from_run <= coalesce($run_id, from_run) and coalesce(to_run > $run_id, to_run is null)",
        {"night": night, "run_id": run_id},
    )


def history_key(history: str) -> list[str]:
    """The key of the table whose rows a history keeps."""
    return [name for name in CATALOGUE[history].key if name not in SPAN]


def _list(names: list[str] | tuple[str, ...], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{quoted(name)}" for name in names)


def _and(parts: Iterable[str]) -> str:
    return " and ".join(parts)
