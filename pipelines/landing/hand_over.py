"""Clean batches into the warehouse, so many rows at a time that the engine packs them at once."""

from __future__ import annotations

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.contract import Inspection

LOAD_ROWS = 2 * 122_880  # full row groups are compressed while they are loaded, two at a time on two cores


class HandOver:
    """Takes the batches of one table after another, has them looked at and loads them in their order."""

    def __init__(self, engine: Engine, inspection: Inspection) -> None:
        self._engine = engine
        self._inspection = inspection
        self._table = ""
        self._waiting: list[pl.DataFrame] = []

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Take a batch; what waits is loaded when it is enough, or when another table begins."""
        if table != self._table:
            self.finish()
        self._table = table
        self._waiting.append(rows)
        if sum(frame.height for frame in self._waiting) >= LOAD_ROWS:
            self.finish()

    def finish(self) -> None:
        """Load what waits."""
        if self._waiting:
            rows = pl.concat(self._waiting)
            self._inspection.look_at(self._table, rows)
            self._engine.load(self._table, rows, append=True)
        self._waiting = []
