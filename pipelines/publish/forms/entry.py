"""入学率统计表: entry rates of all children, and among them of the poor and the disabled (spec 6.2, item 5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from pipelines.publish.forms.form import Chart, Form, Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BLANKS, BOUND, INDICATOR_TABLE, source_notes
from pipelines.publish.listing import Column, figure
from schemas.definitions import definition
from schemas.values import ENROLMENT_INDICATOR, GROUP

RATE, TARGET = "比率", "目标"
_PARTS = ("poor", "disabled")


def columns(night: ReportNight) -> Sequence[Column]:
    """Due, entered, rate, target, met, gap of all children; then due, entered and rate of the parts."""
    of = partial(figure, "enrolment_rate", group_="all")
    made = [
        Column("单位", "text", 30, label="label"),
        Column("指标", "text", 24, label="indicator_shown"),
        Column("应入学", "count", 10, of("denominator")),
        Column("已入学", "count", 10, of("numerator")),
        Column(RATE, "rate", 9, of("rate", base="denominator", bound="at_bound")),
        Column(TARGET, "percent", 8, of("target")),
        Column("达标", "yes_no", 7, of("met"), alert="false"),
        Column("需动员入学", "count", 12, of("gap_children"), alert="positive"),
    ]
    for group in _PARTS:
        of = partial(figure, "enrolment_rate", group_=group)
        made += [
            Column(f"其中{GROUP[group]}：应入学", "count", 11, of("denominator")),
            Column(f"其中{GROUP[group]}：已入学", "count", 11, of("numerator")),
            Column(f"其中{GROUP[group]}：{RATE}", "rate", 11, of("rate", base="denominator", bound="at_bound")),
        ]
    return made


def rows(night: ReportNight) -> pl.DataFrame:
    """Every unit of the government line from province to township, a row an indicator."""
    tree = night.tree("enrolment_rate").with_row_index("unit")
    parts = [
        tree.with_columns(
            label=pl.col("unit_name"),
            look=pl.lit("unit"),
            indicator=pl.lit(indicator),
            indicator_shown=pl.lit(word),
            school_year=pl.lit(night.entry_year),
        )
        for indicator, word in ENROLMENT_INDICATOR.items()
    ]
    return pl.concat(parts).sort("unit", maintain_order=True).drop("unit")


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """Each indicator's formula, the population, blanks, sources."""
    words = [definition(indicator, "", night.as_of) for indicator in ENROLMENT_INDICATOR]
    return (
        f"{night.entry_year or '本'}学年。" + "；".join(f"{one.title}：{one.formula}" for one in words) + "。",
        f"口径：{words[0].base}。“资助覆盖率”的“应入学、已入学”为应资助、已资助人数。",
        "“需动员入学”为达到目标还差的儿童数。入学率与辍学率、巩固率不能相加。" + BLANKS + BOUND,
        *source_notes(night, scope),
    )


ENTRY = Form(
    "入学率统计表.xlsx",
    (Part("入学率统计表", "人、%", columns, rows, notes, layer=INDICATOR_TABLE),),
    charts=(
        Chart(
            "县级图",
            "小学净入学率与目标（%）",
            (RATE,),
            ("#5B7FA6",),
            line=TARGET,
            only=(("indicator", "primary_net_enrolment"),),
        ),
    ),
)
