"""The landing step: new deliveries → clean tables, rejected rows and the record of deliveries (spec 2)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.frames import ensure_tables
from pipelines.landing.kinds import FileRows, KindLoader
from pipelines.landing.places import Places
from pipelines.landing.readers import read_file
from pipelines.landing.readers.raw_file import RawFile
from pipelines.landing.register import Register
from pipelines.landing.scan import LandedFile, Landing, LandingError, scan
from pipelines.landing.schools import MissingSchools
from pipelines.landing.verdicts import judge_deliveries
from schemas.sources import SOURCES, Source

Progress = Callable[[str], None]

BATCH_ROWS = 1_500_000  # rows cleaned at a time: a province's registry in a few gigabytes
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Refusal:
    """A refused new delivery; `message` says more than `reason` where reading the file said more."""

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
        if not found.files and not (register.frame["delivered_on"] <= as_of).any():
            raise LandingError(
                f"There is no delivery dated {as_of} or earlier in {landing}: a night before the first delivery "
                "cannot be run; choose a later date or deliver the extracts."
            )
        return _Ingest(engine, register, policy, progress or (lambda _: None)).run(found)


@dataclass
class _Ingest:
    engine: Engine
    register: Register
    policy: Mapping[str, Any]
    progress: Progress
    new_from: dict[str, dt.date] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    same_bytes: int = 0
    _places: Places | None = None

    def run(self, found: Landing) -> IngestResult:
        first_id = self.register.next_id()
        changed = self._changed(found.files)
        for source in SOURCES:  # reference kinds first: they say where the rows of the others lie
            files = [file for file in changed if file.kind == source.label]
            if files:
                self._load(source, files)
            if source.name in ("division", "school"):
                self._places = None
            self._judge(source)
        self.register.save()
        return self._result(found, len(found.files) - len(changed), first_id)

    def _changed(self, files: tuple[LandedFile, ...]) -> list[LandedFile]:
        known = {
            delivery: signature
            for delivery, *signature in self.register.newest()
            .select("delivery", "size", "mtime_ns", "ctime_ns")
            .iter_rows()
        }
        return [file for file in files if known.get(file.delivery) != [file.size, file.mtime_ns, file.ctime_ns]]

    def _load(self, source: Source, files: list[LandedFile]) -> None:
        """Read, clean, judge and load the new files of a kind."""
        loader = KindLoader(self.engine, source, self.places, BATCH_ROWS)
        newest = {row["delivery"]: row for row in self.register.newest().iter_rows(named=True)}
        rows: list[dict[str, object]] = []
        touched: list[dict[str, object]] = []
        delivery_id = self.register.next_id()
        for file in files:
            content = _bytes(file, int(self.policy["delivery"]["max_file_mib"]) * _MIB)
            known = newest.get(file.delivery)
            if known and known["sha256"] == content.sha256:
                touched.append({"delivery_id": known["delivery_id"], **_signature(file)})
                continue
            raw = content.raw or read_file(source, file.extension, content.content)
            loader.add(FileRows(delivery_id, file.code, file.delivered_on, raw))
            rows.append(_record(file, delivery_id, content.sha256, known["version"] + 1 if known else 1, raw))
            self.messages[delivery_id] = raw.message
            delivery_id += 1
        counts = loader.finish()
        self.same_bytes += len(touched)
        if touched:
            self.register.update(
                pl.DataFrame(touched, schema={name: self.register.frame.schema[name] for name in touched[0]})
            )
        if not rows:
            return
        for row in rows:
            row.update(counts.get(row["delivery_id"], {}))  # type: ignore[call-overload]
            row["rows"] = sum(row[name] for name in ("accepted", "rejected", "repeats", "skipped"))  # type: ignore[misc]
        self.register.add(rows)
        self.new_from[source.name] = min(file.delivered_on for file in files)
        self.progress(f"{source.label}: {len(rows)} files, {sum(int(row['rows']) for row in rows)} rows")  # type: ignore[call-overload]

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
            tuple(new["delivery"]), unchanged, self.same_bytes, found.ignored, refused,
            earliest if isinstance(earliest, dt.date) else None, **sums,
        )  # fmt: skip


@dataclass(frozen=True)
class _Content:
    content: bytes
    sha256: str
    raw: RawFile | None = None


def _bytes(file: LandedFile, limit: int) -> _Content:
    """The bytes of a file, read once, with their hash; a file over the limit is hashed only."""
    if file.size > limit:
        with file.path.open("rb") as handle:
            sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        message = f"the file has {file.size // _MIB} MiB, more than delivery.max_file_mib allows"
        return _Content(b"", sha256, RawFile.refused("unreadable", message))
    content = file.path.read_bytes()
    return _Content(content, hashlib.sha256(content).hexdigest())


def _signature(file: LandedFile) -> dict[str, int]:
    return {"size": file.size, "mtime_ns": file.mtime_ns, "ctime_ns": file.ctime_ns}


def _record(file: LandedFile, delivery_id: int, sha256: str, version: int, raw: RawFile) -> dict[str, object]:
    """A row of landing.deliveries before it is judged."""
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
        "rows": 0,
        "accepted": 0,
        "rejected": 0,
        "repeats": 0,
        "skipped": raw.skipped,
        "unknown_columns": ";".join(raw.unknown_columns) or None,
        **_signature(file),
        "superseded": False,
    }
