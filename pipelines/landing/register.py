"""The record of deliveries: what came, when, with which hash, and how it was judged (`landing.deliveries`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.frames import DELIVERIES, DELIVERY_COLUMNS

IN_ORDER = ("delivered_on", "file_name", "version")  # delivery order (spec 2.1)


class Register:
    """`landing.deliveries` in memory, written back once at the end when anything has changed."""

    def __init__(self, engine: Engine) -> None:
        names = ", ".join(DELIVERY_COLUMNS)
        self._engine = engine
        self._stored = engine.read(f"select {names} from {DELIVERIES} order by delivery_id")  # noqa: S608
        self._stored = self._stored.cast(pl.Schema(DELIVERY_COLUMNS))
        self.frame = self._stored

    def next_id(self) -> int:
        """The number of the next delivery."""
        last = self.frame["delivery_id"].max()
        return int(last) + 1 if isinstance(last, int) else 1

    def newest(self) -> pl.DataFrame:
        """The newest version of every delivery."""
        return self.frame.sort("version").unique("delivery", keep="last")

    def of(self, kind: str) -> pl.DataFrame:
        """The deliveries of a kind in delivery order."""
        return self.frame.filter(pl.col("kind") == kind).sort(IN_ORDER)

    def usable(self, kind: str) -> pl.DataFrame:
        """The accepted deliveries of a kind that no newer version has replaced, in delivery order."""
        return self.of(kind).filter((pl.col("state") == "accepted") & ~pl.col("superseded"))

    def add(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Take new deliveries; their verdicts come with `judged`."""
        self.frame = pl.concat([self.frame, pl.DataFrame(list(rows), schema=DELIVERY_COLUMNS, orient="row")])

    def update(self, changes: pl.DataFrame) -> None:
        """Overwrite columns of deliveries by delivery_id, nulls included."""
        if changes.height:
            self.frame = self.frame.update(changes, on="delivery_id", include_nulls=True)

    def save(self) -> bool:
        """Write the record back; whether there was anything to write."""
        if self.frame.equals(self._stored):
            return False
        self._engine.load(DELIVERIES, self.frame.sort("delivery_id"))
        self._stored = self.frame
        return True
