"""One figure traced down to its rows: what it is, its parts, what it stands on, and who is missing from it (spec 5).

Everything is read from a published night, nothing is computed twice. Texts are Chinese: an inspector reads them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish.wording import AT_BOUND, NOT_AVAILABLE, chinese_date, rate
from schemas import values

DROPOUT = "dropout_rate"
ALIASES = {"retention": "nine_year", "dropout": DROPOUT}
INDICATORS = (DROPOUT, *values.RETENTION_INDICATOR, *values.ENROLMENT_INDICATOR)

_TREE = """
with recursive
edge as (
    select distinct unit_code, parent_code from published.zeroing where as_of = $as_of and line = $line
),

below as (
    select cast($unit as varchar) as unit_code
    union
    select e.unit_code from edge as e inner join below as b on e.parent_code = b.unit_code
)

select unit_code from below
"""
_UNIT = "select unit_name, unit_level from published.zeroing where as_of = $as_of and unit_code = $unit limit 1"
_DEFINITION = "select * from published.indicator where as_of = $as_of and indicator = $indicator order by variant"
_DROPOUT_ROWS = (
    "select * from published.dropout_rate where as_of = $as_of and unit_code = $unit order by stage, variant"
)
_RETENTION_ROWS = (
    "select * from published.retention where as_of = $as_of and unit_code = $unit and indicator = $indicator "
    "order by variant"
)
_ENTRY_ROWS = (
    "select * from published.enrolment_rate where as_of = $as_of and unit_code = $unit and indicator = $indicator "
    'order by "group" <> \'all\', "group"'
)
_STATISTICS = (
    "select stage, statistics_rows from restricted.figure_sources "
    "where as_of = $as_of and unit_code = $unit and indicator = $indicator"
)
_CHILDREN = (
    "select child_key, household_division, school_code, grade, status, category from restricted.figure_children "
    "where as_of = $as_of and indicator = $indicator order by child_key"
)
_SOURCES = (
    "select kind, division, state, delivered_on, accepted from published.source_status "
    "where as_of = $as_of order by kind, division"
)


class TableReader(Protocol):
    """Whatever can answer a query over the tables of a published night."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`)."""
        ...


@dataclass(frozen=True)
class Traced:
    """A figure in words: the title, lines about each of its numbers, what it stands on, and the list of children.

    `children` has child_key, household_division, school_code, grade, status, category; empty unless it was asked for.
    """

    title: str
    lines: tuple[str, ...]
    children: pl.DataFrame


def trace(
    report: TableReader, cases: TableReader, as_of: dt.date, name: str, unit: str, *, with_children: bool
) -> Traced:
    """A figure of a unit on a published night.

    `name` is an indicator or `retention`, `dropout`; `unit` a division (2 to 12 digits) or a school (10). Raises
    KongchuoError where the night knows no such figure or unit.
    """
    indicator = ALIASES.get(name, name)
    if indicator not in INDICATORS:
        raise KongchuoError(f"There is no figure {name}; take one of {', '.join((*ALIASES, *INDICATORS))}.")
    code = unit if len(unit) == 10 else unit.ljust(12, "0")
    given: dict[str, object] = {"as_of": as_of, "unit": code}
    found = report.read(_UNIT, given)
    if found.is_empty():
        raise KongchuoError(f"The night {as_of} knows no unit {unit}; take a code from published.zeroing.")
    definitions = report.read(_DEFINITION, {"as_of": as_of, "indicator": indicator}).rows(named=True)
    lines = [line for d in definitions for line in _definition(d, shared=len(definitions) > 1)]
    lines += _numbers(report, given, indicator)
    lines += _behind(cases, given, indicator)
    lines += _standing_on(report, as_of, definitions, code, str(found["unit_level"][0]))
    title = f"{found['unit_name'][0]} {definitions[0]['title']}（{chinese_date(as_of)}）"
    children = pl.DataFrame()
    if with_children:
        children = _children(report, cases, given, indicator, str(definitions[0]["lines"]))
        lines.append(_about_the_list(indicator, children.height))
    return Traced(title, tuple(lines), children)


def _definition(row: Mapping[str, object], *, shared: bool) -> list[str]:
    variant = str(row["variant"])
    words = {**values.DROPOUT_VARIANT, **values.RETENTION_VARIANT}
    head = f"【{words[variant]} {variant}】" if shared else ""
    return [
        f"{head}公式：{row['formula']}",
        f"　分子：{row['numerator_words']}",
        f"　分母：{row['denominator_words'] or '—'}",
        f"　口径：{row['population_base']}；{row['valid_from']}起按此计算",
        f"　模型：{row['model']}；修约：{row['rounding'] or '—'}",
    ]


def _numbers(report: TableReader, given: Mapping[str, object], indicator: str) -> list[str]:
    """A line for each number of the figure, by stage, variant or group."""
    if indicator == DROPOUT:
        rows = report.read(_DROPOUT_ROWS, given).rows(named=True)
        lines = [
            f"{values.STAGE[row['stage']]}·{values.DROPOUT_VARIANT[row['variant']]}：{_fraction(row)}，"
            f"控制线{_plain(row['limit_rate'])}%"
            for row in rows
        ]
    elif indicator in values.RETENTION_INDICATOR:
        rows = report.read(_RETENTION_ROWS, {**given, "indicator": indicator}).rows(named=True)
        lines = [
            f"{values.RETENTION_VARIANT[row['variant']]}：{_fraction(row)}，目标{_plain(row['target'])}%，"
            f"需动员返校{_plain(row['gap_children'])}人，转出未落实{_plain(row['transfers_unmatched'])}人"
            for row in rows
        ]
    else:
        rows = report.read(_ENTRY_ROWS, {**given, "indicator": indicator}).rows(named=True)
        lines = [
            f"{values.GROUP[row['group']]}：{_fraction(row)}，目标{_plain(row['target'])}%，"
            f"差{_plain(row['gap_children'])}人"
            for row in rows
            if row["group"] == "all" or row["denominator"]
        ]
    return lines or ["本单位没有这项指标（该层级不统计）。"]


def _fraction(row: Mapping[str, object]) -> str:
    if row.get("suppressed"):
        return "已隐去（村、校小数据1-4人及其同级单位）"
    value, denominator = row["rate"], row["denominator"]
    shown = rate(value, denominator, at_bound=bool(row["at_bound"])) or "（分母为0，不计算）"  # type: ignore[arg-type]
    unit = "" if value is None else "%"
    mark = f"（{AT_BOUND}修约后触界）" if row["at_bound"] else ""
    return f"{_plain(row['numerator'])}／{_plain(denominator)}＝{shown}{unit}{mark}"


def _plain(value: object) -> str:
    return NOT_AVAILABLE if value is None else str(value)


def _behind(cases: TableReader, given: Mapping[str, object], indicator: str) -> list[str]:
    """How many rows stand behind the figure."""
    rows = cases.read(_STATISTICS, {**given, "indicator": indicator}).rows(named=True)
    if indicator in values.ENROLMENT_INDICATOR:
        return ["依据的行：分子、分母每人一行，见restricted.children；分母为户籍主记录的行数。"]
    if not rows:
        return ["依据的行：没有教基统计行。"]
    parts = [
        f"{values.STAGE[str(row['stage'])] if row['stage'] else ''}{row['statistics_rows']}行"
        for row in sorted(rows, key=lambda row: str(row["stage"]), reverse=True)
    ]
    more = "；分子另由个案逐人统计" if indicator == DROPOUT else ""
    return [f"依据的行：教基统计{'、'.join(parts)}{more}。"]


def _standing_on(
    report: TableReader, as_of: dt.date, definitions: Sequence[Mapping[str, object]], code: str, level: str
) -> list[str]:
    """The deliveries that the figure stands on in the unit's counties, by kind; what is refused, stale or missing."""
    kinds = dict.fromkeys(kind for d in definitions for kind in str(d["sources"]).split("、"))
    states = report.read(_SOURCES, {"as_of": as_of})
    if level not in ("province", "prefecture"):
        county = code[:6] + "000000"
        nearer = states.filter(pl.col("division") == county)
        states = nearer if not nearer.is_empty() else states
    elif level == "prefecture":
        states = states.filter(pl.col("division").str.starts_with(code[:4]))
    lines = []
    for kind in kinds:
        of_kind = states.filter(pl.col("kind") == kind)
        days = sorted({str(day) for day in of_kind["delivered_on"].drop_nulls()})
        span = "至".join(dict.fromkeys((days[0], days[-1]))) if days else "没有报送"
        rows = int(of_kind["accepted"].fill_null(0).sum())
        faults = [
            f"{word}{count}个县级单位"
            for state, word in (("refused", "拒收"), ("stale", "过期"), ("missing", "缺失"))
            if (count := of_kind.filter(pl.col("state") == state).height)
        ]
        lines.append(f"资料：{kind}，最近报送{span}，{rows}行{'，' + '、'.join(faults) if faults else ''}")
    return lines


def _children(
    report: TableReader, cases: TableReader, given: Mapping[str, object], indicator: str, line: str
) -> pl.DataFrame:
    """The children of the unit who keep the figure from being perfect, by key alone."""
    below = report.read(_TREE, {**given, "line": line})["unit_code"]
    frame = cases.read(_CHILDREN, {"as_of": given["as_of"], "indicator": indicator})
    place = pl.col("school_code") if line == "school" else pl.col("household_division")
    inside = place.is_in(below.to_list())
    if line != "school":
        # A division that 区划 does not know counts in its township or county.
        known = [place.str.slice(0, digits).str.pad_end(12, "0").is_in(below.to_list()) for digits in (9, 6)]
        inside = inside | known[0] | known[1]
    return frame.filter(inside)


def _about_the_list(indicator: str, number: int) -> str:
    if indicator == DROPOUT:
        return f"名单：新增口径分子的{number}名儿童（比率要变好，须由他们复学）。"
    if indicator in values.RETENTION_INDICATOR:
        return f"名单：巩固率由学校统计得出，不能逐人对应；以下为有关年级已知离校未归、转出未落实的{number}名儿童。"
    return f"名单：在分母而不在分子的{number}名儿童。"
