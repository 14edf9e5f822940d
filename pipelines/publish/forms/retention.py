"""义务教育巩固率监测表: the cohort on its way, its rate, and how many children must come back (spec 6.2, item 4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from pipelines.publish.forms.form import Chart, Form, Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BLANKS, BOUND, INDICATOR_TABLE, source_notes
from pipelines.publish.listing import Column, figure
from schemas.definitions import definition
from schemas.values import RETENTION_INDICATOR, RETENTION_VARIANT

RATE, TARGET, GAP = "巩固率", "目标", "需动员返校人数"


def columns(night: ReportNight, indicator: str = "nine_year") -> Sequence[Column]:
    """Cohort, entrants, in, out, present, rate, target, gap; in the variant that policy publishes first."""

    def shown(heading: str, name: str, width: float) -> Column:
        return Column(heading, "count", width, of(name))

    of = partial(figure, "retention", indicator=indicator, variant=night.retention_variant)
    return (
        Column("单位", "text", 30, label="label"),
        Column("学年", "text", 13, label="school_year"),
        shown("入学人数", "entrants", 11),
        shown("转入", "transfers_in", 9),
        shown("转出", "transfers_out", 9),
        shown("死亡", "deaths", 8),
        shown("应有人数", "denominator", 11),
        shown("在校人数", "numerator", 11),
        Column(RATE, "rate", 10, of("rate_shown", base="denominator", bound="at_bound")),
        Column(TARGET, "percent", 9, of("target")),
        Column("达标", "yes_no", 7, of("met"), alert="false"),
        Column(GAP, "count", 13, of("gap_children"), alert="positive"),
        Column("转出未落实", "count", 12, of("transfers_unmatched")),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """Every unit of the school line down to the county."""
    tree = night.tree("retention").filter(pl.col("unit_level") != "township")
    return tree.with_columns(
        label=pl.col("unit_name"),
        look=pl.lit("unit"),
        school_year=pl.lit(night.school_year),
    )


def notes(night: ReportNight, scope: Scope, indicator: str = "nine_year") -> Sequence[str]:
    """Formula and variant, what the columns mean, blanks, sources."""
    variant = night.retention_variant
    words = definition(indicator, variant, night.as_of)
    return (
        f"口径：{RETENTION_VARIANT[variant]}。{words.formula}。{words.base}。",
        "“应有人数”为本口径的分母；缺少入学以来某一学年教基统计的为“—”，不推算。",
        "“需动员返校人数”为达到目标还差的学生数；“转出未落实”为转出后没有找到转入学校的学生数。",
        "巩固率以学校统计为准，与辍学率、入学率不能相加。" + BLANKS + BOUND,
        *source_notes(night, scope),
    )


def part(indicator: str, sheet: str = "") -> Part:
    """The table of one indicator; without a sheet one a level."""
    return Part(
        f"{RETENTION_INDICATOR[indicator]}监测表",
        "人、%",
        partial(columns, indicator=indicator),
        rows,
        partial(notes, indicator=indicator),
        sheet=sheet,
        lowest="county",
        layer=INDICATOR_TABLE,
    )


NINE_YEAR = part("nine_year")

RETENTION = Form(
    "义务教育巩固率监测表.xlsx",
    (NINE_YEAR, part("primary_six_year", "小学六年"), part("junior_three_year", "初中三年")),
    charts=(Chart("县级图", "九年义务教育巩固率与目标（%）", (RATE,), ("#5B7FA6",), line=TARGET, beside=(GAP,)),),
)
