"""Where rows lie: the division tree and the schools as delivered up to a date (spec 2.1).

A place is known when its code, or its first six digits, stands in a 区划 delivery accepted up to that date. Its area is
every county, prefecture and province above it by 上级代码; where none is given, by the digits of its code.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field

import polars as pl

_LEVELS = 8  # village → township → county → prefecture → province, with room for a unit in between


@dataclass
class Places:
    """Division and school rows of all accepted deliveries, the oldest delivery first.

    Both have delivered_on, code and delivery_id; `divisions` division_code and parent_code, `schools` school_code,
    division_code and school_type. Of several rows with one key the last one delivered counts.
    """

    divisions: pl.DataFrame
    schools: pl.DataFrame
    _known: dict[int, PlacesAt] = field(default_factory=dict)

    def epoch(self, day: dt.date) -> int:
        """A number that all days between two deliveries share."""
        divisions = self.divisions.filter(pl.col("delivered_on") <= day).height
        return divisions + self.schools.filter(pl.col("delivered_on") <= day).height

    def at(self, day: dt.date) -> PlacesAt:
        """The places known on a day; days of one epoch share one answer."""
        epoch = self.epoch(day)
        if epoch not in self._known:
            divisions = self.divisions.filter(pl.col("delivered_on") <= day)
            schools = self.schools.filter(pl.col("delivered_on") <= day)
            self._known[epoch] = PlacesAt(
                divisions.unique("division_code", keep="last", maintain_order=True).select(
                    "division_code", "parent_code"
                ),
                schools.unique("school_code", keep="last", maintain_order=True).select(
                    "school_code", "division_code", "school_type"
                ),
            )
        return self._known[epoch]


@dataclass(frozen=True)
class PlacesAt:
    """The places known on one day, a row per division and per school."""

    divisions: pl.DataFrame
    schools: pl.DataFrame

    def areas(self, places: pl.Series) -> pl.DataFrame:
        """(place, unit): the counties, prefectures and provinces (12 digits) in which each known place lies."""
        start = pl.DataFrame({"place": places.drop_nulls().unique()})
        codes = self.divisions["division_code"].implode()
        county = pl.col("place").str.slice(0, 6).str.pad_end(12, "0")
        at = pl.when(pl.col("place").is_in(codes)).then("place").when(county.is_in(codes)).then(county)
        return start.with_columns(at.alias("at")).join(self._above, on="at").select("place", "unit")

    @functools.cached_property
    def _above(self) -> pl.DataFrame:
        """(at, unit): the counties, prefectures and provinces (12 digits) above each division, itself included."""
        parents = self.divisions.select(pl.col("division_code").alias("here"), "parent_code")
        level = self.divisions.select(pl.col("division_code").alias("at"), pl.col("division_code").alias("here"))
        found = [level.clear().rename({"here": "unit"})]
        for _ in range(_LEVELS):
            if not level.height:
                break
            found.append(level.filter(pl.col("here").str.ends_with("000000")).rename({"here": "unit"}))
            above = pl.coalesce("parent_code", _parent_by_digits(pl.col("here")))
            level = level.join(parents, on="here", how="left").select("at", above.alias("here")).drop_nulls("here")
        return pl.concat(found)

    def inside(self, rows: pl.DataFrame) -> pl.Series:
        """Whether each row (place, code) lies in the area of the file's code; an unknown place always does."""
        areas = self.areas(rows["place"])
        known = areas["place"].unique().implode()
        unit = pl.col("code").str.pad_end(12, "0")
        found = rows.with_columns(unit.alias("unit")).join(
            areas.unique().with_columns(pl.lit(True).alias("found")),
            on=["place", "unit"],
            how="left",
            maintain_order="left",
        )
        return found.select(
            (pl.col("found").fill_null(False) | ~pl.col("place").is_in(known).fill_null(False)).alias("inside")
        ).to_series()


def _parent_by_digits(code: pl.Expr) -> pl.Expr:
    """The code one level up by the digits alone: village, township, county, prefecture, province, null."""
    parents = []
    for start, end in ((9, 12), (6, 9), (4, 6), (2, 4)):
        own = code.str.slice(start, end - start) != "0" * (end - start)
        parents.append(pl.when(own).then(code.str.slice(0, start).str.pad_end(12, "0")))
    return pl.coalesce(parents)
