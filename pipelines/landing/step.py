"""The landing step: new deliveries → clean tables, rejected rows and the record of deliveries (spec 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.ahead import ahead, one_ahead
from pipelines.landing.batches import Incoming, batch_bytes, batches
from pipelines.landing.contents import open_file
from pipelines.landing.contract import Inspection
from pipelines.landing.frames import REJECTED_ROWS, ensure_tables
from pipelines.landing.hand_over import HandOver
from pipelines.landing.kinds import Worked, counts_of, work_on
from pipelines.landing.places import Places
from pipelines.landing.readers import Limits
from pipelines.landing.register import Register
from pipelines.landing.scan import LandedFile, Landing, LandingError, LandingUnreachableError, scan
from pipelines.landing.schools import MissingSchools
from pipelines.landing.verdicts import judge_deliveries
from schemas.sources import SOURCES, Source

Progress = Callable[[str], None]

BATCH_ROWS = 500_000  # rows judged at a time of a file that is larger than a batch


@dataclass(frozen=True)
class Refusal:
    """A refused new delivery; `message` says more than `reason` where reading the file said more, never a cell."""

    delivery: str
    reason: str
    message: str


@dataclass(frozen=True)
class IngestResult:
    """What one run of the landing step found.

    `new`: deliveries recorded now (`<date>/<file>`). `unchanged`: files not opened. `same_bytes`: files opened because
    their stat signature had changed, with the recorded content. `ignored`: names that are no delivery. `refused`: new
    deliveries that were refused. `earliest_new`: the oldest delivery date among the new ones: nights from then on may
    come out otherwise. Row counts are of the new deliveries.
    """

    new: tuple[str, ...] = ()
    unchanged: int = 0
    same_bytes: int = 0
    ignored: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    earliest_new: dt.date | None = None
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    repeats: int = 0


def ingest(
    engine: Engine, landing: Path, as_of: dt.date, policy: Mapping[str, Any], progress: Progress | None = None
) -> IngestResult:
    """Take every delivery dated up to `as_of` that the warehouse does not know yet, in one transaction.

    Files whose size and times are those recorded are not opened. Afterwards `landing.deliveries`,
    `landing.rejected_rows` and every clean table exist. The verdicts on all recorded deliveries are those of `policy`.
    Raises LandingError when there is no landing folder, or no delivery dated up to `as_of`.
    """
    found = scan(landing, as_of)
    with engine.transaction():
        ensure_tables(engine)
        register = Register(engine)
        known = int((register.frame["delivered_on"] <= as_of).sum())
        if not found.files and known:
            # An empty folder where deliveries lay is a mount point without its mount: a night on it would say that
            # nothing new has come.
            raise LandingUnreachableError(
                f"The landing folder {landing} is empty, though {known} deliveries up to {as_of} are known: see "
                "whether its file system is mounted, then run again."
            )
        if not found.files:
            raise LandingError(
                f"There is no delivery dated {as_of} or earlier in {landing}: a night before the first delivery "
                "cannot be run; choose a later date or deliver the extracts."
            )
        return _Ingest(engine, register, policy, progress or (lambda _: None), register.next_id()).run(found)


# Reference kinds come first: they say where the rows of the others lie.
STAGES: tuple[tuple[Source, ...], ...] = (
    tuple(source for source in SOURCES if source.name == "division"),
    tuple(source for source in SOURCES if source.name == "school"),
    tuple(source for source in SOURCES if source.name not in ("division", "school")),
)


@dataclass
class _Ingest:
    engine: Engine
    register: Register
    policy: Mapping[str, Any]
    progress: Progress
    next_id: int
    new_from: dict[str, dt.date] = field(default_factory=dict)  # kind → oldest date of its new deliveries
    messages: dict[int, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    same_bytes: int = 0
    _places: Places | None = None

    def run(self, found: Landing) -> IngestResult:
        first_id = self.next_id
        newest = {row["delivery"]: row for row in self.register.newest().iter_rows(named=True)}
        changed = [file for file in found.files if not _unchanged(file, newest.get(file.delivery))]
        unchanged = len(found.files) - len(changed)
        with Inspection() if changed else nullcontext() as inspection:
            for stage in STAGES:
                incoming: list[tuple[Source, list[Incoming]]] = []
                for source in stage:
                    files = [file for file in changed if file.kind == source.label]
                    again = self._to_read_again(source, found.files, newest)
                    incoming.append((source, self._incoming(source, files, again, newest)))
                if inspection is not None:
                    self._load([(source, files) for source, files in incoming if files], first_id, inspection)
                if stage[0].name in ("division", "school"):
                    self._places = None
                for source in stage:
                    self._judge(source)
        self.register.save()
        return self._result(found, unchanged, first_id)

    def _to_read_again(
        self, source: Source, files: tuple[LandedFile, ...], newest: Mapping[str, Mapping[str, Any]]
    ) -> list[LandedFile]:
        """Known files whose rows a late 区划 or 学校 delivery may move: those dated from its date on.

        Place and entry grade of a row follow the references delivered up to its own date; with this, a reference that
        comes late leaves the same tables as one that came in time. Files gone from the landing folder stay as read.
        """
        late = [day for name, day in self.new_from.items() if name in ("division", "school") and name != source.name]
        if not late or not _needs_places(source):
            return []
        return [
            file
            for file in files
            if file.kind == source.label
            and file.delivered_on >= min(late)
            and _unchanged(file, newest.get(file.delivery))
        ]

    def _incoming(
        self,
        source: Source,
        files: list[LandedFile],
        again: list[LandedFile],
        newest: Mapping[str, Mapping[str, Any]],
    ) -> list[Incoming]:
        """The files to be read: new ones under new numbers, those to be read again in place of their rows.

        Known files are opened to see whether their bytes have changed; a new signature of the same bytes is noted.
        """
        self._forget(source, [newest[file.delivery]["delivery_id"] for file in again])
        incoming: list[Incoming] = []
        noted: list[dict[str, Any]] = []
        for number, file in enumerate([*files, *again]):
            known = newest.get(file.delivery)
            contents = open_file(file, self.limits) if known else None
            if known and contents is not None and known["sha256"] == contents.sha256:
                if number < len(files):
                    noted.append({**known, **file.signature})
                    self.same_bytes += 1
                else:
                    incoming.append(Incoming(file, known["delivery_id"], known["version"]))
                continue
            incoming.append(Incoming(file, self.next_id, known["version"] + 1 if known else 1))
            self.next_id += 1
        self.register.replace(noted)
        return incoming

    @property
    def limits(self) -> Limits:
        """What is too large to be read."""
        return Limits.of(self.policy["delivery"])

    def _load(self, incoming: list[tuple[Source, list[Incoming]]], first_id: int, inspection: Inspection) -> None:
        """Read, clean and judge the files in threads; load them here, in their order."""
        size = batch_bytes(sum(incoming_file.file.size for _, files in incoming for incoming_file in files))
        tasks = (
            batch
            for source, files in incoming
            for batch in batches(source, files, self.places() if _needs_places(source) else None, size)
        )
        done: dict[str, list[Worked]] = {}
        counts: dict[str, list[pl.DataFrame]] = {}
        hand_over = HandOver(self.engine, inspection)
        limits = self.limits
        results = ahead(lambda batch: work_on(batch, limits, BATCH_ROWS), tasks, lambda batch: batch.size, 4 * size)
        for worked in results:
            name = worked.source.name
            done.setdefault(name, []).append(worked)
            for part in one_ahead(worked.parts):
                counts.setdefault(name, []).append(part.counts)
                hand_over.add(worked.source.table, part.accepted)
                if part.rejected.height:
                    self.engine.load(REJECTED_ROWS, part.rejected, append=True)
        hand_over.finish()
        for source, _ in incoming:
            self._note(source, done[source.name], counts.get(source.name, []), first_id)

    def _note(self, source: Source, done: list[Worked], counts: list[pl.DataFrame], first_id: int) -> None:
        """Record the deliveries of a kind with their counts."""
        rows = [row for worked in done for row in worked.records]
        counted = counts_of(source, counts)
        for row in rows:
            row.update(counted.get(row["delivery_id"], {}))
            row["rows"] = row["accepted"] + row["rejected"] + row["repeats"] + row["skipped"]
        for worked in done:
            self.messages |= worked.messages
            self.unfinished += worked.unfinished
        new = [row for row in rows if row["delivery_id"] >= first_id]
        self.register.replace([row for row in rows if row["delivery_id"] < first_id])
        self.register.add(new)
        if new:
            self.new_from[source.name] = min(row["delivered_on"] for row in new)
            self.progress(f"{source.label}: {len(new)} files, {sum(row['rows'] for row in new)} rows")

    def _forget(self, source: Source, deliveries: list[int]) -> None:
        for table in (source.table, REJECTED_ROWS) if deliveries else ():
            self.engine.execute(
                f"delete from {table} where delivery_id in (select unnest($deliveries))",  # noqa: S608
                {"deliveries": deliveries},
            )

    def _judge(self, source: Source) -> None:
        deliveries = self.register.of(source.label)
        if not deliveries.height:
            return
        missing = self._missing_schools(deliveries) if source.name == "enrolment" else None
        self.register.update(judge_deliveries(source, deliveries, self.policy, missing))

    def _missing_schools(self, deliveries: pl.DataFrame) -> MissingSchools:
        # What an earlier night found stands up to the first date from which anything it rests on has changed.
        dates = [self.new_from[name] for name in ("enrolment", "school", "division") if name in self.new_from]
        changed_from = min(dates, default=dt.date.max)
        settled: dict[int, str | None] = {}
        unsettled: list[int] = []
        for delivery_id, day, reason in deliveries.select("delivery_id", "delivered_on", "reason").iter_rows():
            prefix, _, school = (reason or "").partition(":")
            if day < changed_from and prefix in ("", "school_missing"):
                settled[delivery_id] = school or None
            else:
                unsettled.append(delivery_id)
        return MissingSchools(self.engine, self.places, settled, unsettled)

    def places(self) -> Places:
        """Division tree and schools by delivery date, read when first needed."""
        if self._places is None:
            self._places = Places(
                self._reference_rows("division", "区划", "division_code", "parent_code"),
                self._reference_rows("school", "学校", "school_code", "division_code", "school_type"),
            )
        return self._places

    def _reference_rows(self, name: str, kind: str, *columns: str) -> pl.DataFrame:
        """Rows of the accepted deliveries of a reference kind, the oldest first, of one date the narrowest last."""
        usable = self.register.usable(kind).with_row_index("#order")
        rows = self.engine.read(f"select delivery_id, {', '.join(columns)} from clean.{name}")  # noqa: S608
        width = (
            pl.when(pl.col("code").str.ends_with("0000"))
            .then(0)
            .when(pl.col("code").str.ends_with("00"))
            .then(1)
            .otherwise(2)
        )
        return (
            rows.join(
                usable.select("delivery_id", "delivered_on", "code", "#order", width.alias("#width")), on="delivery_id"
            )
            .sort("delivered_on", "#width", "#order")
            .select("delivered_on", "code", "delivery_id", *columns)
        )

    def _result(self, found: Landing, unchanged: int, first_id: int) -> IngestResult:
        new = self.register.frame.filter(pl.col("delivery_id") >= first_id)
        refused = tuple(
            Refusal(delivery, reason, self.messages.get(delivery_id) or reason)
            for delivery_id, delivery, reason in new.filter(pl.col("state") == "refused")
            .select("delivery_id", "delivery", "reason")
            .iter_rows()
        )
        sums = {name: int(new[name].sum()) for name in ("rows", "accepted", "rejected", "repeats")}
        earliest = new["delivered_on"].min()
        return IngestResult(
            tuple(new["delivery"]), unchanged, self.same_bytes, found.ignored,
            (*found.unfinished, *self.unfinished), refused,
            earliest if isinstance(earliest, dt.date) else None, **sums,
        )  # fmt: skip


def _needs_places(source: Source) -> bool:
    """Whether place or grade of a row follow the references delivered so far."""
    return bool(source.place) or source.field("grade") is not None


def _unchanged(file: LandedFile, known: Mapping[str, Any] | None) -> bool:
    """Whether size and times are the recorded ones: then the file is not opened."""
    return known is not None and all(known[name] == value for name, value in file.signature.items())
