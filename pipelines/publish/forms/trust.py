"""可信度一览: on one page how far the numbers of a night can be trusted (spec 6.2, 校验表)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import CHECKING_TABLE
from pipelines.publish.listing import Column, Figure, figure
from pipelines.publish.waivers import waiver_note
from schemas.values import RESTATEMENT_CAUSE, SOURCE_STATE, VERDICT

_YIELD = {
    "opened": "累计立案",
    "verified": "其中：核实辍学",
    "not_substantiated": "其中：核查不属实",
    "found_enrolled": "其中：查实在读",
    "undecided": "其中：尚未核实",
}
CHECKS, SOURCES, YIELD, RESTATED, ALARMS = "检查", "资料", "疑似核实", "数字更正", "弄虚作假预警"


def _items() -> list[tuple[str, str, Figure]]:
    """Aspect, words and figure of every line; the figure is bound to its line by the words."""

    def only(aspect: str, words: str) -> dict[str, str]:
        return {"aspect": aspect, "item": words}

    checked = [
        (CHECKS, f"{word}（项）", {"schema": "quality", "table": "checks", "column": "count", "verdict": name})
        for name, word in VERDICT.items()
    ]
    delivered = [
        (SOURCES, f"{word}（种×县）", {"table": "source_status", "column": "kind", "state": name})
        for name, word in SOURCE_STATE.items()
    ]
    restated = [
        (RESTATED, f"因{word}（处）", {"table": "restatements", "column": "new_value", "cause": name})
        for name, word in RESTATEMENT_CAUSE.items()
    ]
    counted = [
        (aspect, words, figure(how="rows", only=only(aspect, words), **names))  # type: ignore[arg-type]
        for aspect, words, names in (*checked, *delivered, *restated)
    ]
    found = [
        (YIELD, f"{word}（人）", figure("yield", name, how="sum", sparse=True, only=only(YIELD, f"{word}（人）")))
        for name, word in _YIELD.items()
    ]
    alarmed = (ALARMS, "预警（条）", figure("integrity", "warned", how="true", only=only(ALARMS, "预警（条）")))
    order = (CHECKS, SOURCES, YIELD, RESTATED, ALARMS)
    return sorted([*counted, *found, alarmed], key=lambda item: order.index(item[0]))


ITEMS = tuple(_items())


def columns(night: ReportNight) -> Sequence[Column]:
    """Aspect, what is counted, how many."""
    first, *others = (one for _, _, one in ITEMS)
    return (
        Column("方面", "text", 24, label="aspect"),
        Column("项目", "text", 46, label="item"),
        Column("数", "count", 16, first, others=tuple(others)),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """Every line for the province and for every county-level unit; a null key stands for all units."""
    made = []
    for scope in night.scopes:
        county = None if scope == night.province else scope.unit_code
        for aspect, item, _ in ITEMS:
            # Cases add up within one unit; restatements and alarms are counted over all of them.
            unit = county if aspect in (RESTATED, ALARMS) else scope.unit_code
            made.append((scope.level, county, aspect, item, unit, county))
    return pl.DataFrame(
        [(*row, 0, "unit") for row in made],
        schema=["unit_level", "county", "aspect", "item", "unit_code", "division", "depth", "look"],
        orient="row",
    ).with_columns(pl.col("county", "unit_code", "division").cast(pl.String))


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What each aspect counts, and what was waived."""
    newest = max(night.source_states["delivered_on"].drop_nulls().to_list(), default="（无）")
    return (
        f"检查：全省当夜的全部检查；“不通过”而未经豁免的为零，否则本表不会发布。{waiver_note(night)}",
        f"资料：每种资料、每个县级单位的状态；最近一次送达为{newest}，逐项见“资料状态”。",
        "疑似核实：立案以来的个案；数字更正、预警：省表计全部单位，县表计本县级单位；逐条见后面各表。",
    )


TRUST = Part("可信度一览", "人、%", columns, rows, notes, sheet="可信度一览", lowest="", layer=CHECKING_TABLE)
