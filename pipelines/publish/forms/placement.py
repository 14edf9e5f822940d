"""劝返安置情况统计表: why children are out of school and what was found for them (spec 6.2, item 3)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Form, Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BASE_TABLE, BLANKS, source_notes
from pipelines.publish.listing import Column, figure
from schemas.values import CASE_REASON

NOT_PLACED, ALL = "未安置", "合计"
_PLACEMENTS = "select distinct placement from published.reasons where as_of = $as_of"
_REASONS = "select distinct unit_code, reason from published.reasons where as_of = $as_of"


def columns(night: ReportNight) -> Sequence[Column]:
    """未安置 first, then the placements that policy counts as zero, then any other that occurs."""
    known = [NOT_PLACED, *night.policy["placement"]["counts_as_zero"]]
    found = set(night.read(_PLACEMENTS)["placement"])
    placements = [*dict.fromkeys([*known, *sorted(found)])]
    total = figure("reasons", "cases", how="sum", sparse=True)
    return (
        Column("单位", "text", 30, label="label"),
        Column("原因", "text", 16, label="reason_shown"),
        Column(ALL, "count", 9, total),
        *(
            Column(name, "count", 11, figure("reasons", "cases", how="sum", sparse=True, placement=name))
            for name in placements
        ),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """Every unit down to the county, and under each the reasons that occur there, in the order of officials."""
    units = night.tree("zeroing", "household").filter(pl.col("unit_level") != "township").with_row_index("unit")
    own = units.with_columns(
        label=pl.col("unit_name"),
        look=pl.lit("total"),
        reason=pl.lit(None, pl.String),
        reason_shown=pl.lit(ALL),
        order=pl.lit(-1, pl.Int64),
    )
    order = {reason: place for place, reason in enumerate(CASE_REASON)}
    below = (
        units.join(night.read(_REASONS), on="unit_code")
        .with_columns(
            label=pl.lit("其中"),
            look=pl.lit("part"),
            reason_shown=pl.col("reason"),
            order=pl.col("reason").replace_strict(order, default=len(order), return_dtype=pl.Int64),
        )
        .select(own.columns)
    )
    return pl.concat([own, below]).sort("unit", "order").drop("unit", "order")


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """Whom the table counts, where reason and placement come from, blanks, sources."""
    return (
        f"统计口径：政府线（按户籍地），截至{night.day}在册未销号的个案（未安置），"
        "加上安置期内、以“已安置”销号的儿童，一人一案。",
        "原因取该案最近一次劝返记录；未填的为“待核”，不在规定原因之内的为“其他”。县级以下不列原因。",
        "安置方式为县级批准、当日在安置期内的最近一项。" + BLANKS,
        *source_notes(night, scope),
    )


PLACEMENT = Form(
    "劝返安置情况统计表.xlsx",
    (Part("劝返安置情况统计表", "人、%", columns, rows, notes, lowest="county", layer=BASE_TABLE),),
)
