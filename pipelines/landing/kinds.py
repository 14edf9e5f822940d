"""All new files of one kind as one frame: tagged, batched, cleaned, judged, loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.cells import clean_cells
from pipelines.landing.citizen_numbers import cut_by_spreadsheet
from pipelines.landing.cleaning import Context
from pipelines.landing.contract import check_contract
from pipelines.landing.frames import REJECTED_ROWS
from pipelines.landing.grades import school_year_of
from pipelines.landing.judging import DELIVERY, judge, repeats
from pipelines.landing.places import Places, PlacesAt
from pipelines.landing.readers.raw_file import RawFile
from schemas.sources import Source

Counts = dict[str, int | str]


@dataclass(frozen=True)
class FileRows:
    """A new delivery with the rows read from its file."""

    delivery_id: int
    code: str
    delivered_on: dt.date
    raw: RawFile


def _of_each(files: list[FileRows]) -> pl.Series:
    """The delivery of every row of the files, one after another."""
    ids = pl.DataFrame({"id": [f.delivery_id for f in files], "rows": [f.raw.frame.height for f in files]})
    return ids.select(pl.col("id").cast(pl.Int32).repeat_by("rows").explode().alias(DELIVERY)).to_series()


class KindLoader:
    """Takes the files of a kind one by one and works through them in batches of many rows."""

    def __init__(self, engine: Engine, source: Source, places: Callable[[], Places], batch_rows: int) -> None:
        self._engine = engine
        self._source = source
        self._places = places
        self._batch_rows = batch_rows
        self._waiting: list[FileRows] = []
        self._counts: dict[int, Counts] = {}
        self._places_at: dict[int, PlacesAt] = {}  # by epoch, of the batch in hand

    def add(self, file: FileRows) -> None:
        """Take one file; files refused by their reader have no rows to judge."""
        if file.raw.problem:
            return
        self._waiting.append(file)
        if sum(waiting.raw.frame.height for waiting in self._waiting) >= self._batch_rows:
            self._flush()

    def finish(self) -> dict[int, Counts]:
        """Work through what is left; delivery_id → accepted, rejected, repeats (and `reason`) of every file taken."""
        self._flush()
        return self._counts

    def _flush(self) -> None:
        files, self._waiting = self._waiting, []
        if not files:
            return
        raw = pl.concat([f.raw.frame for f in files], how="diagonal").with_columns(_of_each(files))
        facts = self._facts(files, raw)
        repeated = repeats(raw)
        headers = {f.delivery_id: tuple(c for c in f.raw.frame.columns if not c.startswith("#")) for f in files}
        counts: list[pl.DataFrame] = []
        keys: pl.Series | None = None
        # A file larger than a batch is worked through in slices; its keys are remembered from slice to slice.
        for start in range(0, raw.height, self._batch_rows):
            part = raw.slice(start, self._batch_rows)
            judged = judge(
                self._source, part, repeated.slice(start, self._batch_rows), self._context(part, facts),
                lambda frame, deliveries: self._inside(frame, deliveries, facts), headers, keys,
            )  # fmt: skip
            check_contract(self._source.table, judged.accepted)
            self._engine.load(self._source.table, judged.accepted, append=True)
            if judged.rejected.height:
                self._engine.load(REJECTED_ROWS, judged.rejected, append=True)
            counts.append(judged.counts)
            if raw.height > self._batch_rows:
                keys = judged.keys if keys is None else pl.concat([keys, judged.keys])
        for row in pl.concat(counts).group_by("delivery_id").sum().iter_rows(named=True):
            delivery_id = row.pop("delivery_id")
            inside = row.pop("inside")
            self._counts[delivery_id] = dict(row)
            judged_rows = row["accepted"] + row["rejected"]
            if self._source.type == "snapshot" and self._source.place and judged_rows and not inside:
                self._counts[delivery_id]["reason"] = "no_row_in_county"

    def _facts(self, files: list[FileRows], raw: pl.DataFrame) -> pl.DataFrame:
        """What is said of a whole file, one row per delivery."""
        facts = pl.DataFrame(
            {
                DELIVERY: [f.delivery_id for f in files],
                "code": [f.code for f in files],
                "delivered_on": [f.delivered_on for f in files],
                "school_year": [school_year_of(f.delivered_on) for f in files],
            },
            schema_overrides={DELIVERY: pl.Int32},
        )
        cut = pl.Series([], dtype=pl.Int32)
        field = self._source.field("citizen_number")
        if field and field.header in raw.columns:
            numbers = raw.select(pl.col(DELIVERY).alias("delivery_id"), pl.col(field.header).alias("number"))
            cut = cut_by_spreadsheet(clean_cells(numbers, {"number": "citizen"}))
        facts = facts.with_columns(pl.col(DELIVERY).is_in(cut.implode()).alias("cut"))
        if not self._source.place and not self._source.field("grade"):
            return facts
        places = self._places()
        days = {places.epoch(f.delivered_on): f.delivered_on for f in files}
        self._places_at = {epoch: places.at(day) for epoch, day in days.items()}
        return facts.with_columns(pl.Series("epoch", [places.epoch(f.delivered_on) for f in files], dtype=pl.Int64))

    def _context(self, part: pl.DataFrame, facts: pl.DataFrame) -> Context:
        rows = part.select(DELIVERY).join(facts, on=DELIVERY, how="left", maintain_order="left")
        return Context(
            rows[DELIVERY], rows["delivered_on"], rows["school_year"], rows["cut"],
            lambda deliveries, schools: self._at_school(deliveries, schools, facts)["school_type"],
        )  # fmt: skip

    def _inside(self, frame: pl.DataFrame, deliveries: pl.Series, facts: pl.DataFrame) -> pl.Series:
        """Whether rows lie in the area of their files' codes; worked out once per distinct place, code and epoch."""
        if not frame.height:  # a slice of repeats only
            return pl.Series([], dtype=pl.Boolean)
        rows = pl.DataFrame({DELIVERY: deliveries, "place": self._place(frame, deliveries, facts)})
        rows = rows.join(facts.select(DELIVERY, "code", "epoch"), on=DELIVERY, how="left", maintain_order="left")
        distinct = rows.select("place", "code", "epoch").unique().partition_by("epoch")
        answers = pl.concat(
            part.with_columns(self._places_at[part["epoch"][0]].inside(part).alias("inside")) for part in distinct
        )
        keys = ["place", "code", "epoch"]
        return rows.join(answers, on=keys, how="left", maintain_order="left", nulls_equal=True)["inside"]

    def _place(self, frame: pl.DataFrame, deliveries: pl.Series, facts: pl.DataFrame) -> pl.Series:
        if self._source.place == "school":
            return self._at_school(deliveries, frame["school_code"], facts)["division_code"]
        if self._source.place == "unit":
            unit = frame.select(
                pl.col("unit_code")
                .str.extract(r"^((?:\d{6}|\d{9}|\d{12}))$", 1)
                .str.pad_end(12, "0")
                .alias("division"),
                pl.col("unit_code").str.extract(r"^([^/]+)", 1).alias("school"),
            )
            return unit["division"].fill_null(self._at_school(deliveries, unit["school"], facts)["division_code"])
        return frame[self._source.place]

    def _at_school(self, deliveries: pl.Series, schools: pl.Series, facts: pl.DataFrame) -> pl.DataFrame:
        """division_code and school_type of each row's school as delivered up to the row's delivery."""
        rows = pl.DataFrame({DELIVERY: deliveries, "school_code": schools})
        rows = rows.join(facts.select(DELIVERY, "epoch"), on=DELIVERY, how="left", maintain_order="left")
        known = pl.concat(
            places.schools.with_columns(pl.lit(epoch, dtype=pl.Int64).alias("epoch"))
            for epoch, places in self._places_at.items()
        )
        return rows.join(known, on=["school_code", "epoch"], how="left", maintain_order="left")
