"""The publication step: files first, then the ledger, then the link; a failure before the link shows nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import ledger_store
from pipelines.engine.snapshot import Snapshot
from pipelines.publish import export_log
from pipelines.publish.beside import Beside, Gone
from pipelines.publish.databases import Since, write_databases
from pipelines.publish.export_log import Occasion
from pipelines.publish.folder import new_folder, show
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.history import Written, leave_to_the_newest, place, write_history
from pipelines.publish.officials import (
    REPORTS,
    night_checks,
    read_files_back,
    remove_officials,
    same_checks,
    write_officials,
)
from pipelines.publish.twins import write_twins
from pipelines.publish.workbooks import write_name_files
from schemas.shown import CASES, REPORT

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine, Reader


def publish_night(
    engine: Engine,
    home: Path,
    as_of: dt.date,
    policy: Mapping[str, Any],
    occasion: Occasion | None = None,
    since: Since | None = None,
    second: Beside | None = None,
) -> Path:
    """Write and show the night's folder and make its result the ledger's state; returns `published/<D>`.

    `since` spares what has not moved since the night before. A `second` process writes the public files for officials,
    the same as are written here without one, and is gone when this returns. With an `occasion` every restricted file
    of the night stands in the log of exports before it is shown.

    The ledger is committed before the link is moved: a run that dies between the two is repaired by running the night
    again, while a shown night whose ledger was lost would be a silent wrong start for the next.
    """
    children = engine.count("restricted.children")
    since = since or Since()
    folder = new_folder(home, as_of)
    try:
        # Whatever happens, all that is written is waited for before the ledger's new state is taken back.
        # The second process is the first to go: it may write no more when the folder is removed.
        with engine.transaction(), ThreadPoolExecutor(5, "beside") as beside, second or nullcontext():
            report = beside.submit(write_databases, engine, folder, REPORT)
            # The second process waits for this file, which takes a second where the rest does not take the machine.
            first = report if second else None
            # The night's connection is the ledger's from here on; whoever reads beside it has one of his own.
            ledger = beside.submit(_commit, engine, home, as_of, folder, since.moved, first)
            cases = beside.submit(_write_cases, engine, folder, children, since, first)
            twins = beside.submit(_write_twins, engine, folder, as_of, report)
            (folder / REPORTS).mkdir()
            names = beside.submit(_make_names, engine, folder, as_of, policy, cases)
            _make_officials(engine, folder, as_of, policy, report, cases, second)
            for made in (cases, twins, names):
                made.result()  # what it raises takes the ledger's new state back
            histories = ledger.result()
        place(histories)
        if occasion:
            export_log.append(home, occasion, export_log.restricted_files(folder, as_of))
        shown = show(home, as_of, folder)
        leave_to_the_newest(home)
        ledger_store.mark_published(engine, as_of, home)
        return shown
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _commit(
    engine: Engine, home: Path, as_of: dt.date, folder: Path, moved: Mapping[str, str | None], first: Future[Any] | None
) -> list[Written]:
    if first:
        first.result()
    ledger_store.commit(engine, as_of, home, moved)
    return write_history(engine, home, as_of, folder)


def _write_cases(engine: Engine, folder: Path, children: int, since: Since, first: Future[Any] | None) -> None:
    if first:
        first.result()
    write_databases(engine, folder, CASES, children=children, since=since)


def _write_twins(engine: Engine, folder: Path, as_of: dt.date, report: Future[Any]) -> None:
    report.result()  # they are made from its rows
    write_twins(engine, folder, as_of)


def _make_names(engine: Engine, folder: Path, as_of: dt.date, policy: Mapping[str, Any], cases: Future[Any]) -> None:
    """Write the restricted lists, and read them back when their database is there."""
    with engine.reader() as reader:
        blocks = write_name_files(ReportNight(reader, as_of, policy), folder / REPORTS)
    cases.result()
    with Snapshot(folder / CASES) as written:
        read_files_back(folder, blocks, {"restricted": written}, as_of)


def _make_officials(
    engine: Engine,
    folder: Path,
    as_of: dt.date,
    policy: Mapping[str, Any],
    report: Future[Any],
    cases: Future[Any],
    second: Beside | None,
) -> None:
    """Have the public files written and read back, by the second process or, where there is none, here."""
    with engine.reader() as reader:
        if second and _made_beside(second, reader, folder, as_of, policy, report, cases):
            return
        blocks = write_officials(reader, folder, as_of, policy)
    for written in (report, cases):
        written.result()
    with Snapshot(folder / REPORT) as public, Snapshot(folder / CASES) as restricted:
        read_files_back(folder, blocks, {"published": public, "quality": restricted}, as_of)


def _made_beside(
    second: Beside,
    reader: Reader,
    folder: Path,
    as_of: dt.date,
    policy: Mapping[str, Any],
    report: Future[Any],
    cases: Future[Any],
) -> bool:
    """Whether the second process made the public files; where it has gone, nothing of it is left."""
    checks = night_checks(reader)
    report.result()
    try:
        second.write(folder, as_of, policy, checks)
    except Gone:
        second.close()
        remove_officials(folder)
        return False
    cases.result()
    same_checks(folder, checks)
    return True
