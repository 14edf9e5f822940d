"""Somebody who wants to know what the public files do not say (6.3): every equation and bound that ties their cells.

He has `report.duckdb` of every night. A hidden cell of a village or school is an unknown, at least 0; every total,
identity, flag and night before narrows it. Where only one number is left, he knows it. He is credulous: he takes it
that nothing is placed at a township or county itself, so that the parts make up the whole; a contradiction teaches him
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

Cell = tuple[str, ...]
"""night, table, unit, the other parts of the key, column."""

SMALL = ("village", "school")
FOREVER = float("inf")

COUNTS = {
    "zeroing": (
        ("line", "group"),
        *("open_at_start", "opened", "relapsed", "closed", "open_at_end", "suspected_open", "verified_open"),
        *("overdue", "ever_opened", "ever_closed"),
    ),
    "closures": (("line", "close_reason"), "closed_today", "closed_this_school_year", "closed_to_date"),
    "deadlines": (("deadline",), "due", "overdue"),
    "monthly_six": (("month", "stage"), "suspected", "verified", "returned"),
    "dropout_rate": (("school_year", "stage", "variant"), "numerator", "denominator"),
    "retention": (
        ("school_year", "indicator", "variant"),
        *("numerator", "entrants", "transfers_in", "transfers_out", "deaths", "denominator", "transfers_unmatched"),
    ),
    "enrolment_rate": (("school_year", "indicator", "group"), "numerator", "denominator"),
    "handover": ((), "leavers", "arrived", "pending", "lost"),
    "integrity": (("month", "measure"), "value", "base"),
}
"""Table → the parts of its key beside the unit, and its counts."""

SUMMED_ALARMS = ("zero_after_nonzero", "closings_bunched", "closings_undone", "paper_returns")
"""Alarms of a township that count what the schools count, and the cases without a school."""


@dataclass
class Attack:
    """What is known of every cell: `low`, `high`; `ties` are sums of cells with what they lie between."""

    low: dict[Cell, float] = field(default_factory=dict)
    high: dict[Cell, float] = field(default_factory=dict)
    ties: list[tuple[list[tuple[Cell, int]], float, float]] = field(default_factory=list)
    alone: set[Cell] = field(default_factory=set)
    hidden: set[Cell] = field(default_factory=set)

    def read(self, reports: Sequence[Path]) -> None:
        """Take in the reports of nights, in their order."""
        before: str | None = None
        for path in reports:
            with duckdb.connect(str(path), read_only=True) as report:
                night = str(report.sql("select min(as_of) from published.zeroing").fetchall()[0][0])
                self._night(report, night)
            self._rows(night)
            if before:
                self._since(before, night)
            before = night

    def known(self) -> dict[Cell, int]:
        """The hidden cells of which one number is left."""
        self._narrow()
        return {c: int(self.low[c]) for c in self.hidden if self.low[c] == self.high[c]}

    def _night(self, report: duckdb.DuckDBPyConnection, night: str) -> None:
        tree = report.sql(
            "select distinct unit_code, unit_level, parent_code, line from published.zeroing where \"group\" = 'all'"
        ).fetchall()
        level = {unit: kind for unit, kind, _, _ in tree}
        above = {unit: parent for unit, _, parent, _ in tree}
        below: dict[tuple[str, str], list[str]] = defaultdict(list)
        for unit, _, parent, line in tree:
            below[parent, line].append(unit)
        for table, (parts, *columns) in COUNTS.items():
            self._table(report, night, table, parts, columns, level, above)
        for unit, kind, subject, measure in report.sql(
            "select unit_code, unit_level, subject, measure from published.accountability"
        ).fetchall():
            if kind in SMALL and measure == "overdue_cases":
                line = "household" if kind == "village" else "school"
                self._at_least((night, "zeroing", unit, line, "all", "overdue"), 1)
            elif kind in SMALL and measure == "dropout_rate":
                year = next(iter({c[3] for c in self.low if c[1] == "dropout_rate"}))
                self._at_least((night, "dropout_rate", unit, year, subject, "event", "numerator"), 1)

    def _table(
        self,
        report: duckdb.DuckDBPyConnection,
        night: str,
        table: str,
        parts: Sequence[str],
        columns: Sequence[str],
        level: dict[str, str],
        above: dict[str, str],
    ) -> None:
        key = "".join(f', "{part}"' for part in parts)
        shown = report.sql(
            f"select unit_code, unit_level, parent_code, suppressed{key}, {', '.join(columns)} from published.{table}"
        ).fetchall()
        rows = {(row[0], *row[4 : 4 + len(parts)]): row for row in shown}
        levels = {row[1] for row in shown}
        children: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for row in shown:
            parent = row[2]
            while parent is not None and level.get(parent) not in levels:
                parent = above.get(parent)
            if parent is not None:
                children[(parent, *row[4 : 4 + len(parts)])].append(row[0])
        for (unit, *rest), row in rows.items():
            for column, value in zip(columns, row[4 + len(parts) :], strict=True):
                cell = (night, table, unit, *map(str, rest), column)
                self._cell(table, cell, row[1], value, hidden=row[3])
        for (parent, *rest), inside in children.items():
            total = rows.get((parent, *rest))
            if total is None or (table == "integrity" and rest[1] not in SUMMED_ALARMS):
                continue
            small = [unit for unit in inside if rows[unit, *rest][1] in SMALL]
            for column, value in zip(columns, total[4 + len(parts) :], strict=True):
                if value is None:
                    continue
                cells = [(night, table, unit, *map(str, rest), column) for unit in inside]
                if all(cell in self.low for cell in cells):
                    least = 0.0 if table == "integrity" else float(value)
                    self._tie([(cell, 1) for cell in cells], least, float(value))
                if len(small) == 1:
                    self.alone |= {cell for cell in cells if cell in self.hidden}

    def _cell(self, table: str, cell: Cell, kind: str, value: float | None, *, hidden: bool) -> None:
        if value is not None:
            self.low[cell] = self.high[cell] = float(value)
        elif hidden and kind in SMALL:
            self.low[cell] = -FOREVER if "flow" in cell or (table == "retention" and "denominator" in cell) else 0.0
            self.high[cell] = FOREVER
            self.hidden.add(cell)

    def _at_least(self, cell: Cell, number: float) -> None:
        if cell in self.low:
            self.low[cell] = max(self.low[cell], number)

    def _tie(self, terms: list[tuple[Cell, int]], low: float, high: float) -> None:
        if any(cell in self.hidden for cell, _ in terms) and all(cell in self.low for cell, _ in terms):
            self.ties.append((terms, low, high))

    def _equal(self, whole: Cell, parts: Iterable[Cell]) -> None:
        self._tie([(whole, -1), *((part, 1) for part in parts)], 0.0, 0.0)

    def _at_most(self, part: Cell, whole: Cell) -> None:
        self._tie([(whole, 1), (part, -1)], 0.0, FOREVER)

    def _rows(self, night: str) -> None:
        """What the cells of one night have to do with each other."""
        rows: dict[tuple[str, ...], set[Cell]] = defaultdict(set)
        for cell in self.hidden:
            if cell[0] == night:
                rows[cell[:-1]].add(cell)
        reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows:
            if row[1] == "closures":
                reasons[row[2], row[3]].append(row[4])
        for row in rows:
            _, table, unit, *rest = row
            if table == "zeroing":
                self._balance(row, reasons)
            elif table == "closures":
                self._at_most((*row, "closed_today"), (*row, "closed_this_school_year"))
                self._at_most((*row, "closed_this_school_year"), (*row, "closed_to_date"))
            elif table == "deadlines":
                everybody = (night, "zeroing", unit, "household", "all")
                self._at_most((*row, "overdue"), (*row, "due"))
                self._at_most((*row, "due"), (*everybody, "open_at_end"))
                self._at_most((*row, "overdue"), (*everybody, "overdue"))
            elif table == "monthly_six":
                everybody = (night, "zeroing", unit, "school", "all")
                self._at_most((*row, "suspected"), (*everybody, "suspected_open"))
                self._at_most((*row, "verified"), (*everybody, "verified_open"))
                self._at_most((*row, "returned"), (*everybody, "ever_closed"))
            elif table == "retention":
                self._cohort(row)
            elif table == "enrolment_rate":
                year, indicator, group = rest
                if indicator != "junior_gross_enrolment":
                    self._at_most((*row, "numerator"), (*row, "denominator"))
                for column in ("numerator", "denominator"):
                    of = (night, table, unit, year, indicator)
                    if group == "all":
                        self._equal((*row, column), [(*of, "male", column), (*of, "female", column)])
                    else:
                        self._at_most((*row, column), (*of, "all", column))
            elif table == "handover":
                self._equal((*row, "leavers"), [(*row, c) for c in ("arrived", "pending", "lost")])
            elif table == "integrity" and rest[1] == "paper_returns":
                self._at_most((*row, "base"), (night, "zeroing", unit, "school", "all", "open_at_end"))
                self._at_least((*row, "value"), 0)

    def _balance(self, row: tuple[str, ...], reasons: dict[tuple[str, str], list[str]]) -> None:
        night, _, unit, line, group = row
        end = (*row, "open_at_end")
        self._tie(
            [
                ((*row, "open_at_start"), 1),
                ((*row, "opened"), 1),
                ((*row, "relapsed"), 1),
                ((*row, "closed"), -1),
                (end, -1),
            ],
            0.0,
            0.0,
        )
        self._equal(end, [(*row, "suspected_open"), (*row, "verified_open")])
        self._equal((*row, "ever_opened"), [(*row, "ever_closed"), end])
        self._at_most((*row, "overdue"), end)
        self._at_most((*row, "closed"), (*row, "open_at_start"))
        if group == "poor":
            for column in COUNTS["zeroing"][1:]:
                self._at_most((*row, str(column)), (night, "zeroing", unit, line, "all", str(column)))
        elif reasons[unit, line]:
            closed = [(night, "closures", unit, line, reason) for reason in reasons[unit, line]]
            self._equal((*row, "closed"), [(*c, "closed_today") for c in closed])
            self._equal((*row, "ever_closed"), [(*c, "closed_to_date") for c in closed])

    def _cohort(self, row: tuple[str, ...]) -> None:
        night, table, unit, year, indicator, variant = row
        plain = (night, table, unit, year, indicator, "national")
        if variant == "national":
            self._equal((*row, "denominator"), [(*row, "entrants")])
            return
        for column in ("numerator", "entrants", "transfers_in", "transfers_out", "deaths", "transfers_unmatched"):
            self._equal((*plain, column), [(*row, column)])
        if variant == "adjusted":
            terms = [((*row, "entrants"), 1), ((*row, "transfers_in"), 1), ((*row, "transfers_out"), -1)]
            self._tie([*terms, ((*row, "denominator"), -1)], 0.0, 0.0)

    def _since(self, before: str, night: str) -> None:
        """What the night has to do with the one before it, shown or hidden."""
        for cell in [c for c in self.low if c[0] == night and c[1] in ("zeroing", "closures")]:
            _, table, *key, column = cell
            old = (before, table, *key)
            row = (night, table, *key)
            if column == "open_at_start":
                self._equal(cell, [(*old, "open_at_end")])
            elif column == "ever_opened":
                self._equal(cell, [(*old, column), (*row, "opened"), (*row, "relapsed")])
            elif column == "ever_closed":
                self._equal(cell, [(*old, column), (*row, "closed")])
            elif column == "closed_to_date" and (*old, column) in self.low:
                self._equal(cell, [(*old, column), (*row, "closed_today")])

    def _narrow(self) -> None:
        """Bounds from ties, again and again, until nothing is learned."""
        of: dict[Cell, list[int]] = defaultdict(list)
        for number, (terms, _, _) in enumerate(self.ties):
            for cell, _ in terms:
                if cell in self.hidden:
                    of[cell].append(number)
        waiting = list(range(len(self.ties)))
        queued = set(waiting)
        while waiting:
            number = waiting.pop()
            queued.discard(number)
            for cell in self._learn(*self.ties[number]):
                for other in of[cell]:
                    if other not in queued:
                        queued.add(other)
                        waiting.append(other)

    def _learn(self, terms: list[tuple[Cell, int]], low: float, high: float) -> list[Cell]:
        """Narrow the cells of one tie; those that were."""
        least = [self.low[c] if sign > 0 else -self.high[c] for c, sign in terms]
        most = [self.high[c] if sign > 0 else -self.low[c] for c, sign in terms]
        learned = []
        for i, (cell, sign) in enumerate(terms):
            if cell not in self.hidden:
                continue
            top = high - sum(least[:i]) - sum(least[i + 1 :])
            bottom = low - sum(most[:i]) - sum(most[i + 1 :])
            new_low, new_high = (bottom, top) if sign > 0 else (-top, -bottom)
            new_low, new_high = max(new_low, self.low[cell]), min(new_high, self.high[cell])
            if new_low <= new_high and (new_low, new_high) != (self.low[cell], self.high[cell]):
                self.low[cell], self.high[cell] = new_low, new_high
                least[i], most[i] = (new_low, new_high) if sign > 0 else (-new_high, -new_low)
                learned.append(cell)
        return learned
