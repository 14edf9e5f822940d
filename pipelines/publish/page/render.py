"""Writes the page: view model into template, every text escaped, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.publish.page import sections
from pipelines.publish.page.view import Figure, Page
from pipelines.publish.reader import PublishedNight, TableReader, Unit
from pipelines.publish.wording import chinese_date, rate
from schemas.definitions import definition

PAGE = "index.html"
_TEMPLATE = "index.html.j2"


def write_page(
    reader: TableReader,
    as_of: date,
    folder: Path,
    *,
    dropout_variant: str = "event",
    retention_variant: str = "national",
) -> Path:
    """Write the page of one published night into `folder` and return its path; the same night gives the same bytes.

    Units from province to township only, villages and schools never (spec 6.3). Raises KongchuoError where the night
    was not computed.
    """
    night = PublishedNight(reader, as_of, dropout_variant=dropout_variant, retention_variant=retention_variant)
    units = night.units()
    dropout, retention = night.dropout(), night.retention()
    page = Page(
        place=units[0].name,
        day=chinese_date(as_of),
        iso_day=as_of.isoformat(),
        figures=_figures(units, dropout, retention),
        sections=(
            sections.zeroing(units),
            sections.open_cases(units),
            sections.dropout(dropout, units, definition("dropout_rate", dropout_variant, as_of).formula),
            sections.retention(retention, definition("nine_year", retention_variant, as_of).formula),
            sections.deadlines(night.deadlines()),
            sections.sources(night.source_states(), units),
        ),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    path.write_bytes(_render(page).encode("utf-8"))
    return path


def _figures(units: Sequence[Unit], dropout: pl.DataFrame, retention: pl.DataFrame) -> tuple[Figure, ...]:
    """The line of numbers at the top: the state of the highest unit in one look."""
    whole = units[0]
    counties = [unit for unit in units if unit.level == "county"]
    zeroed = sum(unit.everyone.zeroed for unit in counties)
    over = dropout.filter(pl.col("over_limit") & (pl.col("unit_level") == "county"))["unit_code"].n_unique()
    figures = [
        Figure("已清零的县级单位", f"{zeroed}/{len(counties)}", "个", alert=zeroed < len(counties)),
        Figure("期末在册个案", str(whole.everyone.open_at_end), "人"),
        Figure("其中：疑似", str(whole.everyone.suspected), "人"),
        Figure("其中：辍学", str(whole.everyone.verified), "人", alert=whole.everyone.verified > 0),
        Figure("辍学中的脱贫户", str(whole.poor.verified), "人", alert=whole.poor.verified > 0),
        Figure("有超期事项的个案", str(whole.everyone.overdue), "人", alert=whole.everyone.overdue > 0),
        Figure("辍学率超限的县级单位", str(over), "个", alert=over > 0),
    ]
    for row in retention.filter(pl.col("unit_code") == whole.code).rows(named=True):
        shown = rate(row["rate_shown"], row["denominator"], at_bound=row["at_bound"])
        figures.append(Figure("九年义务教育巩固率", shown, "%", alert=row["met"] is False))
    return tuple(figures)


def _render(page: Page) -> str:
    import jinja2  # here: only a night that publishes needs it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(_TEMPLATE).render(page=page)
