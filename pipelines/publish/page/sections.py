"""The sections of the page, each from one published table; what officials read first comes first (spec 1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from pipelines.publish.page.chart import stacked_bars
from pipelines.publish.page.view import Cell, Column, Row, Section, Table, cells, columns
from pipelines.publish.reader import Source, Unit, summarise_sources
from pipelines.publish.reasons import file_reason
from pipelines.publish.wording import (
    AT_BOUND,
    DEADLINE_WORDS,
    LEVEL_WORDS,
    LEVELS,
    NOT_AVAILABLE,
    SOURCE_PROBLEM_WORDS,
    STAGE_WORDS,
    count,
    iso,
    listed,
    percent,
    rate,
    yes_no,
)

_DOWN_TO_COUNTY = LEVELS[:3]
_BOUND_NOTE = f"{AT_BOUND} 四舍五入后显示为0.00或100.00，实际不为0或不足100。"


def zeroing(units: Sequence[Unit]) -> Section:
    """Who is at zero, and since when."""
    heads = (
        Column("单位"),
        Column("清零"),
        Column("清零起始"),
        *_numbers("已保持天数", "疑似", "辍学", "其中脱贫户", "超期"),
    )
    rows = [
        _row(
            unit.level,
            unit.name,
            Cell(yes_no(unit.everyone.zeroed), alert=not unit.everyone.zeroed),
            iso(unit.everyone.zeroed_since),
            "" if unit.everyone.days_since_zero is None else str(unit.everyone.days_since_zero),
            str(unit.everyone.suspected),
            str(unit.everyone.verified),
            str(unit.poor.verified),
            str(unit.everyone.overdue),
        )
        for unit in _down_to_county(units)
    ]
    return Section(
        anchor="zeroing",
        title="清零情况",
        lead="清零：没有核实的辍学个案，也没有超过核实期限的疑似个案。",
        tables=(Table("各市县清零情况（政府线，单位：人）", heads, tuple(rows)),),
        notes=("“超期”为至少一项期限已过的在册个案。",),
    )


def open_cases(units: Sequence[Unit]) -> Section:
    """Open cases by county, and how they moved since the last night."""
    counties = [unit for unit in units if unit.level == "county"]
    chart = stacked_bars(
        "各县期末在册个案",
        ("疑似", "辍学"),
        [(unit.name, unit.everyone.suspected, unit.everyone.verified) for unit in counties],
    )
    heads = columns(
        ("单位",), ("期初", "本期新增", "本期反弹", "本期销号", "期末", "其中疑似", "其中辍学", "其中脱贫户")
    )
    rows = [
        _row(
            unit.level,
            unit.name,
            *(
                str(number)
                for number in (
                    unit.everyone.open_at_start,
                    unit.everyone.opened,
                    unit.everyone.relapsed,
                    unit.everyone.closed,
                    unit.everyone.open_at_end,
                    unit.everyone.suspected,
                    unit.everyone.verified,
                    unit.poor.open_at_end,
                )
            ),
        )
        for unit in _down_to_county(units)
    ]
    notes = ["本期＝自上次运行以来；期初＋本期新增＋本期反弹－本期销号＝期末。"]
    if chart is None:
        notes.append("各县均没有在册个案，不画图。")
    elif chart.left_out:
        notes.append(f"图中为期末最多的{len(chart.bars)}个县，其余{chart.left_out}个有在册个案的县见表。")
    return Section(
        anchor="open",
        title="在册个案",
        lead="疑似和辍学个案，按户籍地统计。",
        tables=(Table("各市县在册个案变动（政府线，单位：人）", heads, tuple(rows)),),
        chart=chart,
        notes=tuple(notes),
    )


def dropout(frame: pl.DataFrame, units: Sequence[Unit], formula: str) -> Section:
    """Units whose dropout rate is over the limit, from the province down to the township."""
    names = {unit.code: unit.name for unit in units}
    depth = {level: place for place, level in enumerate(LEVELS)}
    over = [row for row in frame.rows(named=True) if row["over_limit"]]
    over.sort(key=lambda row: (depth[row["unit_level"]], row["stage"] != "primary", -row["rate"], row["unit_code"]))
    heads = (
        Column("单位"),
        Column("级别"),
        Column("所属"),
        Column("学段"),
        *_numbers("辍学人数", "在校生数", "辍学率%", "上限%", "上年%"),
        Column("连续两年"),
    )
    rows = [
        Row(
            cells(
                row["unit_name"],
                LEVEL_WORDS[row["unit_level"]],
                names.get(row["parent_code"] or "", NOT_AVAILABLE),
                STAGE_WORDS[row["stage"]],
                count(row["numerator"]),
                count(row["denominator"]),
                Cell(rate(row["rate"], row["denominator"], at_bound=row["at_bound"]), alert=True),
                percent(row["limit_rate"]),
                percent(row["last_year_rate"]),
                Cell(yes_no(row["consecutive"]), alert=bool(row["consecutive"])),
            )
        )
        for row in over
    ]
    unknown = frame.filter(pl.col("unit_level").is_in(_DOWN_TO_COUNTY) & pl.col("denominator").is_null())
    notes = [f"口径：{formula}。"]
    if any(row["at_bound"] for row in over):
        notes.append(_BOUND_NOTE)
    if not unknown.is_empty():
        lacking = [f"{row['unit_name']}（{STAGE_WORDS[row['stage']]}）" for row in unknown.rows(named=True)]
        notes.append(f"没有教基统计、无法计算：{listed(lacking, 0)}。")
    return Section(
        anchor="dropout",
        title="辍学率超限单位",
        lead=f"{_school_year(frame)}辍学率超过上限的省、市、县、乡，按学校所在地统计。",
        tables=(Table("辍学率超限单位（教育线，单位：人、%）", heads, tuple(rows), "没有超限单位。"),),
        notes=tuple(notes),
    )


def retention(frame: pl.DataFrame, formula: str) -> Section:
    """Nine-year retention, and how many children must come back to reach the target."""
    heads = columns(("单位",), ("毕业年级人数", "应有人数", "巩固率%", "目标%", "需动员返校", "转出未落实"))
    heads = (*heads[:5], Column("达标"), *heads[5:])
    rows = [
        _row(
            row["unit_level"],
            row["unit_name"],
            count(row["numerator"]),
            count(row["denominator"]),
            rate(row["rate_shown"], row["denominator"], at_bound=row["at_bound"]),
            percent(row["target"]),
            Cell(yes_no(row["met"]), alert=row["met"] is False),
            Cell(count(row["gap_children"]), alert=bool(row["gap_children"])),
            count(row["transfers_unmatched"]),
        )
        for row in frame.rows(named=True)
    ]
    notes = [f"口径：{formula}。"]
    if frame["denominator"].null_count():
        notes.append("“—”为缺少入学年份的教基统计，不推算。")
    if frame["at_bound"].any():
        notes.append(_BOUND_NOTE)
    return Section(
        anchor="retention",
        title="九年义务教育巩固率",
        lead=f"{_school_year(frame)}距目标还差多少名学生。巩固率以学校统计为准，与辍学率、入学率不能相加。",
        tables=(Table("九年义务教育巩固率与目标（教育线，单位：人、%）", heads, tuple(rows), "没有巩固率数据。"),),
        notes=tuple(notes),
    )


def deadlines(frame: pl.DataFrame) -> Section:
    """Overdue steps of the cases: in the province by deadline, then by county."""
    rows = frame.rows(named=True)
    top = rows[0]["unit_code"] if rows else None
    order = {name: place for place, name in enumerate(DEADLINE_WORDS)}
    whole = sorted((row for row in rows if row["unit_code"] == top), key=lambda row: order[row["deadline"]])
    by_deadline = Table(
        f"{whole[0]['unit_name'] if whole else ''}各项期限（单位：件、天）",
        columns(("期限",), ("待办", "其中超期", "最长超期天数")),
        tuple(
            Row(
                cells(
                    DEADLINE_WORDS[row["deadline"]],
                    str(row["due"]),
                    Cell(str(row["overdue"]), alert=row["overdue"] > 0),
                    "" if row["oldest_overdue_days"] is None else str(row["oldest_overdue_days"]),
                )
            )
            for row in whole
        ),
        "没有期限。",
    )
    units: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        units.setdefault(row["unit_code"], {})[row["deadline"]] = row
    by_unit = Table(
        "各市县超期（单位：件）",
        columns(("单位",), tuple(DEADLINE_WORDS.values())),
        tuple(_overdue_row(of_unit) for of_unit in units.values()),
        "没有期限。",
    )
    return Section(
        anchor="deadlines",
        title="超期事项",
        lead="在册个案下一步应办而过期未办的事项；一件个案可有几项超期。",
        tables=(by_deadline, by_unit),
    )


def sources(states: pl.DataFrame, units: Sequence[Unit]) -> Section:
    """What the numbers stand on: which sources are in force, how old they are, which are refused, stale or missing."""
    names = {unit.code: unit.name for unit in units}
    kinds = summarise_sources(states, names)
    heads = (
        Column("资料"),
        Column("在用单位数", number=True),
        Column("送达日期"),
        *(Column(word) for word in SOURCE_PROBLEM_WORDS.values()),
    )
    refused = states.filter(pl.col("state") == "refused").rows(named=True)
    reasons = Table(
        "被拒收的资料",
        (Column("资料"), Column("单位"), Column("送达日期"), Column("原因")),
        tuple(
            Row(
                cells(
                    row["kind"],
                    names.get(row["division"], row["division"]),
                    iso(row["delivered_on"]),
                    file_reason(row["reason"]).what or NOT_AVAILABLE,
                )
            )
            for row in refused
        ),
    )
    states_table = Table("各类资料状态", heads, tuple(_source_row(kind) for kind in kinds), "没有资料。")
    return Section(
        anchor="sources",
        title="资料来源",
        lead="本页数字所依据的资料。过期、缺失或拒收的资料可能使数字偏少，不能当作没有辍学。",
        tables=(states_table, reasons) if refused else (states_table,),
    )


def _source_row(kind: Source) -> Row:
    problems = [
        Cell(listed(list(found), kind.divisions), alert=state != "missing")
        for state in SOURCE_PROBLEM_WORDS
        for found in (getattr(kind, state),)
    ]
    dates = iso(kind.oldest)
    if kind.newest != kind.oldest:
        dates = f"{dates}至{iso(kind.newest)}"
    return Row(cells(kind.kind, f"{kind.in_force}/{kind.divisions}", dates, *problems))


def _overdue_row(of_unit: dict[str, dict[str, Any]]) -> Row:
    any_row = next(iter(of_unit.values()))
    numbers = [of_unit[name]["overdue"] if name in of_unit else None for name in DEADLINE_WORDS]
    return _row(
        any_row["unit_level"], any_row["unit_name"], *(Cell(count(number), alert=bool(number)) for number in numbers)
    )


def _down_to_county(units: Iterable[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.level in _DOWN_TO_COUNTY]


def _row(level: str, name: str, *values: str | Cell) -> Row:
    """A row of the tree of units; the rows above the counties are totals."""
    return Row(cells(name, *values), depth=LEVELS.index(level), total=level != "county")


def _numbers(*names: str) -> tuple[Column, ...]:
    return columns((), names)


def _school_year(frame: pl.DataFrame) -> str:
    years = frame["school_year"].unique().sort().to_list()
    return f"{years[-1]}学年。" if years else ""
