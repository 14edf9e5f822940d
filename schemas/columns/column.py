"""What a column is: one definition from which contracts, DDL, comments, dictionary and headings are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Privacy = Literal["public", "child", "personal"]
"""Who may see a column.

`public`    says nothing about one person, or only in a table whose rows are not persons;
`child`     speaks of one child without naming it (key, dates and marks of a case): restricted tables only;
`personal`  names or identifies a person (names, numbers, birth dates, addresses, phones): never in a public table,
            in restricted tables only where section 6 of the specification names it.
"""


@dataclass(frozen=True)
class Column:
    """One column of the project; the same name means the same thing in every table.

    `name`         English name in code and SQL.
    `label`        中文 label as officials write it; heading of reports.
    `description`  English, one sentence without its full stop.
    `type`         storage type in the published tables (section 6.4); a table may store it narrower (`Table.types`).
    `unit`         one of `schemas.units.UNITS`, empty where there is nothing to measure.
    `privacy`      see `Privacy`.
    `headers`      standard source headers, `kind.header`, both in Chinese; empty for computed columns.
    `formula`      how a computed number is made, empty for delivered columns.
    `pattern`      regular expression that every filled cell matches as a whole, empty for free text.
    `bounds`       least and greatest number that a filled cell may hold, both included.
    """

    name: str
    label: str
    description: str
    type: str = "VARCHAR"
    unit: str = ""
    privacy: Privacy = "public"
    headers: tuple[str, ...] = ()
    formula: str = ""
    pattern: str = ""
    bounds: tuple[int, int] | None = None


def of(header: str, *kinds: str) -> tuple[str, ...]:
    """The same header in several kinds: `of("姓名", "户籍", "学籍")` → `("户籍.姓名", "学籍.姓名")`."""
    return tuple(f"{kind}.{header}" for kind in kinds)
