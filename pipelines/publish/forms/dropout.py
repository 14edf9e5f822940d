"""辍学率监测表: dropout rates with the marks of those over the limit and of two years running (spec 6.2, item 6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from pipelines.publish.forms.form import Chart, Form, Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BLANKS, BOUND, INDICATOR_TABLE, source_notes
from pipelines.publish.listing import Column, figure
from schemas.definitions import definition
from schemas.values import DROPOUT_VARIANT, TAUGHT_STAGE

RATE, LIMIT = "辍学率", "上限"


def columns(night: ReportNight) -> Sequence[Column]:
    """Children who dropped out, stock, rate, limit, over it, last year, two years running."""
    of = partial(figure, "dropout_rate", variant=night.dropout_variant)
    return (
        Column("单位", "text", 32, label="label"),
        Column("学段", "text", 8, label="stage_shown"),
        Column("辍学人数", "count", 11, of("numerator")),
        Column("在校生数", "count", 11, of("denominator")),
        Column(RATE, "rate", 10, of("rate", base="denominator", bound="at_bound"), alert=""),
        Column(LIMIT, "percent", 9, of("limit_rate")),
        Column("超限", "yes_no", 8, of("over_limit"), alert="true"),
        Column("上年辍学率", "percent", 12, of("last_year_rate")),
        Column("连续两年超限", "yes_no", 14, of("consecutive"), alert="true"),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """Every unit of the school line from province to township, a row a stage."""
    tree = night.tree("dropout_rate").with_row_index("unit")
    stages = [
        tree.with_columns(
            label=pl.col("unit_name"),
            look=pl.lit("unit"),
            stage=pl.lit(stage),
            stage_shown=pl.lit(word),
            school_year=pl.lit(night.school_year),
        )
        for stage, word in TAUGHT_STAGE.items()
    ]
    return pl.concat(stages).sort("unit", maintain_order=True).drop("unit")


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """Formula and variant, limit, what is not computed, sources."""
    variant = night.dropout_variant
    words = definition("dropout_rate", variant, night.as_of)
    return (
        f"口径：{DROPOUT_VARIANT[variant]}，{night.school_year or '本'}学年。{words.formula}。{words.base}。",
        "“超限”为辍学率高于上限；“连续两年超限”为上年同口径也高于上限。没有教基统计的为“—”，不推算。",
        "辍学率按学校所在地统计，与按户籍地统计的个案数口径不同。" + BLANKS + BOUND,
        *source_notes(night, scope),
    )


def _chart(stage: str, colour: str) -> Chart:
    return Chart(
        f"县级图（{TAUGHT_STAGE[stage]}）",
        f"{TAUGHT_STAGE[stage]}辍学率与上限（%）",
        (RATE,),
        (colour,),
        line=LIMIT,
        only=(("stage", stage),),
    )


DROPOUT = Form(
    "辍学率监测表.xlsx",
    (Part("辍学率监测表", "人、%", columns, rows, notes, layer=INDICATOR_TABLE),),
    charts=(_chart("primary", "#E0A526"), _chart("junior", "#8B1A1A")),
)
