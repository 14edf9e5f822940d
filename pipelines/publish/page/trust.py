"""What the numbers stand on: sources, yield of suspicion, restatements, alarms, checks (spec 5.8, 5.9, 6.1)."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipelines.publish.expectations.report import FOLDER, INDEX
from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, figure
from pipelines.publish.page.units import UNIT, links, number, own, part, tree
from pipelines.publish.page.view import Further, Section, Table
from pipelines.publish.reader import Source
from pipelines.publish.reasons import file_reason
from pipelines.publish.waivers import waiver_note, waiver_words
from pipelines.publish.wording import NOT_AVAILABLE, SOURCE_ORDER, SOURCE_PROBLEM_WORDS, listed
from schemas import values
from schemas.catalogue import CATALOGUE
from schemas.columns import COLUMNS

SOURCE_STATE = {"in_force": "在用", **SOURCE_PROBLEM_WORDS}
_RESTATED = """
select unit_code, table_name, key, column_name, night, run_id, cause
from published.restatements
where as_of = $as_of
order by run_id desc, night desc, table_name, key, column_name
"""
_MOST_RESTATED = 30
_YIELD = "select unit_code, category, month from published.yield where as_of = $as_of"
_MONTHS = 3
_ALARMS = "select unit_code, month, measure, fact from published.integrity where as_of = $as_of and warned"
_CHECKS = """
select "check", table_name, verdict, severity, waived_by, waived_reason, waived_until
from quality.checks
where as_of = $as_of and verdict <> 'pass'
order by verdict, list_position(['stop', 'mark', 'note'], severity), "check", table_name
"""
_REFUSED = """
select kind, division, delivered_on, reason
from published.source_status
where as_of = $as_of and state = 'refused'
"""
_WORDS = {
    **values.LINE,
    **values.GROUP,
    **values.STAGE,
    **values.DROPOUT_VARIANT,
    **values.RETENTION_VARIANT,
    **values.RETENTION_INDICATOR,
    **values.ENROLMENT_INDICATOR,
    **values.DEADLINE,
    **values.CLOSE_REASON,
}
"""Parts of the key of a restated row, as officials say them."""

_SOURCE = partial(figure, "source_status")


def _kinds(night: ReportNight) -> pl.DataFrame:
    """A row a kind of source, with the names of the units where it fails."""
    sources = night.sources(night.province)
    return pl.DataFrame(
        [(one.kind, _days(one), _faults(one)) for one in sources],
        schema={"kind": pl.String, "days": pl.String, "faults": pl.String},
        orient="row",
    )


def _days(source: Source) -> str:
    if source.oldest is None or source.newest is None:
        return NOT_AVAILABLE
    oldest, newest = source.oldest.isoformat(), source.newest.isoformat()
    return oldest if oldest == newest else f"{oldest}至{newest}"


def _faults(source: Source) -> str:
    return "；".join(
        f"{SOURCE_STATE[state]}：{listed(list(units), source.divisions)}"
        for state in ("refused", "stale", "missing")
        if (units := getattr(source, state))
    )


KINDS = part(
    (
        Column("资料", "text", 0, label="kind"),
        number("应报单位", _SOURCE("state", how="rows")),
        *(
            number(word, _SOURCE("state", how="rows", state=state), positive=state in ("refused", "stale"))
            for state, word in SOURCE_STATE.items()
        ),
        Column("送达日期", "text", 0, label="days"),
        Column("单位", "text", 0, label="faults"),
    ),
    _kinds,
)


def _states(night: ReportNight) -> pl.DataFrame:
    states = night.source_states.rename({"division": "unit_code"})
    return (
        tree(night)
        .join(states.select("unit_code", "kind", "state"), on="unit_code", maintain_order="left_right")
        .with_columns(division=pl.col("unit_code"), state_shown=pl.col("state").replace(SOURCE_STATE))
    )


STATES = part(
    (
        Column("资料", "text", 0, label="kind"),
        Column("状态", "text", 0, label="state_shown"),
        Column("送达日期", "date", 0, _SOURCE("delivered_on")),
        number("行数", _SOURCE("rows")),
        number("接收", _SOURCE("accepted")),
        number("退回", _SOURCE("rejected"), positive=True),
    ),
    _states,
    lowest=COUNTY,
)


def _refused(night: ReportNight) -> pl.DataFrame:
    order = {kind: place for place, kind in enumerate(SOURCE_ORDER)}
    found = night.read(_REFUSED).with_columns(
        unit_code=pl.col("division"),
        reason_shown=pl.col("reason").map_elements(
            lambda reason: file_reason(reason).what or NOT_AVAILABLE, return_dtype=pl.String, skip_nulls=False
        ),
        order=pl.col("kind").replace_strict(order, default=len(order), return_dtype=pl.Int64),
    )
    return tree(night).join(found, on="unit_code", maintain_order="left").sort("order", maintain_order=True)


REFUSED = part(
    (
        UNIT,
        Column("资料", "text", 0, label="kind"),
        Column("送达日期", "date", 0, _SOURCE("delivered_on")),
        Column("原因", "text", 0, label="reason_shown"),
    ),
    _refused,
    lowest=COUNTY,
)


def sources(night: ReportNight, scope: Scope) -> Section:
    """Which sources are in force, how old they are, which are refused, stale or missing."""
    if scope.level == COUNTY:
        tables = [Table("t-sources", f"{scope.name}各类资料状态", own(STATES, night, scope), units=False)]
    else:
        tables = [
            Table("t-sources", "各类资料状态（单位：个县级单位）", KINDS.listing(night, scope, COUNTY), units=False)
        ]
    refused = REFUSED.listing(night, scope, COUNTY)
    if refused.values:
        tables.append(Table("t-refused", "被拒收的资料", refused, links=links(night, scope)))
    return Section(
        "sources",
        "资料来源",
        "本页数字所依据的资料。过期、缺失或拒收的资料可能使数字偏少，不能当作没有辍学。",
        tuple(tables),
    )


def _yields(night: ReportNight) -> pl.DataFrame:
    found = night.read(_YIELD)
    months = found["month"].unique().sort(descending=True).head(_MONTHS)
    order = {name: place for place, name in enumerate(values.CATEGORY)}
    found = found.filter(pl.col("month").is_in(months.implode())).with_columns(
        category_shown=pl.col("category").replace(values.CATEGORY),
        order=pl.col("category").replace_strict(order, default=len(order), return_dtype=pl.Int64),
    )
    return tree(night).join(
        found.sort("month", "order", descending=[True, False]), on="unit_code", maintain_order="left_right"
    )


_FOUND = partial(figure, "yield")
YIELD = part(
    (
        Column("立案月份", "text", 0, label="month"),
        Column("疑点类别", "text", 0, label="category_shown"),
        number("立案", _FOUND("opened")),
        number("属实", _FOUND("verified")),
        number("不属实", _FOUND("not_substantiated")),
        number("核查在校", _FOUND("found_enrolled")),
        number("未定", _FOUND("undecided")),
        Column("核实率%", "text", 0, _FOUND("yield")),
    ),
    _yields,
    empty="没有立案。",
)


def _restated(night: ReportNight) -> pl.DataFrame:
    def made() -> pl.DataFrame:
        return tree(night).join(night.read(_RESTATED), on="unit_code", maintain_order="left_right")

    frame: pl.DataFrame = night.keep("restated", made)
    return frame


def _restated_tables(night: ReportNight) -> pl.DataFrame:
    tables = _restated(night).select("unit_code", "unit_level", "county", "depth", "table_name")
    return tables.unique(maintain_order=True).with_columns(
        table_shown=pl.col("table_name").map_elements(lambda name: CATALOGUE[name].label, return_dtype=pl.String)
    )


def _restated_cells(night: ReportNight) -> pl.DataFrame:
    """The newest restated cells of each unit."""

    def key(parts: str) -> str:
        return "、".join(_WORDS.get(one, one) for one in parts.split("/"))

    newest = pl.int_range(pl.len()).over("unit_code") < _MOST_RESTATED
    return (
        _restated(night)
        .filter(newest)
        .with_columns(
            table_shown=pl.col("table_name").map_elements(lambda name: CATALOGUE[name].label, return_dtype=pl.String),
            key_shown=pl.col("key").map_elements(key, return_dtype=pl.String),
            column_shown=pl.col("column_name").map_elements(lambda name: COLUMNS[name].label, return_dtype=pl.String),
            cause_shown=pl.col("cause").replace(values.RESTATEMENT_CAUSE),
        )
    )


_RESTATEMENT = partial(figure, "restatements")
RESTATED_TABLES = part(
    (
        Column("表", "text", 0, label="table_shown"),
        number("更正数字", _RESTATEMENT("cause", how="rows")),
        *(
            number(word, _RESTATEMENT("cause", how="rows", cause=cause))
            for cause, word in values.RESTATEMENT_CAUSE.items()
        ),
    ),
    _restated_tables,
    empty="没有更正过已发布的数字。",
)
RESTATED_CELLS = part(
    (
        Column("统计日期", "date", 0, label="night"),
        Column("表", "text", 0, label="table_shown"),
        Column("行", "text", 0, label="key_shown"),
        Column("栏", "text", 0, label="column_shown"),
        Column("原值", "text", 0, _RESTATEMENT("old_value")),
        Column("新值", "text", 0, _RESTATEMENT("new_value")),
        Column("原因", "text", 0, label="cause_shown"),
        Column("数据截至", "date", 0, _RESTATEMENT("known_on")),
    ),
    _restated_cells,
)


def _alarms(night: ReportNight) -> pl.DataFrame:
    found = night.read(_ALARMS).with_columns(
        measure_shown=pl.col("measure").replace(values.INTEGRITY_MEASURE),
        fact_shown=pl.col("fact").replace(values.INTEGRITY_FACT).fill_null(""),
    )
    return (
        tree(night)
        .join(found.sort("month", "measure", descending=[True, False]), on="unit_code", maintain_order="left_right")
        .with_columns(depth=pl.lit(0, pl.Int64))
    )


_ALARM = partial(figure, "integrity")
ALARMS = part(
    (
        UNIT,
        Column("月份", "text", 0, label="month"),
        Column("预警", "text", 0, label="measure_shown"),
        Column("事项", "text", 0, label="fact_shown"),
        number("数量", _ALARM("value")),
        number("基数", _ALARM("base")),
    ),
    _alarms,
    empty="没有预警。",
)


def quality(night: ReportNight, scope: Scope) -> Section:
    """Yield of suspicion, what was restated and why, alarms of made-up zeroes."""
    tables = [
        Table(
            "t-yield", f"{scope.name}疑似核实率（最近三个立案月份，单位：人、%）", own(YIELD, night, scope), units=False
        ),
        Table(
            "t-restated", f"{scope.name}更正过的已发布数字（单位：个）", own(RESTATED_TABLES, night, scope), units=False
        ),
    ]
    cells = own(RESTATED_CELLS, night, scope)
    if cells.values:
        tables.append(
            Table("t-restatements", f"{scope.name}最近更正的数字（至多{_MOST_RESTATED}个）", cells, units=False)
        )
    alarms = ALARMS.listing(night, scope, "township")
    tables.append(Table("t-integrity", "弄虚作假预警", alarms, links=links(night, scope)))
    return Section(
        "trust",
        "数字是否可信",
        "疑点查出了多少、已发布的数字改过没有、有没有弄虚作假的迹象。",
        tuple(tables),
        (
            "核实率＝属实÷已定（属实、不属实、核查在校），空白为没有已定的。预警只提示疑点，不是结论；县乡按预警表核实。",
        ),
    )


def _checks(night: ReportNight) -> pl.DataFrame:
    return night.read(_CHECKS).with_columns(
        table_shown=pl.col("table_name").map_elements(
            lambda name: CATALOGUE[name].label if name in CATALOGUE else name, return_dtype=pl.String
        ),
        verdict_shown=pl.col("verdict").replace(values.VERDICT),
        severity_shown=pl.col("severity").replace(values.SEVERITY),
        waiver_shown=waiver_words(),
    )


_CHECK = partial(figure, "checks", schema="quality")
CHECKS = part(
    (
        Column("对象", "text", 0, label="table_shown"),
        Column("结果", "text", 0, label="verdict_shown"),
        Column("不通过时", "text", 0, label="severity_shown"),
        number("数量", _CHECK("count")),
        Column("说明", "text", 0, _CHECK("message")),
        Column("怎么办", "text", 0, _CHECK("action")),
        Column("豁免", "text", 0, label="waiver_shown"),
    ),
    _checks,
    empty="全部校验通过。",
)
VERDICTS = part(
    (
        Column("范围", "text", 0, label="unit_name"),
        number("校验项数", _CHECK("verdict", how="rows")),
        number("通过", _CHECK("verdict", how="rows", verdict="pass")),
        number("提示", _CHECK("verdict", how="rows", verdict="warn")),
        number("不通过（已豁免）", _CHECK("verdict", how="rows", verdict="fail"), positive=True),
    ),
    lambda night: tree(night).head(1).drop("unit_code", "school_year"),
)


def _marks(night: ReportNight) -> str:
    """How many checks mark what is published: their numbers may be wrong or incomplete."""
    found = night.read(_CHECKS)
    marks = found.filter((pl.col("severity") == "mark") & pl.col("waived_by").is_null()).height
    return f"本次带 {marks} 项标记发布，所涉数字可能不全或不实；" if marks else "本次发布没有标记；"


EXPECTATIONS = Further(
    "发布之后还逐夜核查各表是否符合期望、与前几夜相比有无异常，结果另成",
    f"../{FOLDER}/{INDEX}",
    "逐夜核查（数据质量报告）",
    "。本页写成时核查还没有开始；没有核查的夜晚没有这份报告，链接打不开。",
)
"""The report is made after publication: the page cannot know whether it will be there, and says so."""


def checks(night: ReportNight, scope: Scope) -> Section | None:
    """Checks of the night that did not pass; they speak of the whole province and stand on its page."""
    if scope.level == COUNTY:
        return None
    return Section(
        "checks",
        "校验结果",
        f"本次运行的全部校验。停止发布的校验不通过且未经豁免时不发布；{_marks(night)}{waiver_note(night)}",
        (
            Table("t-verdicts", "校验结果汇总（单位：项）", own(VERDICTS, night, scope), units=False),
            Table("t-checks", "没有通过的校验", CHECKS.listing(night, scope, COUNTY), units=False),
        ),
        further=EXPECTATIONS,
    )
