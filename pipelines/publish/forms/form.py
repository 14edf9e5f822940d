"""What a form is made of: parts with columns and rows, filled once for the province and cut for every county."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, Listing, Value, fill
from pipelines.publish.wording import LEVEL_WORDS, LEVELS

Columns = Callable[[ReportNight], Sequence[Column]]
Rows = Callable[[ReportNight], pl.DataFrame]
Notes = Callable[[ReportNight, Scope], Sequence[str]]


@dataclass(frozen=True)
class Chart:
    """A native chart of the lowest units of a part: headings that are drawn, stacked or not, a line, and which rows.

    `beside` are headings that stand in its table and are not drawn.
    """

    sheet: str
    title: str
    series: tuple[str, ...]
    colours: tuple[str, ...]
    stacked: bool = False
    line: str = ""
    only: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()

    def above(self, title: str) -> str:
        """What stands above it and its table, of a part with this title."""
        return f"{title}：{self.sheet}"


@dataclass(frozen=True)
class Part:
    """One table of a form.

    `sheet`    name of its sheet; without one it has a sheet a level (省级, 市级, …), each with the units above.
    `name`     what stands in the title after place and date.
    `columns`  may depend on the night (the placements that policy knows).
    `rows`     all rows of the province: `unit_level`, `county`, `depth`, `look`, key and label columns.
    `lowest`   the lowest level that it shows; empty: of every scope its own rows alone.
    `layer`    the footnote that says in which of the four layers it stands and where its numbers come from.
    """

    name: str
    measure: str
    columns: Columns
    rows: Rows
    notes: Notes
    sheet: str = ""
    lowest: str = "township"
    layer: str = ""
    empty: str = ""

    def sheets(self, scope: Scope) -> list[tuple[str, str]]:
        """Name and lowest level of each of its sheets for a scope."""
        if self.sheet:
            return [(self.sheet, self.lowest or scope.level)]
        shown = [level for level in scope.levels if LEVELS.index(level) <= LEVELS.index(self.lowest)]
        return [(LEVEL_WORDS[level], level) for level in shown]

    def title(self, night: ReportNight, place: str) -> str:
        """What stands above its table."""
        return f"{place}{night.day}{self.name}"

    def listing(self, night: ReportNight, scope: Scope, level: str) -> Listing:
        """The table of a scope down to a level; filled once a night for all scopes."""
        columns, rows, values = night.keep(self, lambda: _filled(self, night))
        kept = rows
        if "unit_level" in rows.columns:
            cuts = night.keep((self, level), lambda: _cuts(night, rows, level))
            kept = cuts.get(scope.unit_code if scope.level == COUNTY else None, rows.clear())
            if scope.level not in (COUNTY, night.province.level):
                # Forms have no prefectures and townships of their own; reports of the cycles do.
                kept = night.within(kept, scope, level)
        return Listing(
            title=self.title(night, scope.name),
            measure=self.measure,
            columns=columns,
            rows=kept,
            values=tuple(values[place] for place in kept["row"].to_list()),
            notes=(*self.notes(night, scope), *((self.layer,) if self.layer else ())),
            empty=self.empty,
        )


def _filled(part: Part, night: ReportNight) -> tuple[tuple[Column, ...], pl.DataFrame, tuple[tuple[Value, ...], ...]]:
    columns, rows = tuple(part.columns(night)), part.rows(night)
    return columns, rows.with_row_index("row"), fill(night.reader, night.as_of, columns, rows)


def _cuts(night: ReportNight, rows: pl.DataFrame, level: str) -> dict[str | None, pl.DataFrame]:
    """The rows down to a level: of the province (under None) and of every county, all cut at once."""
    whole = night.within(rows, night.province, level)
    if "look" in whole.columns:
        # Units above those that the sheet is about stand out.
        above = (pl.col("look") == "unit") & (pl.col("unit_level") != level)
        whole = whole.with_columns(look=pl.when(above).then(pl.lit("total")).otherwise("look"))
    of_counties = whole.filter(pl.col("county").is_not_null()).with_columns(
        pl.col("depth") - pl.col("depth").min().over("county")
    )
    by_county = of_counties.partition_by("county", as_dict=True, maintain_order=True)
    return {None: whole, **{str(county): cut for (county,), cut in by_county.items()}}


@dataclass(frozen=True)
class Form:
    """One file: its name, its parts, whether every county gets its own, and the charts of its first part."""

    file: str
    parts: tuple[Part, ...]
    scopes: Literal["all", "province", "county"] = "all"
    charts: tuple[Chart, ...] = ()

    def of(self, scope: Scope) -> bool:
        """Whether a scope gets it."""
        return self.scopes == "all" or (self.scopes == COUNTY) == (scope.level == COUNTY)


def by_unit(tree: pl.DataFrame, parts: Sequence[tuple[str, dict[str, str]]] = ()) -> pl.DataFrame:
    """A row a unit, and under each the given parts (其中): a label and the key columns that it fills.

    The first part is the unit's own row and has its name as label.
    """
    (_, own), *below = parts or (("", {}),)
    rows = tree.with_columns(
        label=pl.col("unit_name"),
        look=pl.lit("unit"),
        **{name: pl.lit(value) for name, value in own.items()},
    ).with_row_index("unit")
    more = [
        rows.with_columns(
            label=pl.lit(label),
            look=pl.lit("part"),
            depth=pl.col("depth") + 1,
            **{name: pl.lit(value) for name, value in keys.items()},
        )
        for label, keys in below
    ]
    return pl.concat([rows, *more]).sort("unit", maintain_order=True).drop("unit")
