"""Does a table keep its contract?

The tables of a step are asked together, where they are: one query for columns and types, one for cells, shapes and
keys. A table that fails is looked at closely: published, restricted and quality tables are collected and judged by
Pandera, as are the frames of every delivery; internal tables, which may be large, by one query a rule. A check returns
its outcome whatever happens; only keys are shown, never names or numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from quality.outcome import SAMPLE_SIZE, Outcome, Severity, judge
from quality.reader import TableReader, query
from schemas.columns import COLUMNS
from schemas.ddl import quoted, text_literal
from schemas.polars_types import polars_schema
from schemas.tables import Table
from schemas.values import SMALL_LEVELS

CHECK = "contract"
COLLECTED_LAYERS = ("published", "restricted", "quality")
_ACTION = "核对生成该表的模型与 schemas/tables 中的契约，改正后重跑当晚。"


@dataclass(frozen=True)
class Fault:
    """One rule of the contract that rows break: what is wrong, how many rows, keys of some of them."""

    text: str
    count: int
    keys: tuple[str, ...] = ()


def check_contract(reader: TableReader, table: Table, *, severity: Severity = "stop") -> Outcome:
    """One outcome for one table: columns, types, nulls, values, key. Never raises: an unreadable table is a failure."""
    try:
        rows, faults = _faults(reader, table)
    except Exception as error:  # a check that raises would hide every check behind it; the class tells what happened
        rows, faults = 0, [Fault(f"无法读取（{type(error).__name__}）", 1)]
    return _outcome(table, rows, faults, severity)


def _outcome(table: Table, rows: int | None, faults: list[Fault], severity: Severity) -> Outcome:
    """What the faults of a table come to; `rows` None where nobody counted them."""
    counted = "" if rows is None else f"，共 {rows} 行"
    return judge(
        CHECK,
        table.full_name,
        sum(fault.count for fault in faults),
        good=f"{table.label}符合契约{counted}。",
        bad=f"{table.label}不符合契约：{'；'.join(f'{fault.text} {fault.count} 处' for fault in faults)}。",
        action=_ACTION,
        severity=severity,
        sample=_spread(faults),
    )


def check_contracts(
    reader: TableReader,
    tables: Iterable[Table],
    *,
    severity: Severity = "stop",
    only: Mapping[str, tuple[int | None, str]] | None = None,
) -> list[Outcome]:
    """One outcome per table, in the order given.

    `only` tells of tables that kept their contract before some rows of theirs were made anew: how many rows they have
    (None: that is not told), and the relation of the new ones, all rows of some keys; the others are not asked again.

    All are asked together first, two queries for all of them; only a table that does not answer as its contract wants
    is looked at closely (published ones by Pandera, cell by cell).
    """
    listed = list(tables)
    sound = _sound(reader, listed, only)
    return [
        _outcome(table, sound[table.full_name], [], severity)
        if table.full_name in sound
        else check_contract(reader, table, severity=severity)
        for table in listed
    ]


def still_kept(table: Table, rows: int | None) -> Outcome:
    """The outcome of a table that kept its contract on the night before and has not been touched since."""
    return _outcome(table, rows, [], "stop")


def _sound(
    reader: TableReader, tables: list[Table], only: Mapping[str, tuple[int | None, str]] | None = None
) -> dict[str, int | None]:
    """Rows of the tables that keep their contract, by name: one query for columns and types, one for cells and keys."""
    if not tables:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    columns = reader.fetch(
        "select table_schema || '.' || table_name as name, column_name, data_type from information_schema.columns "
        "order by table_schema, table_name, ordinal_position"
    )
    for name, column, kind in columns:
        found.setdefault(name, []).append((column, kind))
    known = [t for t in tables if found.get(t.full_name) == [(name, t.type_of(name)) for name in t.columns]]
    if not known:
        return {}
    only = only or {}
    counted = reader.fetch(
        " union all ".join(
            query(_counts(table, place), table, among=only[table.full_name][1] if table.full_name in only else None)
            for place, table in enumerate(known)
        )
    )
    return {
        known[place].full_name: only.get(known[place].full_name, (rows, ""))[0]
        for place, rows, bad, distinct in counted
        if bad == 0 and (rows == distinct if known[place].key else rows == 1)
    }


def _counts(table: Table, place: int) -> str:
    """Select list of what `_sound` asks of one table: its place, rows, rows with a bad cell, distinct keys."""
    bad = " or ".join(condition for _, condition in _rules(table)) or "false"
    # `as_of` is one and the same in a night's table (else Pandera looks); one column is counted far faster than a row.
    names = [quoted(name) for name in table.key if name != "as_of"] or [quoted(name) for name in table.key]
    keys = "0"
    if names:
        keys = f"count(distinct {names[0]})" if len(names) == 1 else f"count(distinct row({', '.join(names)}))"
    if "as_of" in table.key:
        keys = f"case when min(as_of) = max(as_of) then {keys} else 0 end"
    return f"{place} as place, count(*) as n, count(case when {bad} then 1 end) as bad, {keys} as distinct_keys"


def check_frame(frame: pl.DataFrame, table: Table) -> list[Fault]:
    """Faults of a collected frame against the contract of its table, by Pandera."""
    # Pandera takes half a second to import: only who judges a frame pays for it.
    import pandera.errors

    from schemas.pandera_models import pandera_schema

    faults = _type_faults(frame.schema, table)
    if faults:
        # Values of a column of another type cannot be judged: the type is the fault to mend first.
        return faults
    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        return _pandera_faults(found.failure_cases, frame, table)
    return []


def _faults(reader: TableReader, table: Table) -> tuple[int, list[Fault]]:
    """Rows of the table and its faults."""
    if not reader.exists(table.full_name):
        return 0, [Fault("缺表", 1)]
    if table.layer in COLLECTED_LAYERS:
        frame = reader.read(query("*", table))
        return frame.height, check_frame(frame, table)
    types = _type_faults(reader.read(query("*", table, "limit 0")).schema, table)
    if types:
        return 0, types
    rows, faults = _cell_faults(reader, table)
    return rows, [*faults, *_key_faults(reader, table)]


def _type_faults(found: pl.Schema, table: Table) -> list[Fault]:
    """Columns that are missing, unknown, out of order or of another type."""
    wanted = polars_schema(table)
    faults = [Fault(f"缺列 {name}", 1) for name in wanted if name not in found]
    faults += [Fault(f"多列 {name}", 1) for name in found if name not in wanted]
    faults += [
        Fault(f"列 {name} 类型为 {found[name]}，应为 {table.type_of(name)}", 1)
        for name in wanted
        if name in found and found[name] != wanted[name]
    ]
    if not faults and list(found) != list(wanted):
        faults.append(Fault("列的顺序与契约不同", 1))
    return faults


def _pandera_faults(cases: pl.DataFrame, frame: pl.DataFrame, table: Table) -> list[Fault]:
    """Pandera's findings by column and rule. Its failing cells are left alone: they may hold what must not be shown."""
    faults = []
    for (column, check), group in cases.group_by(["column", "check"], maintain_order=True):
        at = group["index"].drop_nulls().unique(maintain_order=True)
        keys = frame[at.head(SAMPLE_SIZE).to_list()] if at.len() else frame.clear()
        faults.append(Fault(_rule_text(str(check), column), max(at.len(), 1), _keys(keys, table)))
    return faults


def _rule_text(check: str, column: object) -> str:
    """Chinese name of the rule that a Pandera finding speaks of."""
    if check == "multiple_fields_uniqueness":
        return "主键重复"
    if check == "not_nullable":
        return f"列 {column} 为空"
    if check == "counts_filled":
        return "未标抑制而人数为空"
    if check == "suppressed_in_small_units":
        return "村、校以外的单位标了抑制"
    return f"列 {column} 的值不在允许范围"


def _rules(table: Table) -> list[tuple[str, str]]:
    """What no cell may be: words for it, and the condition in SQL."""
    rules = [(f"列 {name} 为空", f"{quoted(name)} is null") for name in table.not_null]
    rules += [
        (f"列 {name} 的值不在允许范围", f"{quoted(name)} not in ({', '.join(text_literal(v) for v in allowed)})")
        for name, allowed in table.values.items()
    ]
    return [*rules, *_shape_rules(table)]


def _shape_rules(table: Table) -> list[tuple[str, str]]:
    """Patterns, bounds and items of cells, and what `suppressed` may hide and where: the same that Pandera asks."""
    rules = []
    for name in table.columns:
        column, kind = COLUMNS[name], table.type_of(name)
        text = f"列 {name} 的值不在允许范围"
        if name in table.items:
            items = quoted(name) if kind.endswith("[]") else f"string_split({quoted(name)}, ';')"
            allowed = ", ".join(text_literal(item) for item in table.items[name])
            rules.append((text, f"not list_has_all([{allowed}], {items})"))
        if column.pattern and kind == "VARCHAR":
            rules.append((text, f"not regexp_full_match({quoted(name)}, {text_literal(column.pattern)})"))
        if column.bounds:
            rules.append((text, f"{quoted(name)} not between {column.bounds[0]} and {column.bounds[1]}"))
    if "suppressed" in table.columns:
        empty = " or ".join(f"{quoted(name)} is null" for name in table.counted) or "false"
        small = ", ".join(text_literal(level) for level in SMALL_LEVELS)
        rules.append(("未标抑制而人数为空", f"not suppressed and ({empty})"))
        rules.append(("村、校以外的单位标了抑制", f"suppressed and unit_level not in ({small})"))
    return rules


def _cell_faults(reader: TableReader, table: Table) -> tuple[int, list[Fault]]:
    """Nulls and values outside their list, counted in one pass; keys are fetched only where something is wrong."""
    rules = _rules(table)
    counts = [f"count(case when {condition} then 1 end) as c{i}" for i, (_, condition) in enumerate(rules)]
    found = reader.read(query(", ".join(["count(*) as n", *counts]), table)).row(0)
    faults = []
    for (text, condition), count in zip(rules, found[1:], strict=True):
        if count:
            bad = reader.read(query(_key_list(table) or "1", table, f"where {condition} limit {SAMPLE_SIZE}"))
            faults.append(Fault(text, count, _keys(bad, table)))
    return found[0], faults


def _key_faults(reader: TableReader, table: Table) -> list[Fault]:
    """Keys that stand more than once; of a table without a key, whether it has exactly one row."""
    if not table.key:
        rows = reader.read(query("count(*) as n", table))["n"][0]
        return [] if rows == 1 else [Fault(f"应只有一行，实有 {rows} 行", 1)]
    names = _key_list(table)
    tail = f"group by {names} having count(*) > 1 limit {SAMPLE_SIZE}"
    found = reader.read(query(f"{names}, count(*) over () as n", table, tail))
    return [Fault("主键重复", found["n"][0], _keys(found, table))] if found.height else []


def _key_list(table: Table) -> str:
    """Columns of the key, quoted, for a select list."""
    return ", ".join(quoted(name) for name in table.key)


def _keys(rows: pl.DataFrame, table: Table) -> tuple[str, ...]:
    """Keys of rows as text, parts joined by `|`; the date is left out, and so is every part that names a person."""
    parts = [name for name in table.key if name != "as_of" and COLUMNS[name].privacy != "personal"]
    return tuple("|".join("" if v is None else str(v) for v in row) for row in rows.select(parts).iter_rows())


def _spread(faults: list[Fault]) -> tuple[str, ...]:
    """Keys of all faults in turn, so that the first fault does not use up the sample."""
    longest = max((len(fault.keys) for fault in faults), default=0)
    keys = [fault.keys[i] for i in range(longest) for fault in faults if i < len(fault.keys)]
    return tuple(dict.fromkeys(keys))
