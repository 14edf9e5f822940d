"""No file with another number than the database's is ever shown (spec 6.2)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.forms.monthly import MONTHLY
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.readback import Block, read_back, read_workbook
from pipelines.publish.workbooks import write_form
from pipelines.settings import load_policy

Change = Callable[[openpyxl.Workbook], None]


@pytest.fixture(scope="module")
def written(reader: Any, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Block]]:
    folder = tmp_path_factory.mktemp("reports")
    night = ReportNight(reader, as_of, load_policy(None, as_of))
    return folder, write_form(MONTHLY, night, [night.province], folder)


def changed(folder: Path, change: Change) -> None:
    path = folder / MONTHLY.file
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def back(folder: Path, blocks: list[Block], reader: Any, as_of: date) -> int:
    return read_back(folder, blocks, {"published": reader}, {".xlsx": read_workbook}, as_of)


def test_every_figure_of_every_sheet_is_compared(written: Any, reader: Any, as_of: date) -> None:
    folder, blocks = written
    figures = sum(
        len(block.listing.values) * sum(column.figure is not None for column in block.listing.columns)
        for block in blocks
    )
    assert back(folder, blocks, reader, as_of) == figures > 200
    assert {block.place for block in blocks} == set(openpyxl.load_workbook(folder / MONTHLY.file).sheetnames)


def other_number(book: openpyxl.Workbook) -> None:
    book["县级"]["C5"] = 6


def other_date(book: openpyxl.Workbook) -> None:
    book["县级"]["K11"] = date(2025, 8, 26)


def other_word(book: openpyxl.Workbook) -> None:
    book["省级"]["J5"] = "是"


def lost_row(book: openpyxl.Workbook) -> None:
    book["乡级"].delete_rows(7)


def number_in_the_chart(book: openpyxl.Workbook) -> None:
    book["县级图"]["B16"] = 4


@pytest.mark.parametrize("change", [other_number, other_word, other_date, lost_row, number_in_the_chart])
def test_another_figure_stops_the_publication(
    written: Any, reader: Any, as_of: date, tmp_path: Path, change: Change
) -> None:
    folder, blocks = written
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    changed(tmp_path, change)
    with pytest.raises(KongchuoError, match="differ from the database, nothing was published"):
        back(tmp_path, blocks, reader, as_of)


def test_the_error_names_file_sheet_row_and_column(written: Any, reader: Any, as_of: date, tmp_path: Path) -> None:
    folder, blocks = written
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    changed(tmp_path, other_number)
    with pytest.raises(KongchuoError, match=r"月报表\.xlsx \[县级\] row 5, 疑似: shows '6', database '5'"):
        back(tmp_path, blocks, reader, as_of)


def test_a_database_that_was_written_otherwise_is_seen(
    written: Any, tables: Any, make_reader: Any, as_of: date
) -> None:
    folder, blocks = written
    import polars as pl

    other = tables["zeroing"].with_columns(
        opened=pl.when(pl.col("unit_code") == "990101000000").then(99).otherwise("opened")
    )
    with pytest.raises(KongchuoError, match="本期新增: shows '2', database '99'"):
        back(folder, blocks, make_reader({**tables, "zeroing": other}), as_of)


def test_a_cell_that_the_database_holds_twice_stops_the_publication(
    written: Any, tables: Any, make_reader: Any, as_of: date
) -> None:
    folder, blocks = written
    import polars as pl

    twice = pl.concat([tables["zeroing"], tables["zeroing"].head(1)])
    with pytest.raises(KongchuoError, match=r"published\.zeroing holds a cell of \w+ twice"):
        back(folder, blocks, make_reader({**tables, "zeroing": twice}), as_of)


def wrong_kind(book: openpyxl.Workbook) -> None:
    book["县级"]["D5"] = True


def test_a_truth_value_is_no_number(written: Any, reader: Any, as_of: date, tmp_path: Path) -> None:
    folder, blocks = written
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    changed(tmp_path, wrong_kind)
    with pytest.raises(KongchuoError, match="辍学: shows 'True'"):
        back(tmp_path, blocks, reader, as_of)
