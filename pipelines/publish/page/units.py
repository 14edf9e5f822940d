"""What the sections share: units with their labels, how deep a page goes, links to the pages of counties."""

from __future__ import annotations

import polars as pl

from pipelines.publish.forms.form import Part
from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, Figure, Kind, Listing
from pipelines.publish.page.view import Table

PAGE = "index.html"
UNIT = Column("单位", "text", 0, label="unit_name")


def number(name: str, shown: Figure, kind: Kind = "count", *, positive: bool = False) -> Column:
    """A column of figures; where `positive` a value above 0 must be found at a glance."""
    return Column(name, kind, 0, shown, alert="positive" if positive else "")


def part(
    columns: object,
    rows: object,
    *,
    lowest: str = "township",
    empty: str = "",
) -> Part:
    """A part of the page: it has no sheet, no notes and no title of its own."""
    of_night = columns if callable(columns) else lambda night: columns
    return Part("", "", of_night, rows, lambda night, scope: (), lowest=lowest, empty=empty)  # type: ignore[arg-type]


def tree(night: ReportNight) -> pl.DataFrame:
    """Units of the government line with the school years of the rates."""
    return night.tree("zeroing", "household").with_columns(
        school_year=pl.lit(night.school_year, pl.String),
    )


def lowest(scope: Scope) -> str:
    """How deep the page of a scope goes: the province to its counties, a county to its townships."""
    return "township" if scope.level == COUNTY else COUNTY


def below(part: Part, night: ReportNight, scope: Scope) -> Listing:
    """A part of the scope and the units below it."""
    return part.listing(night, scope, lowest(scope))


def own(part: Part, night: ReportNight, scope: Scope) -> Listing:
    """A part of the scope's own unit alone."""
    return part.listing(night, scope, scope.level)


def links(night: ReportNight, scope: Scope) -> dict[str, str]:
    """The pages of the counties, from the province's; a county's page has none below it."""
    if scope.level == COUNTY:
        return {}
    made: dict[str, str] = night.keep(
        "page links",
        lambda: {one.unit_code: f"{one.folder}/{PAGE}" for one in night.scopes if one.level == COUNTY},
    )
    return made


def tree_table(place: str, caption: str, part: Part, night: ReportNight, scope: Scope) -> Table:
    """A part as a table of the tree of units."""
    return Table(place, caption, below(part, night, scope), tree=True, links=links(night, scope))
