"""The tables of the bulletin: narrow enough for a page that stands upright, each row a cell of a published table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from pipelines.publish.forms.form import Part, by_unit
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import BLANKS, BOUND
from pipelines.publish.listing import Column, figure
from pipelines.publish.wording import DEADLINE_WORDS
from schemas.values import STAGE, TAUGHT_STAGE

RANKED = {
    "nine_year_retention": "巩固率",
    "primary_dropout": "小学辍学率",
    "junior_dropout": "初中辍学率",
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
}
_OVER = """
select unit_code, school_year, stage from published.dropout_rate
where as_of = $as_of and variant = $variant and over_limit and unit_level not in ('village', 'school')
"""


def _standing(night: ReportNight) -> Sequence[Column]:
    def counted(heading: str, name: str, group: str = "all", alert: bool = False) -> Column:
        one = figure("zeroing", name, line="household", group_=group)
        return Column(heading, "count", 7, one, alert="positive" if alert else "")

    return (
        Column("单位", "text", 26, label="label"),
        counted("在册", "open_at_end"),
        counted("疑似", "suspected_open"),
        counted("辍学", "verified_open"),
        counted("其中脱贫户", "verified_open", "poor"),
        counted("本期新增", "opened"),
        counted("本期反弹", "relapsed"),
        counted("本期销号", "closed"),
        counted("逾期", "overdue", alert=True),
        Column("清零", "yes_no", 6, figure("zeroing", "zeroed", line="household", group_="all"), alert="false"),
        Column("清零起始日期", "date", 19, figure("zeroing", "zeroed_since", line="household", group_="all")),
    )


def _standing_notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    return (
        f"政府线（按户籍地），截至{night.day}；“本期”为自上次运行以来；“其中脱贫户”为“辍学”中的脱贫户学生。{BLANKS}",
    )


STANDING = Part(
    "动态清零情况表",
    "人",
    _standing,
    lambda night: by_unit(night.tree("zeroing", "household")),
    _standing_notes,
    sheet="清零情况",
)
"""Where every unit stands: open cases, what came and went, since when at zero."""


def _over(night: ReportNight) -> Sequence[Column]:
    variant = night.dropout_variant
    return (
        Column("单位", "text", 30, label="unit_name"),
        Column("学段", "text", 8, label="stage_label"),
        Column(
            "辍学率",
            "rate",
            11,
            figure("dropout_rate", "rate", base="denominator", bound="at_bound", variant=variant),
        ),
        Column("控制线", "percent", 11, figure("dropout_rate", "limit_rate", variant=variant)),
        Column("上学年", "percent", 11, figure("dropout_rate", "last_year_rate", variant=variant)),
        Column("连续两年", "yes_no", 11, figure("dropout_rate", "consecutive", variant=variant), alert="true"),
    )


def _over_rows(night: ReportNight) -> pl.DataFrame:
    over = night.read(_OVER, variant=night.dropout_variant)
    tree = night.tree("dropout_rate").with_row_index("place")
    stages = {name: place for place, name in enumerate(STAGE)}
    return (
        tree.join(over, on="unit_code")
        .with_columns(
            stage_label=pl.col("stage").replace_strict(STAGE, return_dtype=pl.String),
            order=pl.col("stage").replace_strict(stages, return_dtype=pl.Int64),
            look=pl.lit("unit"),
            depth=pl.lit(0, pl.Int64),
        )
        .sort("place", "order")
        .drop("place", "order")
    )


OVER_LIMIT = Part(
    "辍学率超限单位",
    "%",
    _over,
    _over_rows,
    lambda night, scope: (BOUND,),
    sheet="超限单位",
    empty="没有辍学率超过控制线的单位。",
)
"""Units and stages over the limit of the dropout rate."""


def _ranks(night: ReportNight) -> Sequence[Column]:
    made = [Column("单位", "text", 30, label="unit_name")]
    for indicator, name in RANKED.items():
        value = figure("ranking", "value", indicator=indicator)
        made.append(Column(name, "percent", 12, value))
        made.append(Column("位次", "count", 7, figure("ranking", "rank", indicator=indicator)))
    return made


def _rank_rows(night: ReportNight) -> pl.DataFrame:
    return (
        night.tree("zeroing", "household")
        .filter(pl.col("unit_level") == "county")
        .with_columns(look=pl.lit("unit"), depth=pl.lit(0, pl.Int64))
    )


RANKS = Part(
    "主要指标和排名表",
    "%",
    _ranks,
    _rank_rows,
    lambda night, scope: (
        "位次在同一上级的县级单位之间排定，数值相同的位次相同；分母低于排名下限或没有数值的不排位次（—）。",
    ),
    sheet="排名",
    lowest="county",
)
"""Headline rates of the counties and their place among the counties of one parent."""


def _due(night: ReportNight) -> Sequence[Column]:
    return (
        Column("事项", "text", 30, label="label"),
        Column("待办", "count", 12, figure("deadlines", "due")),
        Column("其中逾期", "count", 12, figure("deadlines", "overdue"), alert="positive"),
        Column("最长逾期天数", "count", 14, figure("deadlines", "oldest_overdue_days")),
    )


def _due_rows(night: ReportNight) -> pl.DataFrame:
    tree = night.tree("deadlines").with_columns(look=pl.lit("unit"), depth=pl.lit(0, pl.Int64))
    kinds = pl.DataFrame({"deadline": list(DEADLINE_WORDS), "label": list(DEADLINE_WORDS.values())})
    return tree.join(kinds, how="cross", maintain_order="left_right")


DUE = Part(
    "逾期事项",
    "人",
    _due,
    _due_rows,
    lambda night, scope: (),
    sheet="逾期事项",
)
"""What is due and overdue in a unit, a row a deadline."""


@cache
def over(cycle: str) -> Part:
    """The ledger over the period of a cycle, a row a unit and one of the poor in it."""

    def columns(night: ReportNight) -> Sequence[Column]:
        def counted(heading: str, name: str) -> Column:
            return Column(heading, "count", 9, figure("cycle", name, line="household", cycle=cycle))

        return (
            Column("单位", "text", 28, label="label"),
            counted("期初在册", "open_at_start"),
            counted("本期新增", "opened"),
            counted("本期反弹", "relapsed"),
            counted("本期核实", "verified"),
            counted("本期复学", "returned"),
            counted("本期安置", "placements"),
            counted("本期销号", "closed"),
            counted("期末在册", "open_at_end"),
        )

    def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
        return (
            f"取自published.cycle：政府线（按户籍地），按立案、核实、销号日期计，截至{night.day}所知；"
            "期末＝期初＋新增＋反弹－销号，“复学”“安置”包含在“销号”之内。以后更正的，与当时公布的数不同。",
        )

    groups: list[tuple[str, dict[str, str]]] = [("", {"group": "all"}), ("其中：脱贫户", {"group": "poor"})]
    return Part(
        "分期台账变动表",
        "人",
        columns,
        lambda night: by_unit(night.tree("zeroing", "household"), groups),
        notes,
        sheet="分期",
    )


def _six(night: ReportNight) -> Sequence[Column]:
    return (
        Column("学段", "text", 20, label="label"),
        Column("疑似辍学", "count", 12, figure("monthly_six", "suspected")),
        Column("辍学", "count", 12, figure("monthly_six", "verified")),
        Column("劝返复学", "count", 12, figure("monthly_six", "returned")),
    )


def _six_rows(night: ReportNight) -> pl.DataFrame:
    tree = night.tree("monthly_six").with_columns(look=pl.lit("unit"), depth=pl.lit(0, pl.Int64))
    month = f"{night.as_of:%Y-%m}"
    stages = pl.DataFrame({"stage": list(TAUGHT_STAGE), "label": list(TAUGHT_STAGE.values()), "month": month})
    return tree.join(stages, how="cross", maintain_order="left_right")


SIX = Part(
    "月报六项数据",
    "人",
    _six,
    _six_rows,
    lambda night, scope: ("教育线（按学校所在地）；“劝返复学”为本月复学销号的个案。",),
    sheet="六项数据",
)
"""The ministry's six numbers of the month."""


def _handover(night: ReportNight) -> Sequence[Column]:
    return (
        Column("单位", "text", 28, label="unit_name"),
        Column("小学毕业生", "count", 12, figure("handover", "leavers")),
        Column("已到校", "count", 12, figure("handover", "arrived")),
        Column("待确认", "count", 12, figure("handover", "pending")),
        Column("失学", "count", 12, figure("handover", "lost"), alert="positive"),
    )


HANDOVER = Part(
    "小学毕业生升学（整班移交）情况表",
    "人",
    _handover,
    lambda night: night.tree("handover").with_columns(look=pl.lit("unit")),
    lambda night, scope: ("按毕业小学所在地；已到校＋待确认＋失学＝小学毕业生。",),
    sheet="整班移交",
    empty="没有小学毕业生数据。",
)
"""Where the leavers of the primary schools are."""
