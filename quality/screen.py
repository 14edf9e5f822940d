"""The publication screen: the last look at the public tables before anyone can read them (6.3).

It looks at what is there, not at what the contracts say should be: a column that slipped in, a number inside a text, a
small cell that nobody suppressed, one that the others give away (`quality.siblings`).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from quality.outcome import CITIZEN_NUMBER, PHONE, SAMPLE_SIZE, Outcome, judge
from quality.reader import TableReader, query
from quality.siblings import check_siblings
from schemas.columns import COLUMNS
from schemas.ddl import quoted, text_literal
from schemas.tables import Table
from schemas.values import MEASURES_OF_CHILDREN, SMALL_LEVELS

CHILD_KEY = r"(?:^|[^0-9a-f])[0-9a-f]{16}(?:[^0-9a-f]|$)"
"""A text that looks like a child_key, or like the hash inside an X… child_id."""

_PATTERN = f"{CITIZEN_NUMBER}|{PHONE}|{CHILD_KEY}"


def screen(reader: TableReader, tables: Iterable[Table], *, small_cell: int) -> list[Outcome]:
    """Two blocking outcomes for every public table, four where rows may be suppressed.

    `small_cell` is policy `disclosure.small_cell`. Tables of another audience are passed over. Never raises: a table
    that cannot be read fails.
    """
    outcomes = []
    for table in tables:
        if table.audience != "public":
            continue
        try:
            outcomes += _screen_table(reader, table, small_cell)
        except Exception as error:  # what cannot be looked at must not be published
            outcomes.append(
                Outcome(
                    "screen_columns",
                    table.full_name,
                    "fail",
                    "stop",
                    1,
                    f"{table.label}无法检查（{type(error).__name__}）。",
                    action="先修复该表再发布。",
                )
            )
    return outcomes


def _screen_table(reader: TableReader, table: Table, small_cell: int) -> list[Outcome]:
    """Columns, texts, small cells and siblings of one table."""
    found = reader.read(query("*", table, "limit 0")).schema
    outcomes = [_columns(table, found), _texts(reader, table, found)]
    if "suppressed" in found:
        outcomes += [_small_cells(reader, table, found, small_cell), check_siblings(reader, table)]
    return outcomes


def _columns(table: Table, found: pl.Schema) -> Outcome:
    """No column of the class child or personal, and none that is not registered."""
    wrong = [name for name in found if name not in COLUMNS or COLUMNS[name].privacy != "public"]
    return judge(
        "screen_columns",
        table.full_name,
        len(wrong),
        good=f"{table.label}不含个人信息列。",
        bad=f"{table.label}含不得公开的列：{'、'.join(wrong)}。",
        action="从公开表中去掉这些列。",
        sample=wrong,
    )


def _texts(reader: TableReader, table: Table, found: pl.Schema) -> Outcome:
    """No citizen number, telephone or child key inside any text."""
    texts = [name for name, kind in found.items() if kind == pl.String or kind == pl.List(pl.String)]
    counts: dict[str, int] = {}
    if texts:
        pattern = text_literal(_PATTERN)
        counted = [
            f"count(case when regexp_matches(cast({quoted(name)} as varchar), {pattern}) then 1 end) as c{i}"
            for i, name in enumerate(texts)
        ]
        (row,) = reader.fetch(query(", ".join(counted), table))
        counts = {name: count for name, count in zip(texts, row, strict=True) if count}
    return judge(
        "screen_texts",
        table.full_name,
        sum(counts.values()),
        good=f"{table.label}的文字中没有身份证号、电话或儿童主键。",
        bad=f"{table.label}的文字中疑似有身份证号、电话或儿童主键，在列：{'、'.join(counts)}。",
        action="查明文字来源并去除后再发布。",
        # The cell itself is what must not be shown: the columns are the sample.
        sample=tuple(counts),
    )


def _small_cells(reader: TableReader, table: Table, found: pl.Schema, small_cell: int) -> Outcome:
    """No count of children from 1 to below `small_cell` in village and school rows."""
    counts = [
        name
        for name, kind in found.items()
        if kind.is_integer() and name in COLUMNS and (COLUMNS[name].unit == "人" or name in table.counted)
    ]
    # A balance may be negative (flow); it gives away as much as its size.
    conditions = [f"abs({quoted(name)}) between 1 and $below" for name in counts]
    if "measure" in found:
        # A table of many measures: some of its values count children, the measure says which.
        people = ", ".join(text_literal(measure) for measure in MEASURES_OF_CHILDREN)
        conditions.append(f"(measure in ({people}) and abs(value) between 1 and $below)")
    condition = " or ".join(conditions)
    levels = ", ".join(text_literal(level) for level in SMALL_LEVELS)
    where = f"where unit_level in ({levels}) and ({condition})"
    units = "group by unit_code order by unit_code"
    parameters = {"below": small_cell - 1}
    bad = reader.read(query("unit_code, count(*) as n", table, f"{where} {units}"), parameters)
    number = int(bad["n"].sum())
    return judge(
        "screen_small_cells",
        table.full_name,
        number,
        good=f"{table.label}的村、校行没有未抑制的小数。",
        bad=f"{table.label}有 {number} 个村、校行的人数小于 {small_cell} 而未抑制。",
        action="检查小数抑制一步，重新生成该表。",
        sample=bad["unit_code"].head(SAMPLE_SIZE).to_list(),
    )
