"""What an expression, a column or a query is told by."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.columns import COLUMNS
from schemas.tables.history import SPAN

Column = tuple[str, str]
"""(table, column); the column `*` stands for the rows of the table."""

ROWS = "*"
NIGHT = "core.night"
"""Its one row holds the dates of the night: the same for everybody, so that they tell nothing where others choose."""

POLICY_TABLES = "core.policy"
"""How the tables of policy are called, all of them."""

_POINTERS = frozenset(
    {"child_key", "case_uid", "case_id", "episode", "delivery_id", "delivery_order", "row_number", "run_id", *SPAN}
)


class LineageError(ValueError):
    """A model that cannot be read to its last column."""


def is_pointer(column: Column) -> bool:
    """Whether a column says who or which row, not what: an identifier of a person, a case, a row, a delivery, a run."""
    name = column[1]
    known = name in COLUMNS and COLUMNS[name].privacy == "personal"
    return known or name in _POINTERS or name.endswith("row_id")


@dataclass(frozen=True)
class Told:
    """The columns whose value flows in, and those that only decide.

    `pointers` are values that were only compared, and say who or which row.
    `fixed` are values that are the same in every row of a night, or a word that a model writes: they never tell alone.
    """

    values: frozenset[Column] = frozenset()
    conditions: frozenset[Column] = frozenset()
    pointers: frozenset[Column] = frozenset()
    fixed: frozenset[Column] = frozenset()

    @property
    def every(self) -> frozenset[Column]:
        """All that tells: what is told where the decision itself is the value."""
        return self.values | self.conditions

    @property
    def is_fixed(self) -> bool:
        """The same for every row of a night: literals and the dates of the night."""
        return not self.values and not self.pointers

    def deciding(self) -> Told:
        """What it comes to as a condition of something else."""
        return Told(frozenset(), self.every)

    def compared(self) -> Told:
        """What it comes to where a comparison has taken the value's place."""
        who = frozenset(column for column in self.values if is_pointer(column))
        return Told(self.values - who, self.conditions, self.pointers | who, self.fixed)

    def settled(self) -> Told:
        """As a column of its own: who or which row was compared decided, and tells nothing."""
        return Told(self.values, self.conditions | self.pointers, fixed=self.fixed)


NOTHING = Told()


def together(*parts: Told) -> Told:
    """Values with values, conditions with conditions."""
    return Told(
        frozenset().union(*(part.values for part in parts)),
        frozenset().union(*(part.conditions for part in parts)),
        frozenset().union(*(part.pointers for part in parts)),
        frozenset().union(*(part.fixed for part in parts)),
    )


@dataclass(frozen=True)
class Relation:
    """A table, common table expression or subquery: its columns in order, and what lets its rows in.

    `below` are the tables whose rows they are, as their columns `*`.
    """

    columns: dict[str, Told]
    rows: frozenset[Column] = frozenset()
    below: frozenset[Column] = frozenset()


@dataclass
class Scope:
    """What names mean inside one select: its sources by alias, in order, then those of the query around it.

    `rows` is what lets rows into the select, `groups` what they are grouped by; `outer` are sources whose rows may be
    missing, with the columns that join them.
    """

    sources: dict[str, Relation] = field(default_factory=dict)
    ctes: dict[str, Relation] = field(default_factory=dict)
    around: Scope | None = None
    aliases: dict[str, Told] = field(default_factory=dict)
    rows: frozenset[Column] = frozenset()
    groups: frozenset[Column] = frozenset()
    outer: dict[str, frozenset[str]] = field(default_factory=dict)

    def column(self, name: str, source: str = "") -> Told:
        """A column by name, of one source or of whichever has it; raises LineageError where none has."""
        named = self.sources.get(source)
        found = named.columns.get(name) if named else None
        if found is None and not source:
            having = [relation.columns[name] for relation in self.sources.values() if name in relation.columns]
            found = together(*having) if having else self.aliases.get(name)
        if found is None and source:
            # A field of a struct: the column is what stands before the dot.
            found = self._found(source)
        if found is None and self.around:
            found = self.around.column(name, source)
        if found is None:
            raise LineageError(f"column {source + '.' if source else ''}{name} is not known")
        return found

    def _found(self, name: str) -> Told | None:
        return next((r.columns[name] for r in self.sources.values() if name in r.columns), None)

    def query(self, name: str) -> Relation | None:
        """A common table expression by name, of this query or of one around it."""
        return self.ctes.get(name) or (self.around.query(name) if self.around else None)

    def joined_by(self, column: str, source: str) -> Relation | None:
        """The source that a column joins from outside, as its key or a pointer: asking for null asks for the row."""
        names = [source] if source else [alias for alias, r in self.sources.items() if column in r.columns]
        if len(names) != 1 or names[0] not in self.outer:
            return None
        return self.sources[names[0]] if column in self.outer[names[0]] or is_pointer(("", column)) else None
