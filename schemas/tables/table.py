"""What a table is: its grain, key, columns, and what the columns may hold in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from schemas.columns import COLUMNS, Column

REFERENCE_KINDS = ("区划", "学校")
"""Extracts that units, their names and parents come from in every table."""

Audience = Literal["public", "restricted", "internal"]
"""Who may see a table: anyone; case workers by permission; nobody outside the nightly run."""


@dataclass(frozen=True)
class Table:
    """The contract of one table.

    `schema`, `name`  where it stands; `full_name` is `schema.name`.
    `label`           中文 name; `description` English, what it is for.
    `grain`           what one row is.
    `key`             columns that are filled and unique together; none: a table of exactly one row.
    `columns`         names in order; each stands in `schemas.columns.COLUMNS`.
    `required`        columns beside the key that are never null.
    `nullable_key`    columns of the key in which null is a value of its own (not known).
    `values`          column → allowed values of a filled cell.
    `items`           column → allowed items of a list, or of a text joined by `;`.
    `counted`         counts that are null only in rows marked `suppressed` (6.3).
    `sparse`          a row stands only where something was counted: that it is there tells.
    `types`           column → storage type where it differs from the column's own (the extracts are stored narrower).
    `notes`           column → (label, description) where the table uses the column in a narrower sense.
    `origins`         column → source, where the rule of `source_of` would name the wrong one.
    `layer`           the step of the night that makes it; `audience` who may see it.
    `sources`         kinds of extracts it stands on, in Chinese.
    `spec`            section of the specification.
    """

    schema: str
    name: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    layer: str
    audience: Audience
    spec: str
    required: tuple[str, ...] = ()
    nullable_key: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
    sparse: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """`schema.name`, as it is written in SQL and in the catalogue."""
        return f"{self.schema}.{self.name}"

    @property
    def not_null(self) -> tuple[str, ...]:
        """Columns that are never null, in the order of the table: the key and what is required."""
        filled = {*self.key, *self.required} - {*self.nullable_key}
        return tuple(name for name in self.columns if name in filled)

    def column(self, name: str) -> Column:
        """Definition of one column; raises KeyError where it is not registered."""
        return COLUMNS[name]

    def type_of(self, name: str) -> str:
        """Storage type of a column in this table."""
        return self.types.get(name) or COLUMNS[name].type

    def label_of(self, name: str) -> str:
        """中文 label of a column in this table."""
        return self.notes[name][0] if name in self.notes else COLUMNS[name].label

    def description_of(self, name: str) -> str:
        """English description of a column in this table."""
        return self.notes[name][1] if name in self.notes else COLUMNS[name].description

    def source_of(self, name: str) -> str:
        """Where a column comes from, joined by `、`: source headers (`kind.header`), else kinds, else nothing.

        Headers of the kinds that the table stands on come first; else those of the reference extracts, which every unit
        column comes from; a computed value stands on all kinds of its table, a computed key part on none.
        """
        if name in self.origins:
            return self.origins[name]
        headers = COLUMNS[name].headers
        for kinds in (self.sources, REFERENCE_KINDS):
            found = [header for header in headers if header.split(".", 1)[0] in kinds]
            if found:
                return "、".join(found)
        return "" if name in self.key else "、".join(self.sources)
