"""The school that a 学籍 file leaves out (`school_missing`, spec 2.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.engine import Engine
from pipelines.landing.places import Places
from pipelines.landing.verdicts import in_force

ACTIVE_FROM = 20  # 在读 rows in the file in force


class MissingSchools:
    """Answers for one night; counts of a delivery are read from the clean table once, when they are needed."""

    def __init__(
        self,
        engine: Engine,
        places: Callable[[], Places],
        settled: Mapping[int, str | None],
        unsettled: Sequence[int],
    ) -> None:
        """`settled`: what earlier nights found by delivery_id, not to be asked again; `unsettled`: other deliveries."""
        self._engine = engine
        self._places = places
        self._settled = settled
        self._unsettled = unsettled
        self._counts: dict[int, dict[str, int]] = {}
        self._areas: dict[int, list[tuple[frozenset[str], tuple[str, ...]]]] = {}

    def __call__(self, delivery: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]]) -> str | None:
        """See `verdicts.MissingSchool`."""
        if delivery["delivery_id"] in self._settled:
            return self._settled[delivery["delivery_id"]]
        present = self._of(delivery["delivery_id"])
        absent: list[str] = []
        for codes, schools in self._counties(delivery["delivered_on"]):
            if delivery["code"] not in codes:
                continue
            before = in_force([earlier[code] for code in codes if code in earlier])
            if before is None:
                continue
            active = self._of(before["delivery_id"])
            absent += [school for school in schools if school not in present and active.get(school, 0) >= ACTIVE_FROM]
        return min(absent, default=None)

    def _of(self, delivery_id: int) -> dict[str, int]:
        """School → 在读 rows, for every school with an accepted row in the delivery."""
        if delivery_id not in self._counts:
            # All deliveries to be judged in one query; the one in force before them is an older one.
            wanted = sorted({delivery_id, *self._unsettled} - self._counts.keys())
            rows = self._engine.read(
                "select delivery_id, school_code, count(*) filter (where enrolment_status = '在读') as active"
                " from clean.enrolment where delivery_id in (select unnest($wanted)) group by all",
                {"wanted": wanted},
            )
            self._counts |= {known: {} for known in wanted}
            for known, school, active in rows.iter_rows():
                self._counts[known][school] = active
        return self._counts[delivery_id]

    def _counties(self, day: dt.date) -> list[tuple[frozenset[str], tuple[str, ...]]]:
        """The schools listed on a day, grouped by the codes (six digits) that cover them."""
        places = self._places()
        epoch = places.epoch(day)
        if epoch not in self._areas:
            rows = places.schools.filter(pl.col("delivered_on") <= day)
            # Codes stand side by side; of one code the newest delivery lists.
            newest = rows.unique("code", keep="last", maintain_order=True).select("code", "delivery_id")
            listed = rows.join(newest, on=["code", "delivery_id"]).select("school_code").unique()
            known = listed.join(places.at(day).schools, on="school_code")
            areas = places.at(day).areas(known["division_code"]).with_columns(pl.col("unit").str.slice(0, 6))
            covering = areas.group_by("place").agg(pl.col("unit").unique().sort())
            grouped = (
                known.join(covering, left_on="division_code", right_on="place").group_by("unit").agg("school_code")
            )
            self._areas[epoch] = [(frozenset(units), tuple(codes)) for units, codes in grouped.iter_rows()]
        return self._areas[epoch]
