"""Suites made from contracts: what a contract knows of its table is expected of every published night.

The gate asks the same before publication (`quality.contracts`, by Pandera and SQL). Asked again of the published files,
by another tool, in sentences, it is what a reader of the night can look up.
"""

from __future__ import annotations

from datetime import date

from quality.reader import query
from quality.suites.expectation import (
    Expectation,
    Suite,
    always,
    at_least,
    between,
    columns_are,
    filled,
    has_rows,
    like,
    never,
    one_of,
    unique,
)
from schemas import values
from schemas.columns import COLUMNS
from schemas.ddl import quoted, text_literal
from schemas.tables import Table
from schemas.values import SMALL_LEVELS

COUNTED_UNITS = ("人", "行", "个", "天", "人天")
"""Units of what is counted: never below zero but for balances."""
SIGNED = {
    # Balances: the flow variant nets transfers (5.1), booked losses may exceed entrants (5.2), a change goes both ways.
    ("published.dropout_rate", "numerator"),
    ("published.dropout_rate", "rate"),
    ("published.dropout_rate", "last_year_rate"),
    ("published.retention", "denominator"),
    ("published.change", "change"),
    ("published.ranking", "value"),
    ("published.assessment", "value"),
}
SHARES = {
    # Parts of a whole: of all others spec 5 says itself that they may pass 100.
    ("published.zeroing", "clearance_rate"),
    ("published.retention", "rate_shown"),
    ("published.retention", "target"),
    ("published.dropout_rate", "limit_rate"),
    ("published.enrolment_rate", "target"),
    ("published.assessment", "line"),
    ("published.campaign", "share_closed"),
    ("published.yield", "yield"),
    ("quality.delivery_profile", "share_without_number"),
}
MAY_BE_EMPTY = ("campaign", "seasonal", "restatements", "accountability", "integrity", "closures", "yield", "reasons")
"""Tables that have a row only where there is something to tell; `change` has none on a first night."""
PAST = ("zeroed_since", "delivered_on", "known_on", "night", "then_on", "from_date", "valid_from")
"""Dates of what has happened: not after the business date."""
KEYS: tuple[str, ...] = (
    *("unit_code", "division", "line", "group", "stage", "indicator", "variant", "kind", "list", "subject", "measure"),
    *("deadline", "close_reason", "reason", "placement", "side", "step", "cycle", "span", "month", "campaign"),
    *("season", "season_year", "category", "table_name", "column_name"),
)
"""Parts of keys that name a row of a public table in a sample."""


def contract_suites(table: Table, as_of: date, small_cell: int) -> list[Suite]:
    """One suite for every table; three more for those whose village and school rows may be suppressed (6.3)."""
    keys = tuple(name for name in table.key if name in KEYS)
    suites = [Suite(table.full_name, "表的契约", query("*", table), keys, tuple(_contract(table, as_of)))]
    if "suppressed" in table.columns:
        suites += _suppression(table, keys, small_cell)
    return suites


def _contract(table: Table, as_of: date) -> list[Expectation]:
    """Columns, nulls, values, shapes, bounds, dates, key."""
    label, night = table.label_of, as_of.isoformat()
    made = [columns_are(table.columns), always("as_of", label("as_of"), night, night)]
    if table.name not in (*MAY_BE_EMPTY, "change"):
        made.append(has_rows())
    made += [filled(name, label(name)) for name in table.not_null]
    made += [one_of(name, label(name), allowed, _words(allowed)) for name, allowed in table.values.items()]
    for name in table.columns:
        column, kind = COLUMNS[name], table.type_of(name)
        if column.pattern and kind == "VARCHAR":
            made.append(like(name, label(name), column.pattern))
        least, most = _bounds(table, name)
        if least is not None or most is not None:
            made.append(between(name, label(name), least, most))
        if name in PAST:
            made.append(at_least("as_of", name, f"“{label(name)}”不晚于统计日期"))
    named = [name for name in table.key if name != "as_of"]
    if named:
        made.append(unique(named, [label(name) for name in named]))
    return made


def _words(allowed: tuple[str, ...]) -> list[str]:
    """How officials call the values: by the shortest list of `schemas.values` that has them all, else as they are."""
    lists = [each for each in vars(values).values() if isinstance(each, dict) and {*allowed} <= {*each}]
    known = min(lists, key=len, default={})
    return [str(known.get(value, value)) for value in allowed]


def _bounds(table: Table, name: str) -> tuple[int | None, int | None]:
    """Least and greatest number of a column; none for what is no number."""
    column, place = COLUMNS[name], (table.full_name, name)
    if column.bounds:
        return column.bounds
    counts = table.type_of(name) == "BIGINT" and (column.unit in COUNTED_UNITS or name in table.counted)
    rates = table.type_of(name).startswith("DECIMAL") and column.unit in ("%", "‰", "天")
    if place in SIGNED or not (counts or rates):
        return None, None
    return 0, 100 if place in SHARES else None


def _suppression(table: Table, keys: tuple[str, ...], small_cell: int) -> list[Suite]:
    """Counts are there unless the row is suppressed; of villages and schools none is small."""
    label = table.label_of
    names = ", ".join(quoted(name) for name in (*keys, "unit_level", "suppressed", *table.counted))
    levels = ", ".join(text_literal(level) for level in SMALL_LEVELS)
    people = [name for name in table.columns if table.type_of(name) == "BIGINT" and _counts_children(table, name)]
    suites = [
        Suite(
            table.full_name,
            "未作小数抑制的行",
            query(names, table, "where as_of = $as_of and not suppressed"),
            keys,
            tuple(filled(name, label(name)) for name in table.counted),
        ),
        Suite(
            table.full_name,
            "已作小数抑制的行",
            query(names, table, "where as_of = $as_of and suppressed"),
            keys,
            (one_of("unit_level", label("unit_level"), SMALL_LEVELS, _words(SMALL_LEVELS)),),
        ),
    ]
    if people:
        small = [number for size in range(1, small_cell) for number in (size, -size)]
        shown = ", ".join(quoted(name) for name in dict.fromkeys((*keys, *people)))
        suites.append(
            Suite(
                table.full_name,
                "村、学校的小数",
                query(shown, table, f"where as_of = $as_of and unit_level in ({levels})"),
                keys,
                tuple(never(name, label(name), small, f"在村、学校行中没有1至{small_cell - 1}的数") for name in people),
            )
        )
    return suites


def _counts_children(table: Table, name: str) -> bool:
    return COLUMNS[name].unit == "人" or name in table.counted
