"""What may be expected of a table, in words that a reader understands: one expectation of Great Expectations each.

Great Expectations itself is not needed here: an expectation is its name, its arguments and its sentence in Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Check = Literal["expectations", "drift"]

EXPECTATIONS: Check = "expectations"
"""Check of what is always expected of a table."""
DRIFT: Check = "drift"
"""Check of what is expected of a table because the nights before were so."""

_MANY = 8
_BOTH, _EITHER = "both_values_are_missing", "either_value_is_missing"


@dataclass(frozen=True)
class Expectation:
    """One expectation.

    `kind`       its class in `great_expectations.expectations`.
    `arguments`  what it is called with.
    `sentence`   what is expected, in Chinese, without a full stop.
    """

    kind: str
    arguments: Mapping[str, object]
    sentence: str


@dataclass(frozen=True)
class Suite:
    """Some expectations of the rows of one query.

    `table`    the table that the rows speak of; its outcome and its page are found under that name.
    `title`    heading of the suite, in Chinese.
    `query`    the rows, `$as_of` bound; or `rows`, made by a caller.
    `keys`     columns whose values may name an offending row: codes of units and of what is counted, never a person.
    `check`    `EXPECTATIONS` or `DRIFT`.
    `note`     a sentence beside the heading, in Chinese; empty without anything to say.
    """

    table: str
    title: str
    query: str
    keys: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    check: Check = EXPECTATIONS
    note: str = ""
    rows: pl.DataFrame | None = field(default=None, compare=False)

    @property
    def schema(self) -> str:
        """Schema of the table: says in which published database it stands."""
        return self.table.split(".")[0]


def columns_are(columns: Sequence[str]) -> Expectation:
    """Exactly these columns in this order."""
    return Expectation(
        "ExpectTableColumnsToMatchOrderedList", {"column_list": list(columns)}, f"{len(columns)}列齐全，顺序与契约一致"
    )


def has_rows() -> Expectation:
    """At least one row."""
    return Expectation("ExpectTableRowCountToBeBetween", {"min_value": 1}, "表中有数据")


def filled(column: str, label: str) -> Expectation:
    """Never null."""
    return Expectation("ExpectColumnValuesToNotBeNull", {"column": column}, f"“{label}”没有空值")


def one_of(column: str, label: str, allowed: Sequence[object], words: Sequence[str] = ()) -> Expectation:
    """A value of a list, or null; `words` are how officials call the values."""
    shown = "、".join((words or [str(value) for value in allowed])[:_MANY]) + ("等" if len(allowed) > _MANY else "")
    return Expectation(
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": list(allowed)},
        f"“{label}”只取规定的{len(allowed)}个值：{shown}",
    )


def always(column: str, label: str, value: object, shown: str) -> Expectation:
    """One and the same value wherever there is one."""
    return Expectation("ExpectColumnValuesToBeInSet", {"column": column, "value_set": [value]}, f"“{label}”均为{shown}")


def holds(column: str, sentence: str) -> Expectation:
    """True wherever it can be said."""
    return Expectation("ExpectColumnValuesToBeInSet", {"column": column, "value_set": [True]}, sentence)


def never(column: str, label: str, values: Sequence[object], shown: str) -> Expectation:
    """None of some values."""
    return Expectation(
        "ExpectColumnValuesToNotBeInSet", {"column": column, "value_set": list(values)}, f"“{label}”{shown}"
    )


def like(column: str, label: str, pattern: str) -> Expectation:
    """A text of a shape, or null."""
    return Expectation(
        "ExpectColumnValuesToMatchRegex", {"column": column, "regex": f"^(?:{pattern})$"}, f"“{label}”的写法符合规定"
    )


def between(column: str, label: str, least: int | None, most: int | None = None) -> Expectation:
    """A number within bounds, or null."""
    limits = {name: value for name, value in (("min_value", least), ("max_value", most)) if value is not None}
    if least is not None and most is not None:
        words = f"在{least}到{most}之间"
    else:
        words = f"不小于{least}" if least is not None else f"不大于{most}"
    return Expectation("ExpectColumnValuesToBeBetween", {"column": column, **limits}, f"“{label}”{words}")


def unique(columns: Sequence[str], labels: Sequence[str]) -> Expectation:
    """No two rows alike in these columns (a null is a value of its own)."""
    sentence = f"“{'、'.join(labels)}”合起来不重复"
    if len(columns) == 1:
        return Expectation("ExpectColumnValuesToBeUnique", {"column": columns[0]}, sentence)
    arguments = {"column_list": list(columns), "ignore_row_if": "never"}
    return Expectation("ExpectCompoundColumnsToBeUnique", arguments, sentence)


def equal(first: str, second: str, sentence: str) -> Expectation:
    """Two columns agree in every row; nulls agree with nulls."""
    arguments = {"column_A": first, "column_B": second, "ignore_row_if": _BOTH}
    return Expectation("ExpectColumnPairValuesToBeEqual", arguments, sentence)


def at_least(first: str, second: str, sentence: str) -> Expectation:
    """The first column is not less than the second wherever both are known."""
    arguments = {"column_A": first, "column_B": second, "or_equal": True, "ignore_row_if": _EITHER}
    return Expectation("ExpectColumnPairValuesAToBeGreaterThanB", arguments, sentence)
