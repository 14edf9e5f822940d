"""Pandera models, made from the contracts.

A model judges *collected* frames only: on a LazyFrame Pandera looks at the schema alone and passes bad values in
silence.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandera.polars as pa
import polars as pl

from schemas.columns import COLUMNS
from schemas.polars_types import polars_type
from schemas.tables import Table
from schemas.values import SMALL_LEVELS


def pandera_schema(table: Table) -> pa.DataFrameSchema:
    """Model of a table: names in order, types, nulls, allowed values, patterns, unique key, suppressed counts.

    Validate with `lazy=True` to get every fault at once; raises what Pandera raises.
    """
    columns = {
        name: pa.Column(
            polars_type(table.type_of(name)),
            checks=_column_checks(table, name),
            nullable=name not in table.not_null,
            name=name,
        )
        for name in table.columns
    }
    return pa.DataFrameSchema(
        columns,
        checks=_row_checks(table),
        unique=list(table.key) or None,
        strict=True,
        ordered=True,
        name=table.full_name,
    )


def _column_checks(table: Table, name: str) -> list[pa.Check]:
    """Checks on the cells of one column: values, items, shape, bounds; an empty cell passes them all."""
    checks = []
    if name in table.values:
        checks.append(pa.Check.isin(list(table.values[name])))
    if name in table.items:
        checks.append(_items_check(table.items[name], is_list=table.type_of(name).endswith("[]")))
    pattern = COLUMNS[name].pattern
    if pattern and table.type_of(name) == "VARCHAR":
        checks.append(pa.Check.str_matches(f"^(?:{pattern})$"))
    bounds = COLUMNS[name].bounds
    if bounds:
        checks.append(pa.Check.in_range(*bounds))
    return checks


def _items_check(allowed: Sequence[str], *, is_list: bool) -> pa.Check:
    """Every item of a list, or of a text joined by `;`, is allowed."""

    def items_allowed(data: pa.PolarsData) -> pl.LazyFrame:
        cell = pl.col(data.key)
        items = cell if is_list else cell.str.split(";")
        return data.lazyframe.select(items.list.eval(pl.element().is_in(list(allowed))).list.all())

    return pa.Check(items_allowed, name="items", error=f"items({', '.join(allowed)})")


def _row_checks(table: Table) -> list[pa.Check]:
    """Checks across the columns of a row: what `suppressed` may hide, and where."""
    if "suppressed" not in table.columns:
        return []

    def counts_filled(data: pa.PolarsData) -> pl.LazyFrame:
        filled = pl.all_horizontal(pl.col(name).is_not_null() for name in table.counted)
        return data.lazyframe.select(filled | pl.col("suppressed"))

    def suppressed_in_small_units(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.col("suppressed") | pl.col("unit_level").is_in(list(SMALL_LEVELS)))

    return [
        pa.Check(counts_filled, name="counts_filled", error="counts_filled"),
        pa.Check(suppressed_in_small_units, name="suppressed_in_small_units", error="suppressed_in_small_units"),
    ]
