"""The command `kongchuo`: run a night, replay nights, say how things stand, hand back what is wrong, explain a child.

Dagster, Polars and DuckDB are imported inside the commands that need them: `kongchuo --help` answers at once.
Exit status: 0 done, 1 a blocking check failed (nothing was published), 2 something the caller can mend, 70 a fault of
the program.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import KongchuoError, NightBlocked

if TYPE_CHECKING:
    from assets.logs import Form
    from pipelines.engine.protocol import Machine

app = typer.Typer(
    name="kongchuo",
    help="控辍: the nightly dropout-control ledger, its indicators and reports.",
    no_args_is_help=True,
    add_completion=False,
    # An unforeseen error is for whoever mends the program: a plain trace says it without the values of variables,
    # which hold children's data.
    pretty_exceptions_enable=False,
)

BLOCKED = 1
REFUSED = 2
FAULT = 70

AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The night: its business date.")]
# `readable=False`: whether a path can be used is said in our own sentence, not on typer's page of usage.
Landing = Annotated[
    Path, typer.Option("--landing", readable=False, help="Folder of deliveries, one folder per date in it.")
]
Home = Annotated[
    Path, typer.Option("--home", readable=False, help="Folder of the warehouse and of all published nights.")
]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", readable=False, help="Numbers that the province sets (policy.toml).")
]
WaiverFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        envvar="KONGCHUO_WAIVERS",
        readable=False,
        help="Accepted checks; default <home>/waivers.toml, where it is.",
    ),
]
Plain = Annotated[bool, typer.Option("--plain", help="Call the steps directly, without Dagster: the same tables.")]
LogForm = Annotated[
    str, typer.Option("--log", envvar="KONGCHUO_LOG", help="progress (for people), text or json (a line a step).")
]
EngineName = Annotated[
    str, typer.Option("--engine", help="What runs the models: duckdb (default) or spark (KONGCHUO_ENGINE).")
]
Master = Annotated[
    str, typer.Option("--master", help="Spark: local[N] or spark://host:port; default local[*] (KONGCHUO_MASTER).")
]
Shared = Annotated[
    str, typer.Option("--shared", help="Spark: folder that all its workers see by this path (KONGCHUO_SHARED).")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing: say which published figures would change.")]
Suites = Annotated[bool, typer.Option("--suites", help="After the last night: hold it against its suites, a report.")]
Dates = Annotated[
    Path | None, typer.Option("--dates", readable=False, help="File with one night (YYYY-MM-DD) per line.")
]
Night = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The night; default: the newest published.")
]
County = Annotated[
    str, typer.Option("--county", help="County-level code, 6 or 12 digits; a prefecture or province: its own files.")
]
Out = Annotated[
    Path | None, typer.Option("--out", readable=False, help="Folder for the workbooks; default <home>/returns/<night>.")
]
ChildOrCase = Annotated[str, typer.Argument(metavar="CHILD_KEY_OR_CASE_ID", help="child_key, or case_id of a case.")]
Full = Annotated[bool, typer.Option("--full", help="Names, numbers and telephones in full, for the visit itself.")]
StoryFile = Annotated[Path | None, typer.Option("--out", readable=False, help="Write the story to this text file too.")]
ModelOut = Annotated[
    Path | None, typer.Option("--out", readable=False, help="File of the model; default <home>/matching_model.json.")
]
FigureName = Annotated[str, typer.Argument(metavar="FIGURE", help="retention, dropout, or an indicator's name.")]
UnitCode = Annotated[str, typer.Option("--unit", help="Division (2 to 12 digits) or school (10 digits).")]
CycleName = Annotated[str, typer.Option("--cycle", help="day, week, month, quarter, term, year or term-start.")]
ReportOut = Annotated[
    Path | None, typer.Option("--out", readable=False, help="Folder; default <home>/reports/<cycle>/<period>.")
]
ListChildren = Annotated[bool, typer.Option("--list", help="The children behind it too, by child_key (restricted).")]
DataFile = Annotated[str, typer.Option("--file", help="report, cases, history or case_history.")]
ExportOut = Annotated[Path, typer.Option("--out", readable=False, help="Folder to write to, made for you alone.")]
Masked = Annotated[bool, typer.Option("--masked", help="The copies for meetings instead of the full ones.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", readable=False, help="File with a password that Excel and WPS will ask for."),
]
Recipients = Annotated[
    list[str] | None, typer.Option("--age-recipient", help="Public key of age (age1…); may be given again.")
]
Unencrypted = Annotated[bool, typer.Option("--unencrypted", help="Guarded by the permission of the file alone.")]
BackupOut = Annotated[Path, typer.Option("--out", readable=False, help="File to write: .tar, or .tar.gz (smaller).")]
BackupFile = Annotated[Path, typer.Option("--file", readable=False, help="File that `kongchuo backup` wrote.")]
WithoutPublished = Annotated[bool, typer.Option("--without-published", help="Leave out nights that can be replayed.")]
Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="From this day on.")]
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First night, with --to.")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last night, with --from.")]


@contextmanager
def said_in_one_sentence() -> Iterator[None]:
    """Turn what a caller can mend into one sentence on stderr and an exit status."""
    try:
        yield
    except NightBlocked as error:
        typer.echo(f"kongchuo: {error}", err=True)
        raise typer.Exit(BLOCKED) from error
    except KongchuoError as error:
        typer.echo(f"kongchuo: {error}", err=True)
        raise typer.Exit(REFUSED) from error


@app.command()
def run(
    as_of: AsOf,
    landing: Landing,
    home: Home,
    policy: PolicyFile = None,
    waivers: WaiverFile = None,
    plain: Plain = False,
    log: LogForm = "progress",
    suites: Suites = False,
    engine: EngineName = "",
    master: Master = "",
    shared: Shared = "",
) -> None:
    """Run one night and publish it."""
    with said_in_one_sentence():
        machine = _machine(engine, master, shared)
        _run_nights([as_of.date()], landing, home, policy, waivers, machine, plain=plain, suites=suites, log=log)


@app.command()
def replay(
    landing: Landing,
    home: Home,
    dates: Dates = None,
    first: First = None,
    last: Last = None,
    policy: PolicyFile = None,
    waivers: WaiverFile = None,
    plain: Plain = False,
    log: LogForm = "progress",
    suites: Suites = False,
    dry_run: DryRun = False,
    engine: EngineName = "",
    master: Master = "",
    shared: Shared = "",
) -> None:
    """Run several nights in order: those of a file, or every day from one date to another."""
    with said_in_one_sentence():
        nights = _nights_of(dates, first, last)
        machine = _machine(engine, master, shared)
        if not dry_run:
            _run_nights(nights, landing, home, policy, waivers, machine, plain=plain, suites=suites, log=log)
            return
        from assets.environment import secret_from_environment

        secret = secret_from_environment()
        from assets.rehearsing import print_rehearsal

        print_rehearsal(nights, landing, home, policy, waivers, secret, machine)


@app.command()
def suites(home: Home, as_of: Night = None, policy: PolicyFile = None, waivers: WaiverFile = None) -> None:
    """Hold a published night against what is expected of it and of the nights before; writes the report on its data."""
    with said_in_one_sentence():
        from assets.expecting import print_suites

        print_suites(home, as_of.date() if as_of else None, policy, waivers)


@app.command()
def status(home: Home) -> None:
    """Say how the newest published night stands: sources, failed checks, where things are."""
    from assets.summary import print_status

    with said_in_one_sentence():
        print_status(home)


@app.command()
def returns(home: Home, county: County, as_of: Night = None, out: Out = None) -> None:
    """Write one workbook per agency with its refused files, rejected rows and faulty citizen numbers."""
    with said_in_one_sentence():
        from assets.returns import print_returns

        print_returns(home, county, as_of.date() if as_of else None, out)


@app.command()
def export(
    home: Home,
    county: County,
    out: ExportOut,
    as_of: Night = None,
    masked: Masked = False,
    password_file: PasswordFile = None,
    age_recipient: Recipients = None,
    unencrypted: Unencrypted = False,
) -> None:
    """Hand out the name list and the four lists of a county, encrypted; the log of exports keeps it."""
    with said_in_one_sentence():
        from assets.export import print_export

        night = as_of.date() if as_of else None
        recipients = age_recipient or []
        print_export(home, county, night, out, password_file, recipients, unencrypted=unencrypted, masked=masked)


@app.command()
def exports(home: Home, since: Since = None) -> None:
    """Print the log of exports: when, who, which command, what of whom, how guarded."""
    with said_in_one_sentence():
        from assets.export import print_exports

        print_exports(home, since.date() if since else None)


@app.command()
def explain(key: ChildOrCase, home: Home, as_of: Night = None, full: Full = False, out: StoryFile = None) -> None:
    """Tell the story of one child in Chinese: what each office says, why it counts, what was done, what is due."""
    with said_in_one_sentence():
        from assets.explain import print_story

        print_story(home, key, as_of.date() if as_of else None, out, full=full)


@app.command()
def figure(name: FigureName, home: Home, unit: UnitCode, as_of: Night = None, children: ListChildren = False) -> None:
    """Trace one figure down to its rows: numerator, denominator, formula, sources, and who is missing from it."""
    with said_in_one_sentence():
        from assets.figure import print_figure

        print_figure(home, name, unit, as_of.date() if as_of else None, with_children=children)


@app.command("open")
def open_file(home: Home, file: DataFile = "report", as_of: Night = None) -> None:
    """Say how to open a published database: lines for DuckDB's command, for Python and for SQL."""
    with said_in_one_sentence():
        from assets.opening import print_lines

        print_lines(home, file, as_of.date() if as_of else None)


@app.command()
def report(cycle: CycleName, unit: UnitCode, home: Home, as_of: Night = None, out: ReportOut = None) -> None:
    """Write the report of a cycle for a unit as a Word document: 四个一, 日报告, 周通报, 月调度, start of a term."""
    with said_in_one_sentence():
        from assets.report import print_report

        print_report(home, cycle.strip(), unit, as_of.date() if as_of else None, out)


@app.command()
def tidy(home: Home, policy: PolicyFile = None) -> None:
    """Take away published nights beyond delivery.keep_nights; the last of each month stays."""
    with said_in_one_sentence():
        from assets.occasion import occasion
        from pipelines.publish.retention import tidy_home

        for night in tidy_home(home, policy, occasion("tidy")):
            typer.echo(f"no longer published: {night}")


@app.command()
def rebuild(home: Home) -> None:
    """Make a lost warehouse anew from the journal of events; the next night reads the deliveries again."""
    with said_in_one_sentence():
        from assets.occasion import occasion
        from pipelines.rebuild import rebuild as rebuild_ledger

        made = rebuild_ledger(home, occasion("rebuild"))
        typer.echo(f"the ledger stands again as after {made.last_night}: {made.runs} runs, {made.events} events")


@app.command()
def backup(home: Home, out: BackupOut, without_published: WithoutPublished = False) -> None:
    """Write the home to one file: warehouse, journal, logs, published nights; no night can run meanwhile."""
    with said_in_one_sentence():
        from assets.occasion import occasion
        from pipelines.backup import back_up

        done = back_up(home, out, occasion("backup"), published=not without_published)
        typer.echo(f"{out}: {done.files} files, {done.bytes / 2**20:.1f} MiB; back up the landing folder beside it")


@app.command()
def restore(home: Home, file: BackupFile) -> None:
    """Put a back-up into an empty home, and prove that nothing of it is damaged."""
    with said_in_one_sentence():
        from pipelines.backup import restore as put_back

        done = put_back(file, home)
        typer.echo(f"{home}: {done.files} files, {done.bytes / 2**20:.1f} MiB; run the nights since then again")


@app.command("train-matching")
def train_matching(landing: Landing, home: Home, as_of: AsOf, policy: PolicyFile = None, out: ModelOut = None) -> None:
    """Learn the weights of the probabilistic tier of matching from a home's deliveries and write the model."""
    with said_in_one_sentence():
        from assets.training import train_and_write

        train_and_write(landing, home, as_of.date(), policy, out)


def _run_nights(
    nights: list[date],
    landing: Path,
    home: Path,
    policy: Path | None,
    waivers: Path | None,
    machine: Machine,
    *,
    plain: bool,
    suites: bool,
    log: str,
) -> None:
    """Check what can be checked before anything is touched, then run the nights and print the last."""
    from assets.environment import secret_from_environment
    from assets.telling import telling

    with telling(nights[0], home):
        secret = secret_from_environment()
    from assets.running import run_nights
    from assets.summary import print_last_night

    run_nights(nights, landing, home, policy, secret, plain=plain, waivers=waivers, form=_form(log), machine=machine)
    print_last_night(home)
    if note := later_nights_note(home, nights[-1]):
        typer.echo(f"kongchuo: {note}", err=True)
    if suites:
        from assets.expecting import print_suites_of_published

        print_suites_of_published(home, nights[-1], policy, waivers)


def _machine(engine: str, master: str, shared: str) -> Machine:
    """What the nights run on, by these options and the environment."""
    from assets.environment import machine_from_environment

    return machine_from_environment(engine=engine, master=master, shared=shared)


def _form(log: str) -> Form:
    """A form of the log; raises KongchuoError for a word that is none."""
    from assets.logs import FORMS

    for form in FORMS:
        if form == log:
            return form
    raise KongchuoError(f"--log (or KONGCHUO_LOG) is {log!r}; it can be {', '.join(FORMS)}.")


def later_nights_note(home: Path, last: date) -> str:
    """What to do about published nights after `last`, which followed from what it was before; empty without any."""
    from pipelines.publish.folder import nights as published_nights

    later = [night for night in published_nights(home) if night > last]
    if not later:
        return ""
    return (
        f"{len(later)} later night(s), {later[0]} to {later[-1]}, still show what followed from the former {last}; "
        "replay them in order with `kongchuo replay --dates FILE`."
    )


def _nights_of(dates: Path | None, first: datetime | None, last: datetime | None) -> list[date]:
    """The nights that the caller asked for, in order; raises KongchuoError where that is not said or not readable."""
    if dates is not None and first is None and last is None:
        return _read_nights(dates)
    if dates is None and first is not None and last is not None:
        days = (last - first).days
        if days < 0:
            raise KongchuoError(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}; swap them.")
        return [first.date() + timedelta(days=day) for day in range(days + 1)]
    raise KongchuoError("Say which nights: either --dates FILE, or --from DATE and --to DATE.")


def _read_nights(path: Path) -> list[date]:
    """The dates of a file, one a line; blank lines and lines that begin with # are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KongchuoError(
            f"The file of nights {path} cannot be read; give an existing text file with --dates."
        ) from error
    nights = []
    for number, line in enumerate(lines, start=1):
        text = line.split("#", 1)[0].strip()
        if not text:
            continue
        try:
            nights.append(date.fromisoformat(text))
        except ValueError as error:
            raise KongchuoError(f"{path}, line {number}: '{text}' is not a date like 2025-09-01.") from error
    if not nights:
        raise KongchuoError(f"The file of nights {path} names no night; write one date like 2025-09-01 per line.")
    if nights != sorted(set(nights)):
        raise KongchuoError(
            f"The nights of {path} must stand in order, each once: the ledger of a night stands on the one before."
        )
    return nights


def main() -> None:
    """Entry point of the command."""
    try:
        app()
    except Exception as error:
        from assets.faults import told

        typer.echo(
            f"kongchuo: a fault of the program; nothing is published by a night that ends so.\n{told(error)}", err=True
        )
        sys.exit(FAULT)
