"""What anyone may read as a file: forms, bulletins and pages of a night, written and read back.

They ask the public tables and the checks of the night and nothing else, so that a process which knows no more than
these can make them beside the night's (`beside`, `worker`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish.documents import read_document, write_bulletins
from pipelines.publish.folder import RESTRICTED
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.page import read_page, write_pages
from pipelines.publish.readback import Block, read_back, read_workbook
from pipelines.publish.reader import TableReader
from pipelines.publish.workbooks import write_forms
from schemas.catalogue import CATALOGUE
from schemas.ddl import quoted
from schemas.shown import CASES, REPORT

REPORTS = "reports"
CHECKS = "quality.checks"
"""The one table beside the public ones that these files show."""


def write_officials(reader: TableReader, folder: Path, as_of: dt.date, policy: Mapping[str, Any]) -> list[Block]:
    """Write the forms, bulletins and pages of a night; returns where each of their figures stands."""
    night = ReportNight(reader, as_of, policy)
    return [block for write in (write_forms, write_bulletins, write_pages) for block in write(night, folder / REPORTS)]


def read_files_back(folder: Path, blocks: Iterable[Block], databases: Mapping[str, TableReader], as_of: dt.date) -> int:
    """Hold every figure of written files against the databases (spec 6.2); returns how many, raises KongchuoError."""
    readers = {".xlsx": read_workbook, ".docx": read_document, ".html": read_page}
    return read_back(folder / REPORTS, blocks, databases, readers, as_of)


def write_from_files(folder: Path, as_of: dt.date, policy: Mapping[str, Any], checks: pl.DataFrame) -> int:
    """Write and read back the same files from the night's `report.duckdb` and its checks; returns how many figures.

    Whoever calls it sees to it that the checks are those of the written `cases.duckdb` (`same_checks`).
    """
    with Snapshot(folder / REPORT, {CHECKS: checks}) as reader:
        blocks = write_officials(reader, folder, as_of, policy)
        return read_files_back(folder, blocks, {"published": reader, "quality": reader}, as_of)


def night_checks(reader: TableReader) -> pl.DataFrame:
    """The checks of the night, with every column of their contract."""
    columns = ", ".join(quoted(column) for column in CATALOGUE[CHECKS].columns)
    return reader.read(f"select {columns} from {CHECKS}")  # noqa: S608 - our own names


def same_checks(folder: Path, checks: pl.DataFrame) -> None:
    """Raise KongchuoError where the written `cases.duckdb` holds other checks than those the files were made from."""
    with Snapshot(folder / CASES) as cases:
        written, order = night_checks(cases), CATALOGUE[CHECKS].key
    if not written.sort(order).equals(checks.sort(order).cast(written.schema)):
        raise KongchuoError(
            f"{CHECKS} of {CASES} is not what the files for officials were made from, nothing was published. "
            "Run the night again."
        )


def remove_officials(folder: Path) -> None:
    """Remove the public files of a night that is not shown yet; lists of names beside them stay."""
    for place, folders, files in os.walk(folder / REPORTS):
        folders[:] = [name for name in folders if name != RESTRICTED]
        for name in files:
            (Path(place) / name).unlink()
