"""A batch of files of one kind: read, tagged, cleaned, judged. It never touches the engine, so threads may do it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from pipelines.landing.batches import Batch, Incoming
from pipelines.landing.cells import clean_cells
from pipelines.landing.citizen_numbers import cut_by_spreadsheet, written
from pipelines.landing.cleaning import CARD_KINDS, CLEAN_NUMBER, Context
from pipelines.landing.contents import open_file
from pipelines.landing.grades import school_year_of
from pipelines.landing.judging import DELIVERY, Judged, SoFar, judge, repeats
from pipelines.landing.places import PlacesAt
from pipelines.landing.readers import Limits, RawFile
from pipelines.landing.register import record
from schemas.sources import Source


@dataclass(frozen=True)
class Worked:
    """A batch that was read. `records`: a row of landing.deliveries per file, not yet counted. `messages`: what reading
    said, by delivery_id. `unfinished`: deliveries that were being written and are left for a later run. `parts`: the
    judged rows; of more than one slice the later ones are judged when asked for.
    """

    source: Source
    records: list[dict[str, Any]]
    messages: dict[int, str]
    unfinished: list[str]
    parts: Iterator[Judged]


def work_on(batch: Batch, limits: Limits, slice_rows: int) -> Worked:
    """Read and judge a batch. Files refused by their reader have a record, but no rows to judge."""
    records: list[dict[str, Any]] = []
    messages: dict[int, str] = {}
    unfinished: list[str] = []
    readable: list[tuple[Incoming, RawFile]] = []
    for incoming in batch.files:
        contents = open_file(incoming.file, limits)
        if contents is None:
            unfinished.append(incoming.file.delivery)
            continue
        raw = contents.read(batch.source, limits)
        records.append(record(incoming.file, contents.sha256, incoming.delivery_id, incoming.version, raw))
        messages[incoming.delivery_id] = raw.message
        if not raw.problem:
            readable.append((incoming, raw))
    if not readable:
        return Worked(batch.source, records, messages, unfinished, iter(()))
    parts = _Rows(batch, readable).judged(slice_rows)
    # The first part now, in this thread; a file of many parts is not held in memory twice.
    return Worked(batch.source, records, messages, unfinished, chain([next(parts)], parts))


def counts_of(source: Source, counts: list[pl.DataFrame]) -> dict[int, dict[str, int | str]]:
    """delivery_id → accepted, rejected, repeats (and `reason`) of every file, by the counts of all parts of a kind."""
    found: dict[int, dict[str, int | str]] = {}
    for row in pl.concat(counts).group_by("delivery_id").sum().iter_rows(named=True) if counts else ():
        delivery_id, inside = row.pop("delivery_id"), row.pop("inside")
        found[delivery_id] = dict(row)
        if source.type == "snapshot" and source.place and row["accepted"] + row["rejected"] and not inside:
            found[delivery_id]["reason"] = "no_row_in_county"
    return found


class _Rows:
    """The rows of a batch, one file after another, with what is said of each file as a whole."""

    def __init__(self, batch: Batch, files: list[tuple[Incoming, RawFile]]) -> None:
        self._source = batch.source
        self._places_at: dict[int, PlacesAt] = {}  # by epoch
        self._headers = {
            incoming.delivery_id: tuple(c for c in raw.frame.columns if not c.startswith("#"))
            for incoming, raw in files
        }
        self._raw = pl.concat([raw.frame for _, raw in files], how="diagonal").with_columns(_of_each(files))
        self._facts = self._about(batch, files)

    def judged(self, slice_rows: int) -> Iterator[Judged]:
        """The rows judged, in slices where they are many: each knows the keys of those before it."""
        raw = self._with_clean_number(self._raw)
        if raw.height <= slice_rows:
            yield judge(self._source, raw, self._context(raw), self._inside, self._headers)
            return
        alone = self._alone(raw)
        suspects = self._raw.hash_rows().is_duplicated() if alone is None else ~alone
        repeated = repeats(self._raw, suspects)
        alone = alone if alone is not None else pl.repeat(False, raw.height, eager=True)
        starts = range(0, raw.height, slice_rows)
        parts = deque(
            (raw.slice(start, slice_rows), repeated.slice(start, slice_rows), alone.slice(start, slice_rows))
            for start in starts
        )
        # Of a large file every slice goes when it is judged: its rows are in the warehouse then.
        self._raw = raw = raw.clear()
        keys = pl.Series([], dtype=pl.String)
        while parts:
            part, again, single = parts.popleft()
            found = judge(
                self._source, part, self._context(part), self._inside, self._headers, SoFar(again, single, keys)
            )
            del part
            yield found
            if found.keys is not None and found.keys.len():
                keys = pl.concat([keys, found.keys])

    def _alone(self, raw: pl.DataFrame) -> pl.Series | None:
        """Rows whose citizen number stands on no other row, whatever its form; None where the files have no numbers."""
        if CLEAN_NUMBER not in raw.columns:
            return None
        number = written(raw[CLEAN_NUMBER], card=self._source.name in CARD_KINDS)
        # Two numbers with one hash are not alone: that costs a look, no mistake. Sorted, all cores find them.
        hashes = number.hash()
        ordered = hashes.sort()
        doubles = ordered.filter(ordered == ordered.shift()).unique()
        return ~hashes.is_in(doubles.implode()) & number.is_not_null()

    def _about(self, batch: Batch, files: list[tuple[Incoming, RawFile]]) -> pl.DataFrame:
        """One row per delivery."""
        days = [incoming.file.delivered_on for incoming, _ in files]
        facts: dict[str, Any] = {
            DELIVERY: [incoming.delivery_id for incoming, _ in files],
            "code": [incoming.file.code for incoming, _ in files],
            "delivered_on": days,
            "school_year": [school_year_of(day) for day in days],
            "epoch_1904": [raw.epoch_1904 for _, raw in files],
        }
        if batch.places is not None:
            epochs = {day: batch.places.epoch(day) for day in set(days)}
            self._places_at = {epoch: batch.places.at(day) for day, epoch in epochs.items()}
            facts["epoch"] = [epochs[day] for day in days]
        found = pl.DataFrame(facts, schema_overrides={DELIVERY: pl.Int32, "epoch": pl.Int64})
        return found.sort(DELIVERY)

    def _with_clean_number(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The number column cleaned beside the delivered one: what is said of the column of a whole file needs it."""
        field = self._source.field("citizen_number")
        cut = pl.Series([], dtype=pl.Int32)
        if field and field.header in raw.columns:
            numbers = clean_cells(raw.select(DELIVERY, pl.col(field.header).alias("number")), {"number": "citizen"})
            cut = cut_by_spreadsheet(numbers.rename({DELIVERY: "delivery_id"}))
            raw = raw.with_columns(numbers["number"].alias(CLEAN_NUMBER))
        self._facts = self._facts.with_columns(pl.col(DELIVERY).is_in(cut.implode()).alias("cut"))
        return raw

    def _context(self, part: pl.DataFrame) -> Context:
        rows = self._facts[self._facts_of(part[DELIVERY])]
        return Context(
            rows[DELIVERY], rows["delivered_on"], rows["school_year"], rows["epoch_1904"], rows["cut"],
            lambda deliveries, schools: self._at_school(deliveries, schools)["school_type"],
        )  # fmt: skip

    def _facts_of(self, deliveries: pl.Series) -> pl.Series:
        """Where the facts of each row's delivery stand."""
        return self._facts[DELIVERY].search_sorted(deliveries)

    def _inside(self, frame: pl.DataFrame, deliveries: pl.Series) -> pl.Series:
        """Whether rows lie in the area of their files' codes; worked out once per distinct place, code and epoch."""
        if not frame.height:  # a slice of repeats only
            return pl.Series([], dtype=pl.Boolean)
        rows = pl.DataFrame({DELIVERY: deliveries, "at": self._place_of(frame)})
        distinct = rows.unique()
        distinct = distinct.with_columns(self._division(distinct).alias("place"))
        distinct = distinct.join(self._facts.select(DELIVERY, "code", "epoch"), on=DELIVERY)
        outside = pl.concat(
            part.filter(~self._places_at[part["epoch"][0]].inside(part)) for part in distinct.partition_by("epoch")
        )
        if not outside.height:
            return pl.repeat(True, frame.height, eager=True)
        found = outside.select(DELIVERY, "at", pl.lit(False).alias("inside"))
        found = rows.join(found, on=[DELIVERY, "at"], how="left", maintain_order="left", nulls_equal=True)
        return found["inside"].fill_null(True)

    def _place_of(self, frame: pl.DataFrame) -> pl.Series:
        """What says where each row lies: a division, a school or a unit of either."""
        return frame[{"school": "school_code", "unit": "unit_code"}.get(self._source.place, self._source.place)]

    def _division(self, rows: pl.DataFrame) -> pl.Series:
        """The divisions of rows that have DELIVERY and `at`."""
        at = rows["at"]
        if self._source.place == "school":
            return self._at_school(rows[DELIVERY], at)["division_code"]
        if self._source.place == "unit":
            division = at.str.extract(r"^((?:\d{6}|\d{9}|\d{12}))$", 1).str.pad_end(12, "0")
            school = at.str.extract(r"^([^/]+)", 1)
            return division.fill_null(self._at_school(rows[DELIVERY], school)["division_code"])
        return at

    def _at_school(self, deliveries: pl.Series, schools: pl.Series) -> pl.DataFrame:
        """division_code and school_type of each row's school as delivered up to the row's delivery."""
        rows = pl.DataFrame({DELIVERY: deliveries, "school_code": schools})
        rows = rows.join(self._facts.select(DELIVERY, "epoch"), on=DELIVERY, how="left", maintain_order="left")
        known = pl.concat(
            places.schools.with_columns(pl.lit(epoch, dtype=pl.Int64).alias("epoch"))
            for epoch, places in self._places_at.items()
        )
        return rows.join(known, on=["school_code", "epoch"], how="left", maintain_order="left")


def _of_each(files: list[tuple[Incoming, RawFile]]) -> pl.Series:
    """The delivery of every row of the files, one after another."""
    ids = pl.DataFrame(
        {"id": [incoming.delivery_id for incoming, _ in files], "rows": [raw.frame.height for _, raw in files]}
    )
    return ids.select(pl.col("id").cast(pl.Int32).repeat_by("rows").explode().alias(DELIVERY)).to_series()
