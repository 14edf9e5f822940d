"""What goes back to the agencies of a county: refused files, rejected rows, faults of citizen numbers (spec 2.3-2.5).

Read from a published night alone. A county gets what its own files are about, and of the files of its prefecture and
province the rows that are known to lie in it; a prefecture or province gets its own files. What has been replaced since
is not asked for again.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish.wording import SOURCE_ORDER
from schemas.sources import BY_LABEL, Source

_DIVISION = re.compile(r"(\d{6})(?:\d{3}|\d{6})?")

# Snapshots whose newest file takes the place of an older one only as far as it goes: school by school, department by
# department (spec 2.1). A refused one waits until a file of its own name is accepted.
_IN_PARTS = ("在校", "部门名单")
_WHOLE = tuple(label for label, source in BY_LABEL.items() if source.type == "snapshot" and label not in _IN_PARTS)

_UNITS = """
select unit_code, unit_level, unit_name, parent_code
from published.zeroing
where as_of = $as_of and line = 'school' and "group" = 'all'
"""

# Of every file its last version: in use, or refused and nothing accepted in its place since.
_FILES = """
with newest as (
    select delivery, version, kind, code, delivered_on, state, reason, "rows", rejected, in_use
    from quality.deliveries
    where as_of = $as_of
    qualify row_number() over (partition by delivery order by version desc) = 1
)

select d.delivery, d.version, d.kind, d.code, d.delivered_on, d.state, d.reason, d."rows", d.rejected
from newest as d
where d.code in (select unnest($codes)) and (d.in_use or d.state = 'refused') and not exists (
    select 1
    from newest as e
    where d.state = 'refused' and e.state = 'accepted' and e.kind = d.kind and e.code = d.code
        and e.delivery > d.delivery
        and (
            e.kind in (select unnest($whole))
            or e.kind in (select unnest($in_parts)) and split_part(e.delivery, '/', 2) = split_part(d.delivery, '/', 2)
        )
)
"""

_ROWS = """
select delivery, version, row_number, reason, "row"
from quality.rejected_rows
where as_of = $as_of and delivery in (select unnest($deliveries))
order by delivery, row_number
"""

_FAULTS = """
select f.delivery, f.row_number, f.kind, f.fault, f.agency, d.code
from restricted.id_faults as f
inner join (select distinct delivery, code from quality.deliveries where as_of = $as_of) as d on f.delivery = d.delivery
where f.as_of = $as_of and (d.code = $own or d.code in (select unnest($wide)) and f.county = $unit)
order by f.fault
"""


class TableReader(Protocol):
    """Whatever can answer a query over the tables of a published night."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`)."""
        ...


@dataclass(frozen=True)
class File:
    """A refused file."""

    kind: str
    delivery: str
    reason: str
    rows: int | None
    rejected: int | None


@dataclass(frozen=True)
class Rejected:
    """A rejected row with its cells as delivered, by standard header."""

    delivery: str
    row_number: int
    reason: str
    cells: Mapping[str, str | None]


@dataclass(frozen=True)
class Fault:
    """A fault of the citizen number on an accepted row."""

    kind: str
    delivery: str
    row_number: int
    fault: str


@dataclass
class Returned:
    """What one agency gets back; rows by kind. `wider`: deliveries among them that a unit above has sent."""

    agency: str
    files: list[File] = field(default_factory=list)
    rows: dict[str, list[Rejected]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    wider: set[str] = field(default_factory=set)

    @property
    def row_count(self) -> int:
        """Rejected rows of all kinds."""
        return sum(len(rows) for rows in self.rows.values())


@dataclass(frozen=True)
class Place:
    """A unit of the night, with what is known of the places in and above it.

    `code` has six digits, as in file names; `wide` are the codes of the units above it, `counties` says in which
    county each unit and school lies.
    """

    code: str
    name: str
    wide: tuple[str, ...]
    counties: Mapping[str, str]

    @property
    def unit_code(self) -> str:
        """Code with twelve digits."""
        return self.code.ljust(12, "0")

    def holds(self, source: Source, cells: Mapping[str, str | None]) -> bool:
        """Whether a row is known to lie here, by its division, else by its school."""
        for column in ("school_code", "division_code") if source.place == "school" else _PLACES:
            given = source.field(column)
            text = _plain(cells.get(given.header)) if given else ""
            if text:
                return self.counties.get(_unit(text)) == self.unit_code
        return False


_PLACES = ("household_division", "division_code", "unit_code", "school_code")


def _plain(cell: str | None) -> str:
    return unicodedata.normalize("NFKC", cell or "").strip(" '")


def _unit(text: str) -> str:
    """A division as its county-level code, which is all that matters here; a school (also of a class) as it is."""
    division = _DIVISION.fullmatch(text)
    return division[1].ljust(12, "0") if division else text.split("/", 1)[0]


def find_place(report: TableReader, as_of: date, code: str) -> Place:
    """The unit that a code of 6 or 12 digits means; raises KongchuoError where the night knows no such unit."""
    units = {row["unit_code"]: row for row in report.read(_UNITS, {"as_of": as_of}).iter_rows(named=True)}
    levels = ("county", "prefecture", "province")
    unit = units.get(code.ljust(12, "0")) if re.fullmatch(r"\d{6}(?:0{6})?", code) else None
    if unit is None or unit["unit_level"] not in levels:
        known = ", ".join(sorted(key[:6] for key, row in units.items() if row["unit_level"] == "county"))
        raise KongchuoError(
            f"The night {as_of} knows no county-level unit {code}; give one of its codes with --county: {known}."
        )
    return Place(
        unit["unit_code"][:6],
        unit["unit_name"],
        tuple(above[:6] for above in _above(units, unit["unit_code"])[1:]),
        {key: county for key in units if (county := _county(units, key))},
    )


def _above(units: Mapping[str, Mapping[str, Any]], code: str) -> list[str]:
    """The unit and those above it."""
    chain: list[str] = []
    here: str = code
    while here in units and here not in chain:
        chain.append(here)
        here = units[here]["parent_code"] or ""
    return chain


def _county(units: Mapping[str, Mapping[str, Any]], code: str) -> str | None:
    return next((above for above in _above(units, code) if units[above]["unit_level"] == "county"), None)


def returned(cases: TableReader, as_of: date, place: Place) -> list[Returned]:
    """What each agency gets back, in the order in which officials name the sources; who gets nothing is left out."""
    found: dict[str, Returned] = {}

    def of(agency: str) -> Returned:
        return found.setdefault(agency, Returned(agency))

    files = cases.read(
        _FILES,
        {"as_of": as_of, "codes": [place.code, *place.wide], "whole": list(_WHOLE), "in_parts": list(_IN_PARTS)},
    ).rows(named=True)
    for row in files:
        if row["state"] == "refused" and row["code"] == place.code:
            refused = File(row["kind"], row["delivery"], row["reason"], row["rows"], row["rejected"])
            of(BY_LABEL[row["kind"]].agency).files.append(refused)
    for file, rejected in _rejected(cases, as_of, place, files):
        back = of(BY_LABEL[file["kind"]].agency)
        back.rows.setdefault(file["kind"], []).append(rejected)
        if file["code"] != place.code:
            back.wider.add(file["delivery"])
    where = {"as_of": as_of, "own": place.code, "wide": list(place.wide), "unit": place.unit_code}
    for row in cases.read(_FAULTS, where).iter_rows(named=True):
        back = of(row["agency"])
        back.faults.append(Fault(row["kind"], row["delivery"], row["row_number"], row["fault"]))
        if row["code"] != place.code:
            back.wider.add(row["delivery"])
    for back in found.values():
        back.files.sort(key=lambda file: (SOURCE_ORDER.index(file.kind), file.delivery))
        back.rows = {kind: back.rows[kind] for kind in SOURCE_ORDER if kind in back.rows}
        back.faults.sort(key=lambda fault: (SOURCE_ORDER.index(fault.kind), fault.delivery, fault.row_number))
    agencies = list(dict.fromkeys(BY_LABEL[kind].agency for kind in SOURCE_ORDER))
    return sorted(found.values(), key=lambda back: agencies.index(back.agency))


def _rejected(
    cases: TableReader, as_of: date, place: Place, files: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], Rejected]]:
    """File and row of every rejected row that is to be corrected here."""
    wanted = {(row["delivery"], row["version"]): row for row in files if row["rejected"]}
    own_newest: dict[str, date] = {}
    for row in files:
        if row["code"] == place.code and row["state"] == "accepted" and row["kind"] in _WHOLE:
            own_newest[row["kind"]] = max(row["delivered_on"], own_newest.get(row["kind"], row["delivered_on"]))
    names = sorted({delivery for delivery, _ in wanted})
    found = []
    for row in cases.read(_ROWS, {"as_of": as_of, "deliveries": names}).iter_rows(named=True):
        file = wanted.get((row["delivery"], row["version"]))
        if file is None:
            continue
        cells: dict[str, str | None] = json.loads(row["row"])
        if file["code"] != place.code:
            # A wider file that the county's own has taken the place of asks it for nothing.
            replaced = own_newest.get(file["kind"], date.min) >= file["delivered_on"]
            if replaced or not place.holds(BY_LABEL[file["kind"]], cells):
                continue
        found.append((file, Rejected(row["delivery"], row["row_number"], row["reason"], cells)))
    return found
