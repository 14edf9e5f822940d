"""Lives over several nights: what registers say of each child from a day on, the nights, and the cases after each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from tests.pipelines.models.support import LEDGER, Day, Province, Row, day, enrolment_row, registry_row

COUNTY_CODE = "990121"


class Lives:
    """Snapshot kinds told child by child: each delivery holds what was said last of everybody."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.said: dict[str, dict[str, dict[str, Row | None]]] = {}  # kind → day → who → row (None: gone)
        self.rows: dict[tuple[str, str], str] = {}  # (kind, who) of the last delivery → delivery#row

    def say(self, kind: str, on: Day, who: str, row: Row | None) -> None:
        self.said.setdefault(kind, {}).setdefault(str(on), {})[who] = row

    def pupil(self, who: Mapping[str, object], on: Day, **changes: object) -> None:
        """The enrolment row of a child from a delivery on."""
        self.say("enrolment", on, str(who["name"]), enrolment_row(who, **changes))

    def resident(self, who: Mapping[str, object], on: Day = "2025-08-25", **changes: object) -> None:
        """The registry row of a child from a delivery on."""
        self.say("registry", on, str(who["name"]), registry_row(who, **changes))

    def gone(self, kind: str, who: Mapping[str, object], on: Day) -> None:
        """The child's row is no longer delivered."""
        self.say(kind, on, str(who["name"]), None)

    def deliver(self) -> None:
        """Write the deliveries, oldest first."""
        for kind, days in self.said.items():
            known: dict[str, Row | None] = {}
            for on in sorted(days):
                known |= days[on]
                standing = {who: row for who, row in known.items() if row is not None}
                named = self.province.add(kind, *standing.values(), on=on, code=COUNTY_CODE)
                self.rows |= {(kind, who): row for who, row in zip(standing, named, strict=True)}


class Nights:
    """Nights run in order and what each left: `cases[night][child_id]` are a child's cases by episode."""

    def __init__(self, province: Province, nights: Iterable[Day], layers: Sequence[str] = LEDGER) -> None:
        self.province = province
        self.cases: dict[str, dict[str, list[dict]]] = {}
        self.events: dict[str, list[dict]] = {}
        self.verdicts: dict[str, dict[object, dict]] = {}
        self.tables: dict[str, dict[str, list[dict]]] = {}
        for night in nights:
            province.night(night, layers)
            self.keep(str(night))

    def keep(self, night: str) -> None:
        """Write down what the night left."""
        by_child: dict[str, list[dict]] = {}
        for row in self.province.rows("ledger.case_state"):
            by_child.setdefault(row["child_id"], []).append(row)
        self.cases[night] = {child: sorted(rows, key=lambda r: r["episode"]) for child, rows in by_child.items()}
        self.events[night] = self.province.rows("ledger.event_tonight")
        self.verdicts[night] = self.province.by("status.verdict", "child_id")

    def case(self, night: Day, who: Mapping[str, object] | str) -> dict:
        """The child's latest case after a night, `{}` without one."""
        child = who if isinstance(who, str) else str(who["citizen_number"])
        return (self.cases[str(night)].get(child) or [{}])[-1]

    def state(self, night: Day, who: Mapping[str, object] | str) -> str | None:
        """`suspected`, `verified`, the reason of the close, or None without a case; `#2` behind a second episode."""
        case = self.case(night, who)
        if not case:
            return None
        word = case["close_reason"] or case["state"]
        return word if case["episode"] == 1 else f"{word}#{case['episode']}"

    def story(self, who: Mapping[str, object] | str) -> list[str | None]:
        """The child's states night by night."""
        return [self.state(night, who) for night in self.cases]


def date(text: str) -> dt.date:
    """A date of 2025 from `MM-DD`."""
    return day(f"2025-{text}")
