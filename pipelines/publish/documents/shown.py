"""A figure in a sentence: the cell that it is bound to, its value, and how the sentence says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.publish.listing import Column, Value, text
from pipelines.publish.wording import chinese_date

NONE, LEVEL, MORE, LESS = "没有", "持平", "增加", "减少"
"""Words that stand for a number: 没有 0, 持平 0, 增加3 3, 减少3 -3; `documents.read` takes them back."""


@dataclass(frozen=True)
class Shown:
    """A figure and its value; `text` is what the document says, in words that can be taken back to the value."""

    column: Column
    value: Value
    text: str

    @property
    def number(self) -> int:
        """A count; nothing known is 0."""
        raw = self.value.raw
        return raw if isinstance(raw, int) and not isinstance(raw, bool) else 0

    @property
    def known(self) -> bool:
        """Whether the table has a value."""
        return self.value.raw is not None

    @property
    def true(self) -> bool:
        """Whether the table says yes."""
        return self.value.raw is True


Piece = str | Shown


def shown(column: Column, value: Value, row: Mapping[str, object] | None = None) -> Shown:
    """A figure of a row of a listing on its own: its keys are bound for good."""
    one = column.figure
    if one is None:
        raise ValueError(f"{column.name} shows no figure.")
    if row is not None:
        keys = tuple((name, str(row[name])) for name in one.keys(row))
        column = replace(column, figure=replace(one, where=(*one.where, *keys)))
    raw = value.raw
    if column.kind == "date" and isinstance(raw, date):
        return Shown(column, value, chinese_date(raw))
    return Shown(column, value, text(column.kind, value))


def as_change(one: Shown) -> Shown:
    """A difference in words: 增加3, 减少3, 持平."""
    raw = one.value.raw
    number = raw if isinstance(raw, int | Decimal) else 0
    return replace(one, text=LEVEL if number == 0 else f"{MORE if number > 0 else LESS}{abs(number)}")


def some(one: Shown, what: str, measure: str = "人") -> list[Piece]:
    """逾期的个案有3人, or 没有逾期的个案."""
    if one.number == 0:
        return [replace(one, text=NONE), what]
    return [f"{what}有", one, measure]


def came(verb: str, one: Shown, measure: str = "人") -> list[Piece]:
    """新增3人, or 没有新增."""
    if one.number == 0:
        return [replace(one, text=NONE), verb]
    return [verb, one, measure]


def joined(parts: list[list[Piece]], between: str = "、") -> list[Piece]:
    """Several phrases in one."""
    made: list[Piece] = []
    for place, part in enumerate(parts):
        made += [between] if place else []
        made += part
    return made
