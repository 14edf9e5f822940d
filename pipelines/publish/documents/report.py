"""Writes the report of a cycle for a unit from the databases of a published night, and reads it back (四个一)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import KongchuoError
from pipelines.publish.documents.cycles import TERM_START, Cycle, Period, check_level, cycle_named, due_on
from pipelines.publish.documents.document import Document
from pipelines.publish.documents.periodic import document_of
from pipelines.publish.documents.read import read_document
from pipelines.publish.documents.school import school_report
from pipelines.publish.export_log import Exported, exported_file
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.readback import read_back
from pipelines.publish.reader import TableReader

_HAS = "select 1 from information_schema.tables where table_schema = 'published' and table_name = 'cycle'"
_UNITS = """
select distinct unit_code, unit_level, unit_name, parent_code from published.zeroing
where as_of = $as_of and unit_level <> 'village'
"""
_PERIODS = """
select unit_code, period, from_date, to_date from published.cycle
where as_of = $as_of and line = 'household' and "group" = 'all' and cycle = $cycle
"""
_HEADLINE = "select indicator, variant from published.indicator where as_of = $as_of and headline"

Log = Callable[[list[Exported]], None]


@dataclass(frozen=True)
class Unit:
    """A unit that may report."""

    code: str
    level: str
    name: str
    parent: str | None

    @property
    def short(self) -> str:
        """Its code as files name it: 6 digits, 9 of a township, 10 of a school."""
        return self.code[:9] if self.level == "township" else self.code[:6] if self.level != "school" else self.code


class Reports:
    """The reports of one published night; `report` and `cases` answer for its two databases.

    `log` takes what is not public before it is handed over (spec 6.3).
    """

    def __init__(self, report: TableReader, cases: TableReader, as_of: dt.date, log: Log) -> None:
        if report.read(_HAS).is_empty():
            raise KongchuoError(
                f"The night {as_of} was published without published.cycle; run it again to report on it."
            )
        self._report, self._cases, self.as_of, self._log = report, cases, as_of, log
        self._night = ReportNight(report, as_of, _policy(report, as_of))
        self.units = {row[0]: Unit(*row) for row in report.read(_UNITS, {"as_of": as_of}).sort("unit_code").rows()}
        self._periods: dict[str, dict[str, Period]] = {}

    def unit(self, code: str) -> Unit:
        """The unit of a code (2 to 12 digits, a school 10); raises KongchuoError where the night knows none."""
        found = self.units.get(code if len(code) == 10 else code.ljust(12, "0"))
        if found is None:
            raise KongchuoError(f"The night {self.as_of} knows no unit {code}; take a code from published.zeroing.")
        return found

    def period(self, cycle: Cycle, unit: Unit) -> Period:
        """The period of a cycle in which the night lies; raises KongchuoError where the calendar (校历) says none."""
        if cycle.counted not in self._periods:
            rows = self._report.read(_PERIODS, {"as_of": self.as_of, "cycle": cycle.counted}).rows()
            self._periods[cycle.counted] = {code: Period(*period) for code, *period in rows}
        known = self._periods[cycle.counted]
        place: str | None = unit.code
        while place is not None and place not in known:
            # A school, or a township of the school line alone, is in the period of the unit that it lies in.
            place = self.units[place].parent if place in self.units else None
        if place is None:
            raise KongchuoError(
                f"No term of the calendar (校历) covers {self.as_of} for {unit.name}; "
                "deliver its 校历 and run the night again."
            )
        return known[place]

    def write(self, name: str, unit: Unit, folder: Path) -> Path:
        """Write the report of a cycle for a unit into a folder; returns the file.

        A school's report holds small counts and is for its owner alone. The file is there in one step, and only if
        every figure in it is that of the databases. The same night gives the same bytes.
        """
        cycle = cycle_named(name)
        check_level(cycle, unit.level, unit.name)
        period = self.period(cycle, unit)
        document = self._document(cycle, unit, period)
        path = folder / self._file(cycle, unit, period)
        with _one_step(path, 0o600 if unit.level == "school" else 0o644) as aside:
            document.write(aside)
            databases = {"published": self._report, "restricted": self._cases, "quality": self._cases}
            read_back(folder, document.blocks(aside.name), databases, {".docx": read_document}, self.as_of)
            if unit.level == "school":
                # Inside the step: what cannot be logged is not handed out.
                self._log([exported_file(aside, "report", self.as_of, unit.code, "masked", name=path.name)])
        return path

    def write_all(self, name: str, root: Path) -> list[Path]:
        """Write the report of a cycle for every unit that makes one, under `root/<cycle>/<period>`.

        Of the beginning of a term those that fall due by the morning after the night and are not there yet. A unit
        without a term in 校历 has no report of one; `published.source_status` says that its calendar is missing.
        """
        cycle = cycle_named(name)
        return [
            self.write(name, unit, self.folder(name, unit, root))
            for unit in self.units.values()
            if unit.level in cycle.levels
            and self._has_period(cycle, unit)
            and (name != TERM_START or self._falls_due(unit, root))
        ]

    def folder(self, name: str, unit: Unit, root: Path) -> Path:
        """Where the report of a cycle stands: `root/<cycle>/<period>`."""
        cycle = cycle_named(name)
        stamp = self.as_of.isoformat() if cycle.name == "day" else self.period(cycle, unit).code
        return root / cycle.name / stamp

    def _falls_due(self, unit: Unit, root: Path) -> bool:
        """Whether the report at the beginning of a term is due tomorrow at the latest and was not written yet."""
        cycle = cycle_named(TERM_START)
        period = self.period(cycle, unit)
        due = due_on(unit.level, period.first) - dt.timedelta(days=1) <= self.as_of <= period.last
        return due and not (self.folder(TERM_START, unit, root) / self._file(cycle, unit, period)).exists()

    def _has_period(self, cycle: Cycle, unit: Unit) -> bool:
        try:
            self.period(cycle, unit)
        except KongchuoError:
            return False
        return True

    def _file(self, cycle: Cycle, unit: Unit, period: Period) -> str:
        stamp = self.as_of.isoformat() if cycle.name in ("day", "week") else period.code
        return f"{document_name(cycle, unit)}_{unit.short}_{stamp}.docx"

    def _document(self, cycle: Cycle, unit: Unit, period: Period) -> Document:
        if unit.level == "school":
            return school_report(self._cases, self.as_of, cycle, unit.code, unit.name, period)
        return document_of(self._night, cycle, Scope(unit.code, unit.level, unit.name), period)


def document_name(cycle: Cycle, unit: Unit) -> str:
    """What the file of a cycle is called."""
    return "控辍保学月报告" if unit.level == "school" and cycle.name == "month" else cycle.title


def _policy(report: TableReader, as_of: dt.date) -> Mapping[str, Mapping[str, str]]:
    """The variants that the night published first, as policy said then."""
    headline = dict(report.read(_HEADLINE, {"as_of": as_of}).rows())
    return {
        "rates": {"dropout_variant": headline["dropout_rate"], "retention_variant": headline["nine_year"]},
    }


@contextmanager
def _one_step(path: Path, mode: int) -> Iterator[Path]:
    """A file written aside that takes its place in one step, or leaves nothing behind."""
    aside = path.with_name(f".{path.name}.new.docx")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield aside
        aside.chmod(mode)
        aside.replace(path)
    except OSError as error:
        raise KongchuoError(
            f"The folder {path.parent} cannot be written ({error.strerror}); give another with --out."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
