"""The command `kongchuo figure`: one figure with its parts, formula, sources and, if asked for, its children."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich import box
from rich.table import Table

from assets.occasion import occasion
from assets.summary import published_night, wide_console
from pipelines.engine.snapshot import Snapshot
from pipelines.publish import export_log
from pipelines.publish.figure import trace
from schemas import values


def print_figure(home: Path, name: str, unit: str, as_of: date | None, *, with_children: bool) -> None:
    """Print a figure of a unit on a published night, and the list of children behind it."""
    night = published_night(home, as_of)
    with Snapshot(night.cases) as cases, Snapshot(night.report) as report:
        traced = trace(report, cases, night.as_of, name.strip(), unit.strip(), with_children=with_children)
    if with_children:
        export_log.append(
            home, occasion("figure"), [export_log.Exported("children", night.as_of, unit.strip(), "full")]
        )
    console = wide_console()
    console.print(traced.title, style="bold", markup=False, highlight=False)
    for line in traced.lines:
        console.print(line, markup=False, highlight=False)
    if traced.children.is_empty():
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("child_key", "户籍地", "学校", "年级", "状态", "类别"):
        table.add_column(heading, no_wrap=True)
    for key, division, school, grade, status, category in traced.children.iter_rows():
        label = values.CATEGORY.get(category, "") if category else ""
        cells = (key, division, school, grade, values.STATUS[status], label)
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    console.print(table)
