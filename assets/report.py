"""The command `kongchuo report`: the report of a cycle for a unit, in the official layout."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assets.occasion import occasion
from assets.summary import MIN_WIDTH, published_night, wide_console
from pipelines.engine.snapshot import Snapshot
from pipelines.publish import export_log
from pipelines.publish.documents.cycles import cycle_named
from pipelines.publish.documents.report import Log, Reports

REPORTS = "reports"


def print_report(home: Path, cycle: str, unit: str, as_of: date | None, out: Path | None) -> None:
    """Write the report of a unit on a published night and print where it is (stdout)."""
    cycle_named(cycle)
    night = published_night(home, as_of)
    with Snapshot(night.report) as report, Snapshot(night.cases) as cases:
        reports = Reports(report, cases, night.as_of, _log(home))
        found = reports.unit(unit.strip())
        path = reports.write(cycle, found, out or reports.folder(cycle, found, home / REPORTS))
    wide_console(max(MIN_WIDTH, len(str(path)) + 20)).print(str(path), markup=False, highlight=False)


def write_reports(home: Path, cycle: str) -> list[Path]:
    """Write the reports of a cycle from the newest published night for every unit that makes one."""
    night = published_night(home, None)
    with Snapshot(night.report) as report, Snapshot(night.cases) as cases:
        return Reports(report, cases, night.as_of, _log(home)).write_all(cycle, home.absolute() / REPORTS)


def _log(home: Path) -> Log:
    return lambda entries: export_log.append(home, occasion("report"), entries)
