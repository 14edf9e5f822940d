"""The read side of a published night: what the files for officials say, taken from `published.*` and from nowhere else.

A file that computed a number of its own could contradict the database; here a number is only selected, put beside
another, or (pupils of both stages) added up. Villages and schools are left in the database (spec 6.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish.wording import LEVELS


class TableReader(Protocol):
    """Whatever can answer a query over the `published` schema; every engine can."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`)."""
        ...


@dataclass(frozen=True)
class Balance:
    """The ledger of one unit and group on one night (spec 4.3), in cases; `zeroed_since` null while not at zero."""

    open_at_start: int
    opened: int
    relapsed: int
    closed: int
    open_at_end: int
    suspected: int
    verified: int
    overdue: int
    zeroed: bool
    zeroed_since: date | None
    days_since_zero: int | None


@dataclass(frozen=True)
class Unit:
    """One unit of the government line with its balance, of all children and of the poor among them.

    `pupils` is the stock of pupils of 1 September, both stages, by place of school (教基统计); null without statistics.
    """

    code: str
    level: str
    name: str
    parent: str | None
    everyone: Balance
    poor: Balance
    pupils: int | None


@dataclass(frozen=True)
class Source:
    """One kind of source over all divisions: which are in force, what is wrong with the others, and the delivery dates.

    `stale`, `missing`, `refused` hold names of units; `oldest` and `newest` are null when nothing was delivered.
    """

    kind: str
    divisions: int
    in_force: int
    stale: tuple[str, ...]
    missing: tuple[str, ...]
    refused: tuple[str, ...]
    oldest: date | None
    newest: date | None


_BALANCE = (
    "open_at_start",
    "opened",
    "relapsed",
    "closed",
    "open_at_end",
    "suspected_open",
    "verified_open",
    "overdue",
    "zeroed",
    "zeroed_since",
    "days_since_zero",
)

_UNITS = """
with pupils as (
    -- The three variants share one denominator; a stage without statistics adds nothing, both without: null.
    select unit_code, cast(sum(denominator) as bigint) as pupils
    from published.dropout_rate
    where as_of = $as_of and variant = $variant
    group by unit_code
)

select
    everyone.unit_code, everyone.unit_level, everyone.unit_name, everyone.parent_code, pupils.pupils,
    everyone.open_at_start, everyone.opened, everyone.relapsed, everyone.closed, everyone.open_at_end,
    everyone.suspected_open, everyone.verified_open, everyone.overdue,
    everyone.zeroed, everyone.zeroed_since, everyone.days_since_zero,
    poor.open_at_start as poor_open_at_start, poor.opened as poor_opened, poor.relapsed as poor_relapsed,
    poor.closed as poor_closed, poor.open_at_end as poor_open_at_end,
    poor.suspected_open as poor_suspected_open, poor.verified_open as poor_verified_open, poor.overdue as poor_overdue,
    poor.zeroed as poor_zeroed, poor.zeroed_since as poor_zeroed_since, poor.days_since_zero as poor_days_since_zero
from published.zeroing as everyone
inner join published.zeroing as poor
    on everyone.as_of = poor.as_of and everyone.unit_code = poor.unit_code and everyone.line = poor.line
left join pupils on everyone.unit_code = pupils.unit_code
where
    everyone.as_of = $as_of and everyone.line = 'household' and everyone."group" = 'all' and poor."group" = 'poor'
    and everyone.unit_level in ('province', 'prefecture', 'county', 'township')
"""

_DROPOUT = """
select
    unit_code, unit_level, unit_name, parent_code, school_year, stage, numerator, denominator,
    rate, limit_rate, over_limit, last_year_rate, consecutive, at_bound
from published.dropout_rate
where as_of = $as_of and variant = $variant and unit_level in ('province', 'prefecture', 'county', 'township')
"""

_RETENTION = """
select
    unit_code, unit_level, unit_name, parent_code, school_year, numerator, denominator,
    rate_shown, target, met, gap_children, transfers_unmatched, at_bound
from published.retention
where
    as_of = $as_of and indicator = 'nine_year' and variant = $variant
    and unit_level in ('province', 'prefecture', 'county')
"""


class PublishedNight:
    """One published night as the files need it; every frame is in code order, the province first."""

    def __init__(
        self,
        reader: TableReader,
        as_of: date,
        *,
        dropout_variant: str = "event",
        retention_variant: str = "national",
    ) -> None:
        self.as_of = as_of
        self._reader = reader
        self._dropout_variant = dropout_variant
        self._retention_variant = retention_variant

    def units(self) -> list[Unit]:
        """Every unit of the government line from province to township (published.zeroing, spec 4.3).

        Raises KongchuoError where the night holds none: a form without a place would say nothing.
        """
        rows = self._frame(_UNITS, variant=self._dropout_variant).rows(named=True)
        if not rows:
            raise KongchuoError(f"published.zeroing has no units for {self.as_of}: the night was not computed.")
        return [
            Unit(
                code=row["unit_code"],
                level=row["unit_level"],
                name=row["unit_name"],
                parent=row["parent_code"],
                everyone=Balance(*(row[name] for name in _BALANCE)),
                poor=Balance(*(row[f"poor_{name}"] for name in _BALANCE)),
                pupils=row["pupils"],
            )
            for row in rows
        ]

    def dropout(self) -> pl.DataFrame:
        """Dropout rates in the headline variant, a row per unit and stage (published.dropout_rate, spec 5.1)."""
        return self._frame(_DROPOUT, variant=self._dropout_variant)

    def retention(self) -> pl.DataFrame:
        """Nine-year retention in the headline variant, down to the county (published.retention, spec 5.2)."""
        return self._frame(_RETENTION, variant=self._retention_variant)

    def _frame(self, sql: str, **parameters: object) -> pl.DataFrame:
        """The rows of a query about units, the province first, then in code order (which is the order of the tree)."""
        frame = self._reader.read(sql, {"as_of": self.as_of, **parameters})
        return frame.sort(pl.col("unit_level") != LEVELS[0], "unit_code", maintain_order=True)


def summarise_sources(states: pl.DataFrame, names: Mapping[str, str]) -> list[Source]:
    """One `Source` per kind from the rows of `source_states`; a division without a name keeps its code."""
    kinds: dict[str, list[dict[str, object]]] = {}
    for row in states.rows(named=True):
        kinds.setdefault(row["kind"], []).append(row)
    return [_source(kind, rows, names) for kind, rows in kinds.items()]


def _source(kind: str, rows: list[dict[str, object]], names: Mapping[str, str]) -> Source:
    def in_state(state: str) -> tuple[str, ...]:
        divisions = [str(row["division"]) for row in rows if row["state"] == state]
        return tuple(names.get(division, division) for division in divisions)

    dates = [day for row in rows if isinstance(day := row["delivered_on"], date)]
    return Source(
        kind=kind,
        divisions=len(rows),
        in_force=len(in_state("in_force")),
        stale=in_state("stale"),
        missing=in_state("missing"),
        refused=in_state("refused"),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
    )
