"""控辍保学情况月报表: where every unit stands, the form that the next office up asks for (spec 6.2, item 1)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Chart, Form, Part, by_unit
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BASE_TABLE, BLANKS, source_notes
from pipelines.publish.listing import Column, figure

OF_THEM_POOR = "其中：脱贫户"
SUSPECTED, DROPPED, OPEN = "疑似", "辍学", "期末"


def columns(night: ReportNight) -> Sequence[Column]:
    """Counts of the government line, of all children and in the rows 其中 of the poor; 在籍 from 教基统计."""

    def counted(heading: str, name: str, width: float) -> Column:
        return Column(heading, "count", width, figure("zeroing", name, line="household"))

    pupils = figure("dropout_rate", "denominator", how="sum", only={"group": "all"}, variant=night.dropout_variant)
    poor = figure("zeroing", "verified_open", line="household", group_="poor")
    return (
        Column("单位", "text", 34, label="label"),
        Column("在籍", "count", 11, pupils),
        counted(SUSPECTED, "suspected_open", 10),
        counted(DROPPED, "verified_open", 10),
        Column("其中脱贫户", "count", 13, poor),
        counted("本期新增", "opened", 11),
        counted("本期反弹", "relapsed", 11),
        counted("本期销号", "closed", 11),
        counted(OPEN, "open_at_end", 10),
        Column("清零", "yes_no", 8, figure("zeroing", "zeroed", line="household"), alert="false"),
        Column("清零起始日期", "date", 15, figure("zeroing", "zeroed_since", line="household")),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """Every unit of the government line, and of each the poor."""
    return by_unit(night.tree("zeroing", "household"), [("", {"group": "all"}), (OF_THEM_POOR, {"group": "poor"})])


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """The footnotes in order: line of the counts, stock, the poor, period, zeroing, sources and their faults."""
    year = f"{night.school_year}学年" if night.school_year else "本学年"
    return (
        f"统计口径：政府线（按户籍地），截至{night.day}在册未销号的个案。“疑似”未经核实，“辍学”已经核实，"
        "期末（8）＝疑似（2）＋辍学（3）。",
        f"“在籍”为{year}初（9月1日）小学、初中在校生数，按学校所在地，取自教基统计。"
        "它与按户籍地统计的个案口径不同，两者之比不是辍学率。",
        "第4栏为“辍学”中的脱贫户学生；“其中：脱贫户”行为脱贫户学生的各栏数，包含在上一行之内。",
        "“本期”为自上次运行以来，期初＝期末（8）－本期新增（5）－本期反弹（6）＋本期销号（7）。",
        "“清零”为没有核实的辍学个案，也没有超过核实期限的疑似个案；起始日期为本次连续清零的第一天。" + BLANKS,
        *source_notes(night, scope),
    )


MONTHLY = Form(
    "控辍保学情况月报表.xlsx",
    (Part("控辍保学情况月报表", "人、%", columns, rows, notes, layer=BASE_TABLE),),
    charts=(
        Chart(
            "县级图",
            "期末在册个案：疑似、辍学（人）",
            (SUSPECTED, DROPPED),
            ("#E0A526", "#8B1A1A"),
            stacked=True,
            beside=(OPEN,),
        ),
    ),
)
