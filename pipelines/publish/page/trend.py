"""The ledger over the nights, and what changed since the last report (spec 5.5, 6.2)."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.listing import Column, figure
from pipelines.publish.page.charts import lines
from pipelines.publish.page.units import UNIT, number, own, part, tree, tree_table
from pipelines.publish.page.view import Section, Table, cut
from pipelines.publish.wording import LEVELS
from schemas.values import CHANGE_MEASURE

_NIGHTS = "select unit_code, night from published.trend where as_of = $as_of"
_SPANS = "select span, max(then_on) as then_on from published.change where as_of = $as_of group by span"
_SPAN_WORDS = {"last_night": "上次", "week": "一周前", "month": "一月前", "year": "上年"}
_OF = partial(figure, "trend")
NIGHT, OPEN, SUSPECTED, VERIFIED = "运行日期", "期末", "疑似", "辍学"


def _trend_rows(night: ReportNight) -> pl.DataFrame:
    return tree(night).join(night.read(_NIGHTS).sort("night"), on="unit_code", maintain_order="left_right")


TREND = part(
    (
        Column(NIGHT, "date", 0, label="night"),
        number(OPEN, _OF("open_at_end")),
        number(SUSPECTED, _OF("suspected_open")),
        number(VERIFIED, _OF("verified_open")),
        number("超期", _OF("overdue")),
        Column("清零", "yes_no", 0, _OF("zeroed"), alert="false"),
    ),
    _trend_rows,
)


def trend(night: ReportNight, scope: Scope) -> Section:
    """The line of open cases, its points the nights that were run, and the table of the same nights."""
    listing = own(TREND, night, scope)
    chart = lines(
        "c-trend",
        f"{scope.name}在册个案的变化（人）",
        cut(listing, (NIGHT, OPEN, SUSPECTED, VERIFIED)),
        ("all", "first", "second"),
    )
    table = Table("t-trend", f"{scope.name}历次运行的在册个案（政府线，单位：人）", listing, units=False)
    return Section(
        "trend",
        "变化趋势",
        "每次运行当晚的在册个案，按现在所知：最近三十次运行，更早的每月取最后一次。",
        (*((chart,) if chart else ()), table),
        () if chart else ("只有一次运行，不画图。",),
    )


def _spans(night: ReportNight) -> list[tuple[str, str]]:
    """The spans that the night can be held against, and the word and date of each."""

    def made() -> list[tuple[str, str]]:
        days = dict(night.read(_SPANS).rows())
        return [
            (span, f"{word}（{days[span].month}月{days[span].day}日）")
            for span, word in _SPAN_WORDS.items()
            if span in days
        ]

    found: list[tuple[str, str]] = night.keep("spans", made)
    return found


def _own_columns(night: ReportNight) -> list[Column]:
    of = partial(figure, "change", line="household", group_="all")
    columns = [Column("项目", "text", 0, label="measure_shown")]
    spans = _spans(night)
    if spans:
        columns.append(number("现在", of("value_now", span=spans[0][0])))
    for span, word in spans:
        columns += [number(word, of("value_then", span=span)), number("增减", of("change", span=span), "change")]
    return columns


def _own_rows(night: ReportNight) -> pl.DataFrame:
    units = tree(night).filter(pl.lit(bool(_spans(night)))).with_row_index("unit")
    measures = [
        units.with_columns(measure=pl.lit(name), measure_shown=pl.lit(word)) for name, word in CHANGE_MEASURE.items()
    ]
    return pl.concat(measures).sort("unit", maintain_order=True).drop("unit")


def _below_columns(night: ReportNight) -> list[Column]:
    columns = [UNIT]
    for measure, word in (("open_at_end", "在册"), ("verified_open", VERIFIED)):
        columns.append(number(word, figure("zeroing", measure, line="household", group_="all")))
        of = partial(figure, "change", "change", line="household", group_="all", measure=measure)
        columns += [number(f"较{_SPAN_WORDS[span]}", of(span=span), "change") for span, _ in _spans(night)]
    return columns


OWN_CHANGE = part(_own_columns, _own_rows, empty="没有更早的运行可以对比。")
CHANGE = part(_below_columns, tree)


def change(night: ReportNight, scope: Scope) -> Section:
    """The ledger now against the last night, a week, a month and a year ago."""
    tables = [
        Table("t-change", f"{scope.name}与以前相比（政府线，单位：人）", own(OWN_CHANGE, night, scope), units=False)
    ]
    if _spans(night) and scope.level in LEVELS:
        tables.append(tree_table("t-changes", "各单位与以前相比（政府线，单位：人）", CHANGE, night, scope))
    return Section(
        "change",
        "与上次报告相比",
        "增减为现在减当时；当时为那一天或之前最近的一次运行。",
        tuple(tables),
        ("“—”为当时没有这一单位。",) if _spans(night) else (),
    )
