"""What an operator reads after a night: its table by county, where things are, and how the sources stand.

Read from the published databases alone, never from the warehouse, which one process holds while a night runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish.expectations.report import told
from pipelines.publish.folder import nights, published_root
from pipelines.publish.reader import PublishedNight

MIN_WIDTH = 120
REPORT, CASES = "report.duckdb", "cases.duckdb"

_STATES = """
select kind, state, count(*) as places, min(delivered_on) as oldest, string_agg(distinct reason, '; ') as reasons
from published.source_status
where as_of = $as_of
group by kind, state
order by kind, state
"""

_CHECKS = """
select "check", table_name, verdict, severity, "count", message, sample, action, waived_by, waived_until
from quality.checks
where as_of = $as_of and verdict <> 'pass' and not starts_with("check", 'source_')
order by list_position(['stop', 'mark', 'note'], severity), verdict, table_name, "check"
"""


@dataclass(frozen=True)
class Published:
    """One published night on disk."""

    as_of: date
    folder: Path

    @property
    def report(self) -> Path:
        """The public database."""
        return self.folder / REPORT

    @property
    def cases(self) -> Path:
        """The restricted database."""
        return self.folder / CASES

    @property
    def files(self) -> list[Path]:
        """What officials open, workbooks first."""
        return sorted((self.folder / "reports").glob("*.*"), key=lambda path: (path.suffix != ".xlsx", path.name))


def current_night(home: Path) -> Published:
    """The newest published night of a home; raises KongchuoError where there is none."""
    current = home.absolute() / "published" / "current"
    try:
        # The link names the night; what that in turn points to is the business of whoever publishes.
        name = current.readlink().name
        return Published(date.fromisoformat(name), current.with_name(name))
    except (OSError, ValueError) as error:
        raise KongchuoError(
            f"No night has been published in {home}; run one with `kongchuo run`, or give another folder with --home."
        ) from error


def published_night(home: Path, as_of: date | None) -> Published:
    """The night asked for, else the newest; raises KongchuoError where it is not there."""
    newest = current_night(home)
    if as_of is None:
        return newest
    if as_of not in nights(home):
        raise KongchuoError(
            f"The night {as_of} has not been published in {home}; the newest is {newest.as_of}, "
            "run the other with `kongchuo run`."
        )
    return Published(as_of, published_root(home.absolute()) / as_of.isoformat())


def print_last_night(home: Path) -> None:
    """Print the newest night by county and where its files are (stdout)."""
    console = wide_console()
    night = current_night(home)
    with Snapshot(night.report) as report:
        console.print(county_table(PublishedNight(report, night.as_of)))
    _print_places(console, night)


def county_table(night: PublishedNight) -> Table:
    """The ledger of the government line and the headline rates, one row per county-level unit and the province."""
    table = Table(title=f"Night of {night.as_of}", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("County", no_wrap=True)
    for heading in ("Open at start", "Opened", "Relapsed", "Closed", "Open at end"):
        table.add_column(heading, justify="right")
    table.add_column("Zeroed since", justify="right", no_wrap=True, min_width=10)
    for heading in ("Dropout primary %", "Dropout junior %", "Nine-year retention %"):
        table.add_column(heading, justify="right", min_width=11)
    dropout = {(row["unit_code"], row["stage"]): row["rate"] for row in night.dropout().rows(named=True)}
    retention = {row["unit_code"]: row["rate_shown"] for row in night.retention().rows(named=True)}
    units = [unit for unit in night.units() if unit.level in ("province", "county")]
    for unit in sorted(units, key=lambda unit: (unit.level == "province", unit.code)):
        b = unit.everyone
        table.add_row(
            unit.name,
            *(str(n) for n in (b.open_at_start, b.opened, b.relapsed, b.closed, b.open_at_end)),
            str(b.zeroed_since) if b.zeroed else "no",
            _rate(dropout.get((unit.code, "primary"))),
            _rate(dropout.get((unit.code, "junior"))),
            _rate(retention.get(unit.code)),
            style="bold" if unit.level == "province" else None,
        )
    return table


def print_status(home: Path) -> None:
    """Print the newest night, the state of every kind of source, checks that did not pass, and where things are."""
    console = wide_console()
    night = current_night(home)
    console.print(f"Last night published: [bold]{night.as_of}[/bold]")
    with Snapshot(night.report) as report:
        console.print(_source_table(report, night.as_of))
    with Snapshot(night.cases) as cases:
        # How the sources stand is said by the table above.
        checks = cases.read(_CHECKS, {"as_of": night.as_of}).rows(named=True)
    if not checks:
        console.print("Checks of the tables: all passed")
    for check in checks:
        waived = f" [豁免：{check['waived_by']}，至 {check['waived_until']}]" if check["waived_by"] else ""
        console.print(
            f"{check['severity'].upper()} {check['table_name']}: {check['message']} {check['action'] or ''}".rstrip()
            + waived,
            markup=False,
        )
        for key in check["sample"] or ():
            console.print(f"     {key}", markup=False, highlight=False, soft_wrap=True)
    _print_places(console, night)
    console.print(report_line(night), markup=False, highlight=False, soft_wrap=True)


def report_line(night: Published) -> str:
    """Where the report on the night's data is and what it comes to, or that there is none."""
    found = told(night.folder)
    if found is None:
        return f"{'quality':>9}  no report on the data of this night yet: kongchuo suites --as-of {night.as_of}"
    return f"{'quality':>9}  {found.page} ({found.not_met} of {found.expectations} expectations not met)"


def _source_table(report: Snapshot, as_of: date) -> Table:
    """One row per kind: in how many county-level units it is in force, stale, missing, refused."""
    table = Table(title="Sources, in how many county-level units", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Kind")
    states = ("in_force", "stale", "missing", "refused")
    for heading in ("In force", "Stale", "Missing", "Refused"):
        table.add_column(heading, justify="right")
    table.add_column("Oldest")
    table.add_column("Why refused")
    kinds: dict[str, dict[str, dict[str, object]]] = {}
    for row in report.read(_STATES, {"as_of": as_of}).rows(named=True):
        kinds.setdefault(row["kind"], {})[row["state"]] = row
    for kind, rows in kinds.items():
        oldest = min((str(row["oldest"]) for row in rows.values() if row["oldest"] is not None), default="")
        reasons = rows.get("refused", {}).get("reasons")
        table.add_row(kind, *(str(rows[s]["places"]) if s in rows else "" for s in states), oldest, str(reasons or ""))
    return table


def _print_places(console: Console, night: Published) -> None:
    """Where a reader finds the night; one path a line, so that it can be copied."""
    for path in night.files:
        console.print(f"{'workbook' if path.suffix == '.xlsx' else 'page':>9}  {path}", markup=False, highlight=False)
    for label, path in (("database", night.report), ("cases", night.cases)):
        console.print(f"{label:>9}  {path}", markup=False, highlight=False)


def wide_console(least: int = MIN_WIDTH) -> Console:
    """Standard output, never so narrow (a pipe, a log) that numbers would be cut."""
    return Console(width=max(Console().width, least), soft_wrap=True)


def _rate(value: object) -> str:
    """A rate as published; blank for 0/0 and where there are no statistics."""
    return "" if value is None else str(value)
