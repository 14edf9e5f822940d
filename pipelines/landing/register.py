"""The record of deliveries: what came, when, with which hash, and how it was judged (`landing.deliveries`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.frames import DELIVERIES, DELIVERY_COLUMNS
from pipelines.landing.readers.raw_file import RawFile
from pipelines.landing.scan import LandedFile

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

    def add(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Take new deliveries; their verdicts come with `update`."""
        if rows:
            self.frame = pl.concat([self.frame, pl.DataFrame(rows, schema=DELIVERY_COLUMNS, orient="row")])

    def replace(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Overwrite known deliveries by delivery_id."""
        if rows:
            ids = [row["delivery_id"] for row in rows]
            self.frame = self.frame.filter(~pl.col("delivery_id").is_in(ids))
            self.add(rows)

    def update(self, changes: pl.DataFrame) -> None:
        """Overwrite columns of deliveries by delivery_id, nulls included."""
        if changes.height:
            self.frame = self.frame.update(changes, on="delivery_id", include_nulls=True)

    def save(self) -> bool:
        """Write the record back; whether there was anything to write."""
        if self.frame.sort("delivery_id").equals(self._stored.sort("delivery_id")):
            return False
        self._engine.load(DELIVERIES, self.frame.sort("delivery_id"))
        self._stored = self.frame
        return True


def record(file: LandedFile, sha256: str, delivery_id: int, version: int, raw: RawFile) -> dict[str, Any]:
    """A row of landing.deliveries before its rows are counted and it is judged."""
    return {
        "delivery_id": delivery_id,
        "delivery": file.delivery,
        "kind": file.kind,
        "code": file.code,
        "delivered_on": file.delivered_on,
        "file_name": file.file_name,
        "sha256": sha256,
        "version": version,
        "state": None,
        "reason": raw.problem,
        "message": raw.message or None,
        "rows": 0,
        "accepted": 0,
        "rejected": 0,
        "repeats": 0,
        "skipped": raw.skipped,
        "unknown_columns": ";".join(raw.unknown_columns) or None,
        **file.signature,
        "superseded": False,
    }
