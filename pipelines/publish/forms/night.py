"""The night as forms need it: the trees of units, the state of sources, and for whom a form is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish.reader import Source, TableReader, summarise_sources
from pipelines.publish.wording import LEVELS, SOURCE_ORDER, chinese_date

_TREE = """
select distinct unit_code, unit_level, unit_name, parent_code
from published.{table}
where as_of = $as_of and unit_level in ('province', 'prefecture', 'county', 'township') {of_line}
"""
_SOURCES = "select kind, division, state, delivered_on, reason from published.source_status where as_of = $as_of"
_YEAR = "select max(school_year) as school_year from published.dropout_rate where as_of = $as_of"
COUNTY = "county"


@dataclass(frozen=True)
class Scope:
    """For whom a form is made: the province, or one county; `folder` is where its files stand under `reports/`."""

    unit_code: str
    level: str
    name: str

    @property
    def folder(self) -> str:
        """Nothing for the province; the six digits of a county (its name comes from a file and may hold anything)."""
        return "" if self.level != COUNTY else self.unit_code[:6]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that its forms show, highest first: never a village or a school (spec 6.3)."""
        return LEVELS[LEVELS.index(self.level) :]


class ReportNight:
    """One published night: what every form asks of it, each asked once.

    `reader` answers queries over the schema `published` (and `quality` for the checks); `policy` gives the variants
    that are published first. Raises KongchuoError where the night was not computed.
    """

    def __init__(self, reader: TableReader, as_of: date, policy: Mapping[str, Any]) -> None:
        self.reader = reader
        self.as_of = as_of
        self.policy = policy
        self._trees: dict[tuple[str, str], pl.DataFrame] = {}
        self._kept: dict[object, Any] = {}

    @property
    def day(self) -> str:
        """The business date in words."""
        return chinese_date(self.as_of)

    @property
    def dropout_variant(self) -> str:
        """The variant of the dropout rate that is published first (policy `rates.dropout_variant`)."""
        return str(self.policy["rates"]["dropout_variant"])

    @property
    def retention_variant(self) -> str:
        """The variant of retention that is published first (policy `rates.retention_variant`)."""
        return str(self.policy["rates"]["retention_variant"])

    def keep(self, key: object, make: Any) -> Any:
        """What `make` gives, made once for this night."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def read(self, sql: str, **parameters: object) -> pl.DataFrame:
        """The rows of a query with `$as_of` and other parameters bound."""
        return self.reader.read(sql, {"as_of": self.as_of, **parameters})

    def tree(self, table: str = "zeroing", line: str = "") -> pl.DataFrame:
        """Units of a published table from province to township in the order of the tree.

        unit_code, unit_level, unit_name, parent_code, depth (0 the province), and `county` (the county-level unit that
        it is or lies in, null above). A unit whose parent the table does not have stands under the province.
        """
        key = (table, line)
        if key not in self._trees:
            of_line = "and line = $line" if line else ""
            parameters: dict[str, object] = {"line": line} if line else {}
            frame = self.read(_TREE.format(table=table, of_line=of_line), **parameters)
            if frame.is_empty() and table == "zeroing":
                raise KongchuoError(f"published.{table} has no units for {self.as_of}: the night was not computed.")
            self._trees[key] = _in_order(frame)
        return self._trees[key]

    @cached_property
    def province(self) -> Scope:
        """The highest unit."""
        return self.scopes[0]

    @cached_property
    def scopes(self) -> list[Scope]:
        """The province, then every county-level unit in the order of the tree."""
        units = self.tree("zeroing", "household").rows(named=True)
        return [
            Scope(unit["unit_code"], unit["unit_level"], unit["unit_name"])
            for place, unit in enumerate(units)
            if place == 0 or unit["unit_level"] == COUNTY
        ]

    @cached_property
    def names(self) -> dict[str, str]:
        """Code → name of every unit from province to township."""
        frame = self.tree("zeroing", "household")
        return dict(zip(frame["unit_code"], frame["unit_name"], strict=True))

    @cached_property
    def school_year(self) -> str | None:
        """The school year of the rates, 2025-2026; null before any."""
        year: str | None = self.read(_YEAR)["school_year"].item()
        return year

    @cached_property
    def entry_year(self) -> str | None:
        """The school year of the entry rates; null before any."""
        year: str | None = self.read(_YEAR.replace("dropout_rate", "enrolment_rate"))["school_year"].item()
        return year

    @cached_property
    def source_states(self) -> pl.DataFrame:
        """State of every kind of source in every county-level unit, in the order in which officials name them."""
        order = {kind: place for place, kind in enumerate(SOURCE_ORDER)}
        place = pl.col("kind").replace_strict(order, default=len(order), return_dtype=pl.Int64)
        return self.read(_SOURCES).sort(place, "kind", "division")

    def sources(self, scope: Scope) -> list[Source]:
        """What the numbers of a scope stand on, one a kind."""
        return self.keep(("sources", scope.unit_code), lambda: self._sources(scope))  # type: ignore[no-any-return]

    def _sources(self, scope: Scope) -> list[Source]:
        states = self.source_states
        if scope.level != LEVELS[0]:
            states = states.filter(pl.col("division").is_in(self._counties(scope)))
        return summarise_sources(states, self.names)

    def within(self, units: pl.DataFrame, scope: Scope, level: str) -> pl.DataFrame:
        """The rows of a tree that a sheet shows: units of the scope from its own level down to `level`."""
        shown = [one for one in scope.levels if LEVELS.index(one) <= LEVELS.index(level)]
        kept = units.filter(pl.col("unit_level").is_in(shown))
        if scope.level == LEVELS[0]:
            return kept
        inside = pl.col("county") == scope.unit_code
        if scope.level != COUNTY:
            inside = pl.col("unit_code").is_in(self._inside(scope))
        return kept.filter(inside).with_columns(pl.col("depth") - pl.col("depth").min())

    def _inside(self, scope: Scope) -> list[str]:
        """The unit and what lies in it."""
        found = {scope.unit_code}
        for code, parent in self.tree("zeroing", "household").select("unit_code", "parent_code").rows():
            if parent in found:
                found.add(code)
        return sorted(found)

    def _counties(self, scope: Scope) -> list[str]:
        """The county-level units of a scope; of a township the one that it lies in."""
        tree = self.tree("zeroing", "household")
        return tree.filter(pl.col("unit_code").is_in(self._inside(scope)))["county"].drop_nulls().unique().to_list()


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """A tree in its own order: a unit, then what lies in it, by code."""
    units = {row["unit_code"]: row for row in frame.rows(named=True)}
    children: dict[str | None, list[str]] = {}
    for code, row in units.items():
        parent = row["parent_code"] if row["parent_code"] in units else None
        children.setdefault(parent, []).append(code)
    # What hangs on nothing comes after the province, which is the only unit that rightly has no parent.
    roots = sorted(children.get(None, []), key=lambda code: (units[code]["unit_level"] != LEVELS[0], code))
    ordered: list[tuple[str, str, str, str | None, int, str | None]] = []
    waiting: list[tuple[str, int, str | None]] = [
        (code, LEVELS.index(units[code]["unit_level"]), None) for code in reversed(roots)
    ]
    while waiting:
        code, depth, county = waiting.pop()
        row = units[code]
        county = code if row["unit_level"] == COUNTY else county
        ordered.append((code, row["unit_level"], row["unit_name"], row["parent_code"], depth, county))
        waiting += [(child, depth + 1, county) for child in sorted(children.get(code, []), reverse=True)]
    return pl.DataFrame(
        ordered,
        schema={
            "unit_code": pl.String,
            "unit_level": pl.String,
            "unit_name": pl.String,
            "parent_code": pl.String,
            "depth": pl.Int64,
            "county": pl.String,
        },
        orient="row",
    )
