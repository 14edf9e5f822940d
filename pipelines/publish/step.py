"""The publication step: files first, then the ledger, then the link; a failure before the link shows nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import ledger_store
from pipelines.engine.snapshot import Snapshot
from pipelines.publish import export_log
from pipelines.publish.databases import Since, write_databases
from pipelines.publish.documents import read_document, write_bulletins
from pipelines.publish.export_log import Occasion
from pipelines.publish.folder import new_folder, show
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.history import Written, leave_to_the_newest, place, write_history
from pipelines.publish.page import read_page, write_pages
from pipelines.publish.readback import Block, read_back, read_workbook
from pipelines.publish.twins import write_twins
from pipelines.publish.workbooks import write_forms, write_name_files
from schemas.shown import CASES, REPORT

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

REPORTS = "reports"
Writer = Callable[[ReportNight, Path], list[Block]]


def publish_night(
    engine: Engine,
    home: Path,
    as_of: dt.date,
    policy: Mapping[str, Any],
    occasion: Occasion | None = None,
    since: Since | None = None,
) -> Path:
    """Write and show the night's folder and make its result the ledger's state; returns `published/<D>`.

    `since` spares what has not moved since the night before. With an `occasion` every restricted file of the night
    stands in the log of exports before it is shown.

    The ledger is committed before the link is moved: a run that dies between the two is repaired by running the night
    again, while a shown night whose ledger was lost would be a silent wrong start for the next.
    """
    children = engine.count("restricted.children")
    since = since or Since()
    folder = new_folder(home, as_of)
    try:
        # Whatever happens, all that is written is waited for before the ledger's new state is taken back.
        with engine.transaction(), ThreadPoolExecutor(4, "beside") as beside:
            # The night's connection is the ledger's from here on; whoever reads beside it has one of his own.
            ledger = beside.submit(_commit, engine, home, as_of, folder, since.moved)
            cases = beside.submit(write_databases, engine, folder, CASES, children=children, since=since)
            public = beside.submit(_write_public, engine, folder, as_of)
            (folder / REPORTS).mkdir()
            names = beside.submit(_write_reports, (write_name_files,), engine, folder, as_of, policy)
            blocks = _write_reports((write_forms, write_bulletins, write_pages), engine, folder, as_of, policy)
            for written in (cases, public):
                written.result()  # what it raises takes the ledger's new state back
            _read_back(folder, [*blocks, *names.result()], as_of)
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


def _commit(engine: Engine, home: Path, as_of: dt.date, folder: Path, moved: Mapping[str, str | None]) -> list[Written]:
    ledger_store.commit(engine, as_of, home, moved)
    return write_history(engine, home, as_of, folder)


def _write_public(engine: Engine, folder: Path, as_of: dt.date) -> None:
    write_databases(engine, folder, REPORT)
    write_twins(engine, folder, as_of)


def _write_reports(
    files: Iterable[Writer], engine: Engine, folder: Path, as_of: dt.date, policy: Mapping[str, Any]
) -> list[Block]:
    """Write some of the files for officials; returns where each of their figures stands."""
    with engine.reader() as reader:
        night = ReportNight(reader, as_of, policy)
        return [block for write in files for block in write(night, folder / REPORTS)]


def _read_back(folder: Path, blocks: Iterable[Block], as_of: dt.date) -> None:
    """Hold every figure of the written files against the written databases (spec 6.2); raises where one differs."""
    with Snapshot(folder / REPORT) as report, Snapshot(folder / CASES) as cases:
        databases = {"published": report, "restricted": cases, "quality": cases}
        readers = {".xlsx": read_workbook, ".docx": read_document, ".html": read_page}
        read_back(folder / REPORTS, blocks, databases, readers, as_of)
