"""校验表: what was checked, what the numbers stand on, and what is known to be doubtful (spec 6.2, item 9)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Columns, Form, Notes, Part, Rows
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.trust import TRUST
from pipelines.publish.forms.words import CHECKING_TABLE
from pipelines.publish.listing import Column, figure
from pipelines.publish.reasons import file_reason
from pipelines.publish.waivers import waiver_note, waiver_words
from pipelines.publish.wording import LEVEL_WORDS, LEVELS
from schemas.catalogue import CATALOGUE
from schemas.values import CATEGORY, INTEGRITY_MEASURE, RESTATEMENT_CAUSE, SEVERITY, SHIFT_FACT, SOURCE_STATE, VERDICT

_CHECKS = (
    'select "check", table_name, verdict, severity, message, action, waived_by, waived_reason, waived_until '
    "from quality.checks where as_of = $as_of"
)
_YIELD = "select distinct unit_code, category, month from published.yield where as_of = $as_of"
_ALARMS = """
select unit_code, unit_level, unit_name, month, measure, fact
from published.integrity
where as_of = $as_of and unit_level not in ('village', 'school') and warned
"""
_RESTATED = """
select
    unit_code, unit_level, unit_name, table_name, key, column_name, old_value, new_value, cause, known_on, night
from published.restatements
where as_of = $as_of and unit_level not in ('village', 'school')
"""
# What kind of check it is, by the beginning of its name; its message says what it found.
_CHECK_WORDS = {
    "contract": "数据契约",
    "invariant": "勾稽关系",
    "screen": "公开前审查",
    "source": "资料状态",
    "integrity": "弄虚作假预警",
    "statistics": "教基统计核对",
    "three_way": "三统一核对",
}
_WAITING = "待办事项"
_GRAVEST = {severity: place for place, severity in enumerate(SEVERITY)}
_WORST = {"fail": 0, "warn": 1, "pass": 2}


def check_columns(night: ReportNight) -> Sequence[Column]:
    """Kind of check, what was checked, result, number found, what was found, what to do."""
    return (
        Column("检查", "text", 16, label="check_shown"),
        Column("对象", "text", 26, label="table_shown"),
        Column("结果", "text", 9, label="verdict_shown"),
        Column("不通过时", "text", 12, label="severity_shown"),
        Column("数量", "count", 8, figure("checks", "count", schema="quality")),
        Column("说明", "text", 62, label="message"),
        Column("处理办法", "text", 40, label="action"),
        Column("豁免", "text", 30, label="waiver_shown"),
    )


def check_rows(night: ReportNight) -> pl.DataFrame:
    """Every check of the night, the worst first; the sample of keys stays in the database."""
    labels = {name: table.label for name, table in CATALOGUE.items()}
    return (
        night.read(_CHECKS)
        .with_columns(
            check_shown=pl.coalesce(
                pl.when(pl.col("check").str.starts_with(start)).then(pl.lit(word))
                for start, word in _CHECK_WORDS.items()
            ).fill_null(_WAITING),
            table_shown=pl.col("table_name").replace(labels),
            verdict_shown=pl.col("verdict").replace_strict(VERDICT),
            severity_shown=pl.col("severity").replace_strict(SEVERITY),
            waiver_shown=waiver_words(),
            grave=pl.col("severity").replace_strict(_GRAVEST, return_dtype=pl.Int64),
            worst=pl.col("verdict").replace_strict(_WORST, return_dtype=pl.Int64),
        )
        .sort("worst", "grave", "check", "table_name")
    )


def open_check_rows(night: ReportNight) -> pl.DataFrame:
    """The checks that did not pass: what a county should know of the province's night."""
    return check_rows(night).filter(pl.col("verdict") != "pass")


def source_columns(night: ReportNight) -> Sequence[Column]:
    """State of each kind of source in each county-level unit."""
    return (
        Column("单位", "text", 26, label="label"),
        Column("资料", "text", 12, label="kind"),
        Column("状态", "text", 9, label="state_shown"),
        Column("送达日期", "date", 14, figure("source_status", "delivered_on")),
        Column("行数", "count", 11, figure("source_status", "rows")),
        Column("接收", "count", 11, figure("source_status", "accepted")),
        Column("退回", "count", 10, figure("source_status", "rejected"), alert="positive"),
        Column("退回原因", "text", 50, label="reason_shown"),
    )


def source_rows(night: ReportNight) -> pl.DataFrame:
    """Every kind in every county-level unit, by unit in the order of the tree."""
    tree = night.tree("zeroing", "household").with_row_index("order").select("order", "unit_code", "unit_name")
    reasons = {
        reason: file_reason(reason).what for reason in night.source_states["reason"].drop_nulls().unique().to_list()
    }
    return (
        night.source_states.with_row_index("place")
        .join(tree, left_on="division", right_on="unit_code", how="left")
        .with_columns(
            label=pl.coalesce("unit_name", "division"),
            county=pl.col("division"),
            unit_level=pl.lit("county"),
            depth=pl.lit(0, pl.Int64),
            look=pl.lit("part"),
            state_shown=pl.col("state").replace_strict(SOURCE_STATE),
            reason_shown=pl.col("reason").replace_strict(reasons, default=None, return_dtype=pl.String),
        )
        .sort("order", "place")
        .drop("order", "place", "state", "reason", "delivered_on")
    )


def yield_columns(night: ReportNight) -> Sequence[Column]:
    """What came of suspicions: opened, verified, not substantiated, found enrolled, undecided, yield."""
    counts = {
        "opened": "立案",
        "verified": "核实辍学",
        "not_substantiated": "核查不属实",
        "found_enrolled": "查实在读",
        "undecided": "尚未核实",
    }
    return (
        Column("单位", "text", 26, label="label"),
        Column("立案类别", "text", 24, label="category_shown"),
        Column("立案月份", "text", 11, label="month"),
        *(Column(word, "count", 12, figure("yield", name)) for name, word in counts.items()),
        Column("核实率", "rate", 10, figure("yield", "yield")),
    )


def yield_rows(night: ReportNight) -> pl.DataFrame:
    """Every unit down to the county, category and month in which anything was opened."""
    order = {name: place for place, name in enumerate(CATEGORY)}
    tree = night.tree("zeroing", "household").with_row_index("order")
    return (
        tree.join(night.read(_YIELD), on="unit_code")
        .with_columns(
            label=pl.col("unit_name"),
            look=pl.lit("part"),
            category_shown=pl.col("category").replace_strict(CATEGORY),
            place=pl.col("category").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("order", "place", "month")
        .drop("order", "place")
    )


def alarm_columns(night: ReportNight) -> Sequence[Column]:
    """Numbers that look made: the measure, its value and what it is held against."""
    return (
        Column("单位", "text", 26, label="label"),
        Column("级别", "text", 8, label="level_shown"),
        Column("月份", "text", 11, label="month"),
        Column("预警", "text", 26, label="measure_shown"),
        Column("内容", "text", 20, label="fact_shown"),
        Column("数值", "count", 10, figure("integrity", "value")),
        Column("对照值", "count", 10, figure("integrity", "base")),
    )


def alarm_rows(night: ReportNight) -> pl.DataFrame:
    """The warnings of counties and townships; those of schools stand in the database."""
    return (
        _of_tree(night, night.read(_ALARMS))
        .with_columns(
            level_shown=pl.col("unit_level").replace_strict(LEVEL_WORDS),
            measure_shown=pl.col("measure").replace_strict(INTEGRITY_MEASURE),
            fact_shown=pl.col("fact").replace_strict(SHIFT_FACT, default=None, return_dtype=pl.String),
        )
        .sort("order", "month", "measure")
        .drop("order", "fact")
    )


def restated_columns(night: ReportNight) -> Sequence[Column]:
    """A figure that was published otherwise: where, what it was, what it is, why."""
    return (
        Column("单位", "text", 22, label="label"),
        Column("表", "text", 22, label="table_shown"),
        Column("业务日期", "date", 13, label="night"),
        Column("口径", "text", 34, label="key"),
        Column("栏", "text", 16, label="column_shown"),
        Column("原数", "text", 12, label="old_value"),
        Column("现数", "text", 12, label="new_value"),
        Column("原因", "text", 14, label="cause_shown"),
        Column("知悉日期", "date", 13, label="known_on"),
    )


def restated_rows(night: ReportNight) -> pl.DataFrame:
    """The restatements of units from province to township."""
    frame = _of_tree(night, night.read(_RESTATED))
    named = {
        (table, column): CATALOGUE[table].label_of(column)
        for table, column in frame.select("table_name", "column_name").unique().rows()
        if table in CATALOGUE and column in CATALOGUE[table].columns
    }
    shown = [named.get(pair, pair[1]) for pair in frame.select("table_name", "column_name").rows()]
    return (
        frame.with_columns(
            table_shown=pl.col("table_name").replace({name: table.label for name, table in CATALOGUE.items()}),
            column_shown=pl.Series(shown, dtype=pl.String),
            cause_shown=pl.col("cause").replace_strict(RESTATEMENT_CAUSE),
        )
        .sort("order", "table_name", "night", "key", "column_name")
        .drop("order")
    )


def _of_tree(night: ReportNight, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of units with the place of the unit in the tree."""
    tree = night.tree("zeroing", "household").with_row_index("order").select("order", "unit_code", "county")
    return frame.join(tree, on="unit_code", how="left").with_columns(
        label=pl.col("unit_name"), depth=pl.lit(0, pl.Int64), look=pl.lit("part")
    )


def check_notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """How to read the results, and what was waived."""
    return (
        "“不通过时”为“停止发布”的检查，有一项不通过又未经豁免就不发布；“带标记发布”的，所涉数字可能不全或不实。",
        "“提示办理”不影响数字，列出应由人办理的事项。涉及的儿童主键见数据库 quality.checks，不在本表列出。",
        waiver_note(night),
    )


def source_words(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What the states of a source mean."""
    return (
        "有效：最近一次报送已接收并在用；退回：最近一次报送未通过接收检查，仍沿用上一次；"
        "过期：在用的资料已超过规定天数；缺报：没有可用的报送。",
        "“—”为没有报送。",
    )


def yield_notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What the yield of suspicion is."""
    return ("核实率＝核实辍学÷（核实辍学＋核查不属实＋查实在读）；尚未核实的不在分母之内，“—”为还没有核实过的个案。",)


def alarm_notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """That an alarm is no judgement."""
    return ("预警是请人去看的数字，不是结论。学校的预警见 cases.duckdb 的 restricted.integrity_alarms。",)


def restated_notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What a restatement is."""
    return ("以前公布过、因资料迟到、更正、人工裁定或政策调整而改变的数字。原数、现数各按其公布时的写法。",)


def _part(name: str, columns: Columns, rows: Rows, notes: Notes, empty: str, lowest: str = LEVELS[-1]) -> Part:
    title = f"校验表：{name}"
    return Part(title, "人、%", columns, rows, notes, sheet=name, lowest=lowest, layer=CHECKING_TABLE, empty=empty)


_SHARED = (
    _part("资料状态", source_columns, source_rows, source_words, "没有资料。", "county"),
    _part("疑似核实率", yield_columns, yield_rows, yield_notes, "没有立案。", "county"),
    _part("数字更正", restated_columns, restated_rows, restated_notes, "没有更正过的数字。"),
    _part("弄虚作假预警", alarm_columns, alarm_rows, alarm_notes, "没有预警。"),
)
FILE = "校验表.xlsx"

CHECKS = Form(
    FILE,
    (TRUST, _part("检查结果", check_columns, check_rows, check_notes, "没有检查。"), *_SHARED),
    scopes="province",
)
COUNTY_CHECKS = Form(
    FILE,
    (TRUST, _part("未通过的检查", check_columns, open_check_rows, check_notes, "全部检查均已通过。"), *_SHARED),
    scopes="county",
)
"""Of the checks a county gets those that did not pass: the whole list is the province's."""
