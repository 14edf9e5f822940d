"""四张清单 of the province: what is to be done, to be mended, closed and accounted for, by unit (spec 6.2, item 8).

The lists of a county name children; they are restricted and stand in its own folder.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Columns, Form, Part, Rows
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BASE_TABLE, source_notes
from pipelines.publish.listing import Column, figure
from pipelines.publish.wording import DEADLINE_WORDS, LEVEL_WORDS
from schemas.values import ACCOUNTABILITY_LIST, ACCOUNTABILITY_MEASURE, CLOSE_REASON, DEADLINE, TAUGHT_STAGE

ALL = "合计"
_CLOSED = "select distinct unit_code, close_reason from published.closures where as_of = $as_of and line = 'household'"
_HELD = """
select unit_code, unit_level, unit_name, list, subject, measure
from published.accountability
where as_of = $as_of and unit_level not in ('village', 'school')
"""


def _by_deadline(column: str) -> tuple[Column, ...]:
    return tuple(
        Column(word, "count", 13, figure("deadlines", column, sparse=True, deadline=deadline))
        for deadline, word in DEADLINE_WORDS.items()
    )


def task_columns(night: ReportNight) -> Sequence[Column]:
    """Open cases that wait for each step."""
    return (Column("单位", "text", 30, label="label"), *_by_deadline("due"))


def overdue_columns(night: ReportNight) -> Sequence[Column]:
    """Open cases past each date, and how long the oldest has waited."""
    alarmed = tuple(Column(c.name, c.kind, c.width, c.figure, alert="positive") for c in _by_deadline("overdue"))
    oldest = tuple(
        Column(f"{word}：最长超期天数", "count", 15, figure("deadlines", "oldest_overdue_days", deadline=deadline))
        for deadline, word in DEADLINE_WORDS.items()
    )
    return (Column("单位", "text", 30, label="label"), *alarmed, *oldest)


def units(night: ReportNight) -> pl.DataFrame:
    """Every unit of the government line down to the county."""
    tree = night.tree("zeroing", "household").filter(pl.col("unit_level") != "township")
    return tree.with_columns(label=pl.col("unit_name"), look=pl.lit("unit"))


def closed_columns(night: ReportNight) -> Sequence[Column]:
    """Closings of the last run, of the school year, to date."""

    def closed(heading: str, name: str) -> Column:
        return Column(heading, "count", 16, figure("closures", name, how="sum", sparse=True, line="household"))

    return (
        Column("单位", "text", 30, label="label"),
        Column("销号原因", "text", 22, label="reason_shown"),
        closed("本期销号", "closed_today"),
        closed("本学年销号", "closed_this_school_year"),
        closed("累计销号", "closed_to_date"),
    )


def closed_rows(night: ReportNight) -> pl.DataFrame:
    """Every unit down to the county, and under each the reasons for which cases were closed there."""
    own = (
        units(night)
        .with_row_index("unit")
        .with_columns(look=pl.lit("total"), close_reason=pl.lit(None, pl.String), reason_shown=pl.lit(ALL))
        .with_columns(order=pl.lit(-1, pl.Int64))
    )
    order = {reason: place for place, reason in enumerate(CLOSE_REASON)}
    below = (
        own.drop("close_reason")
        .join(night.read(_CLOSED), on="unit_code")
        .with_columns(
            label=pl.lit("其中"),
            look=pl.lit("part"),
            reason_shown=pl.col("close_reason").replace_strict(CLOSE_REASON),
            order=pl.col("close_reason").replace_strict(order, return_dtype=pl.Int64),
        )
        .select(own.columns)
    )
    return pl.concat([own, below]).sort("unit", "order").drop("unit", "order")


def held_columns(night: ReportNight) -> Sequence[Column]:
    """Who is held to account for what: the measure and what it is held against."""
    return (
        Column("单位", "text", 30, label="label"),
        Column("级别", "text", 8, label="level_shown"),
        Column("清单", "text", 14, label="list_shown"),
        Column("事项", "text", 26, label="subject_shown"),
        Column("指标", "text", 20, label="measure_shown"),
        Column("数值", "number", 12, figure("accountability", "value"), alert="positive"),
        Column("限值", "number", 12, figure("accountability", "limit_value")),
    )


def held_rows(night: ReportNight) -> pl.DataFrame:
    """Every entry of the accountability list from the township up; villages and schools are on the counties' lists."""
    subjects = {**TAUGHT_STAGE, **DEADLINE}
    tree = night.tree("zeroing", "household").with_row_index("order").select("order", "unit_code", "county")
    order = {name: place for place, name in enumerate(ACCOUNTABILITY_LIST)}
    return (
        night.read(_HELD)
        .join(tree, on="unit_code", how="left")
        .with_columns(
            label=pl.col("unit_name"),
            depth=pl.lit(0, pl.Int64),
            look=pl.lit("part"),
            level_shown=pl.col("unit_level").replace_strict(LEVEL_WORDS),
            list_shown=pl.col("list").replace_strict(ACCOUNTABILITY_LIST),
            subject_shown=pl.col("subject").replace(subjects),
            measure_shown=pl.col("measure").replace_strict(ACCOUNTABILITY_MEASURE),
            place=pl.col("list").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("place", "order", "subject", "measure")
        .drop("place", "order")
    )


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What the lists count, sources."""
    return (
        f"统计口径：政府线（按户籍地），截至{night.day}。任务、整改清单为在册个案的下一步期限，一案可有几项；0为没有。",
        "问责清单列省、市、县、乡各级；村和学校的条目、儿童名单见各县受限清单。",
        *source_notes(night, scope),
    )


def _part(sheet: str, columns: Columns, rows: Rows, empty: str) -> Part:
    return Part(sheet, "人、%", columns, rows, notes, sheet=sheet, layer=BASE_TABLE, empty=empty)


LISTS = Form(
    "四张清单.xlsx",
    (
        _part("任务清单", task_columns, units, "没有待办事项。"),
        _part("整改清单", overdue_columns, units, "没有超期事项。"),
        _part("销号清单", closed_columns, closed_rows, "没有销号个案。"),
        _part("问责清单", held_columns, held_rows, "没有问责条目。"),
    ),
    scopes="province",
)
