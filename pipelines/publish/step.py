"""The publication step: files first, then the ledger, then the link; a failure before the link shows nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import ledger_store
from pipelines.publish.databases import write_databases
from pipelines.publish.folder import new_folder, show
from pipelines.publish.history import leave_to_the_newest, write_history
from pipelines.publish.page import write_page
from pipelines.publish.workbooks import write_monthly_report

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine


def publish_night(engine: Engine, home: Path, as_of: dt.date, policy: Mapping[str, Any]) -> Path:
    """Write and show the night's folder and make its result the ledger's state; returns `published/<D>`.

    The ledger is committed before the link is moved: a run that dies between the two is repaired by running the night
    again, while a shown night whose ledger was lost would be a silent wrong start for the next.
    """
    folder = new_folder(home, as_of)
    try:
        with ThreadPoolExecutor(1, "databases") as beside:
            databases = beside.submit(write_databases, engine, folder)
            _write_reports(engine, folder, as_of, policy)
            with engine.transaction():
                ledger_store.commit(engine, as_of, home)
                databases.result()  # what it raises takes the ledger's new state back
        write_history(engine, home, as_of, folder)
        shown = show(home, as_of, folder)
        leave_to_the_newest(home)
        ledger_store.mark_published(engine, as_of, home)
        return shown
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write_reports(engine: Engine, folder: Path, as_of: dt.date, policy: Mapping[str, Any]) -> None:
    reports = folder / "reports"
    reports.mkdir()
    dropout, retention = (policy["rates"][f"{rate}_variant"] for rate in ("dropout", "retention"))
    write_monthly_report(engine, as_of, reports, dropout_variant=dropout)
    write_page(engine, as_of, reports, dropout_variant=dropout, retention_variant=retention)
