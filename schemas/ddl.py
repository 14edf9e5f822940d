"""`create table` and comments, made from the contract (house rule: one contract, everything else follows).

Identifiers are always quoted: `group`, `check`, `count` and `rows` are words of SQL too.
"""

from __future__ import annotations

from schemas.columns import COLUMNS
from schemas.lineage import in_short, origin_of
from schemas.tables import Table
from schemas.units import unit_text


def quoted(identifier: str) -> str:
    """An identifier in double quotes; `schema.name` becomes `"schema"."name"`."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in identifier.split("."))


def text_literal(text: str) -> str:
    """A text as an SQL literal in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def create_table_sql(table: Table, *, target: str | None = None, if_not_exists: bool = False) -> str:
    """`create table` with types and `not null`, columns in contract order.

    `target` names the table to make where it is another (a copy in another database file). No primary key: DuckDB would
    build an index for it, and the contract check proves the key anyway.
    """
    lines = [
        f"    {quoted(name)} {table.type_of(name)}{' not null' if name in table.not_null else ''}"
        for name in table.columns
    ]
    head = "create table if not exists" if if_not_exists else "create table"
    return f"{head} {quoted(target or table.full_name)} (\n" + ",\n".join(lines) + "\n)"


def table_comment(table: Table) -> str:
    """Comment of a table: 中文 / English; 一行 grain; 主键 key; 来源 source; 规范 spec."""
    parts = [
        f"{table.label} / {table.description}",
        f"一行/grain: {table.grain}",
        f"主键/key: {', '.join(table.key)}",
    ]
    if table.sources:
        parts.append(f"来源/source: {'、'.join(table.sources)}")
    parts.append(f"规范/spec: {table.spec}")
    return "; ".join(parts)


def column_comment(table: Table, name: str) -> str:
    """Comment of a column: 中文 / English; unit, formula, source and origin where there are any."""
    column = COLUMNS[name]
    parts = [f"{table.label_of(name)} / {table.description_of(name)}"]
    if column.unit:
        parts.append(f"单位/unit: {column.unit} ({unit_text(column.unit)})")
    if column.formula:
        parts.append(f"公式/formula: {column.formula}")
    source = table.source_of(name)
    if source:
        parts.append(f"来源/source: {source}")
    origin = in_short(origin_of(table.full_name, name))
    if origin and origin != source:
        parts.append(f"源头/origin: {origin}")
    return "; ".join(parts)


def comment_sql(table: Table, *, target: str | None = None, kind: str = "table") -> list[str]:
    """One `comment on` statement for the table and one for each column.

    `target` names another table or view with these columns (a copy in another database file:
    `report.published.zeroing`); `kind` is `table` or `view`.
    """
    name = quoted(target or table.full_name)
    statements = [f"comment on {kind} {name} is {text_literal(table_comment(table))}"]
    statements += [
        f"comment on column {name}.{quoted(column)} is {text_literal(column_comment(table, column))}"
        for column in table.columns
    ]
    return statements
