"""The monthly report as a reader opens it: parts of the form, real numbers, no formula, nothing below the township."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.errors import KongchuoError
from pipelines.publish.forms.monthly import MONTHLY
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.readback import read_back, read_workbook
from pipelines.publish.workbooks import write_form

HEADINGS = [
    "单位",
    "在籍",
    "疑似",
    "辍学",
    "其中脱贫户",
    "本期新增",
    "本期反弹",
    "本期销号",
    "期末",
    "清零",
    "清零起始日期",
]


POLICY = {"rates": {"dropout_variant": "event", "retention_variant": "national"}}


def write_monthly(reader: Any, as_of: date, folder: Path) -> Path:
    night = ReportNight(reader, as_of, POLICY)
    blocks = write_form(MONTHLY, night, [night.province], folder)
    assert read_back(folder, blocks, {"published": reader}, {".xlsx": read_workbook}, as_of) > 50
    return folder / MONTHLY.file


@pytest.fixture(scope="module")
def path(reader: Any, as_of: date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_monthly(reader, as_of, tmp_path_factory.mktemp("reports") / "new")


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def rows_of(sheet: Worksheet) -> list[list[Any]]:
    """The rows of the table, from under the head to above the signatures."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    return rows[: next(place for place, row in enumerate(rows) if str(row[0]).startswith("填报人"))]


def test_one_sheet_a_level_and_the_chart(path: Path, book: openpyxl.Workbook) -> None:
    assert path.name == MONTHLY.file == "控辍保学情况月报表.xlsx"
    assert book.sheetnames == ["省级", "市级", "县级", "乡级", "县级图"]


@pytest.mark.parametrize("name", ["省级", "市级", "县级", "乡级"])
def test_head_and_foot(book: openpyxl.Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet["A1"].value == "示例省2025年9月20日控辍保学情况月报表"
    assert "A1:K1" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert [cell.value for cell in sheet[2] if cell.value] == ["填报单位：示例省", "单位：人、%"]
    assert [cell.value for cell in sheet[3]] == HEADINGS
    assert [cell.value for cell in sheet[4]] == ["甲", *(str(number) for number in range(1, 11))]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    signatures = [text for text in texts if text.startswith(("填报人", "审核人", "单位负责人", "填报日期"))]
    assert [text.split("：")[0] for text in signatures] == ["填报人", "审核人", "单位负责人", "填报日期"]


def test_footnotes_tell_period_variant_and_sources(book: openpyxl.Workbook) -> None:
    notes = "\n".join(str(row[0].value) for row in book["县级"].iter_rows() if row[0].value)
    assert "注：1. 统计口径：政府线（按户籍地）" in notes
    assert "2025-2026学年初" in notes
    assert "“本期”为自上次运行以来" in notes
    assert "户籍 2025-05-01；学籍 2025-09-01至2025-09-10" in notes
    assert "拒收：=1+1的学籍。过期：=1+1的户籍。缺失：示例市市直的户籍；全部2个单位的匹配裁定。" in notes
    assert "昨夜" not in notes


def test_rows_are_the_tree_with_the_poor_under_each_unit(book: openpyxl.Workbook) -> None:
    poor = "其中：脱贫户"
    assert [row[0] for row in rows_of(book["省级"])] == ["示例省", poor]
    assert [row[0] for row in rows_of(book["市级"])] == ["示例省", poor, "示例市", poor]
    townships = [row[0] for row in rows_of(book["乡级"]) if row[0] != poor]
    assert townships == ["示例省", "示例市", "=1+1", "<b>河口&镇", "山口乡", "示例市市直"]
    indents = [cell.alignment.indent for cell in book["县级"]["A"][4:10]]
    assert indents == [1, 2, 2, 3, 3, 4]


def test_numbers_are_the_household_line(book: openpyxl.Workbook) -> None:
    rows = rows_of(book["乡级"])
    assert rows[0] == ["示例省", 1500, 5, 4, 2, 2, 1, 3, 9, "否", None]
    assert rows[1] == ["其中：脱贫户", "—", 1, 2, 2, 2, 1, 3, 3, "否", None]
    direct = next(row for row in rows if row[0] == "示例市市直")
    assert [*direct[:10], str(direct[10].date())] == ["示例市市直", 0, 0, 0, 0, 0, 0, 0, 0, "是", "2025-08-25"]


def test_stock_is_of_the_stages_known_and_a_dash_without_any(book: openpyxl.Workbook) -> None:
    stock = {row[0]: row[1] for row in rows_of(book["乡级"])}
    assert stock["<b>河口&镇"] == 1000
    assert stock["山口乡"] == "—"
    assert stock["示例市市直"] == 0


def test_counts_are_numbers_and_dates_are_dates(book: openpyxl.Workbook) -> None:
    for name in ("省级", "市级", "县级", "乡级"):
        for row in book[name].iter_rows(min_row=5, max_row=4 + len(rows_of(book[name]))):
            assert all(cell.data_type == "n" for cell in row[2:9])
            assert row[10].value is None or row[10].is_date


def test_a_name_cannot_become_a_formula(path: Path, book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    named = [cell for cell in cells if cell.value == "=1+1"]
    assert len(named) == 3  # 县级, 乡级, 县级图
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in named)
    assert not any(cell.data_type == "f" for cell in cells)
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert all(b"<f>" not in archive.read(name) for name in sheets)


def test_a_place_that_is_a_formula_stays_text_in_title_and_chart(
    tables: dict[str, pl.DataFrame],
    make_reader: Callable[[Mapping[str, pl.DataFrame]], Any],
    as_of: date,
    tmp_path: Path,
) -> None:
    name = pl.when(pl.col("unit_level") == "province").then(pl.lit("=cmd|' /C calc'!A0")).otherwise("unit_name")
    changed = {**tables, "zeroing": tables["zeroing"].with_columns(unit_name=name)}
    path = write_monthly(make_reader(changed), as_of, tmp_path)
    for sheet in openpyxl.load_workbook(path):
        assert sheet["A1"].data_type == "s"
        assert str(sheet["A1"].value).startswith("=cmd")


def test_frozen_repeated_and_fit_to_a4(book: openpyxl.Workbook) -> None:
    for name in ("省级", "市级", "县级", "乡级"):
        sheet = book[name]
        assert sheet.freeze_panes == "B5"
        assert sheet.print_title_rows == "$1:$4"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_area == f"'{name}'!$A$1:$K${sheet.max_row}"
        assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_fonts_are_named_and_the_table_is_framed(book: openpyxl.Workbook) -> None:
    sheet = book["县级"]
    assert sheet["A1"].font.name == "宋体"
    assert sheet["A3"].font.name == "黑体"
    assert sheet["A5"].font.name == "仿宋"
    last = 4 + len(rows_of(sheet))
    assert sheet["A3"].border.top.style == sheet["A5"].border.left.style == "medium"
    assert sheet["K5"].border.right.style == sheet[f"F{last}"].border.bottom.style == "medium"
    assert sheet["F6"].border.left.style == sheet["F6"].border.bottom.style == "thin"


def test_the_chart_is_native_and_has_its_table(path: Path, book: openpyxl.Workbook) -> None:
    sheet = book["县级图"]
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=15)]
    assert table == [["单位", "疑似", "辍学", "期末"], ["=1+1", 5, 4, 9], ["示例市市直", 0, 0, 0]]
    with zipfile.ZipFile(path) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert '<c:grouping val="stacked"/>' in chart
    assert "<c:f>县级图!$B$16:$B$17</c:f>" in chart.replace("'", "")


def test_nothing_of_villages_and_schools(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert not any("秘密".encode() in archive.read(name) for name in archive.namelist())


def test_the_same_night_gives_the_same_bytes(reader: Any, as_of: date, path: Path, tmp_path: Path) -> None:
    again = write_monthly(reader, as_of, tmp_path)
    assert again.read_bytes() == path.read_bytes()
    assert openpyxl.load_workbook(again).properties.created.isoformat() == "2025-09-20T00:00:00"


def test_a_night_that_was_not_computed_writes_nothing(reader: Any, tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="2024-01-01"):
        write_monthly(reader, date(2024, 1, 1), tmp_path)
    assert list(tmp_path.iterdir()) == []


def looks(sheet: Worksheet) -> Any:
    """All that a reader of a sheet sees."""
    cells = [
        (cell.coordinate, cell.value, cell.number_format, cell.quotePrefix, cell.alignment.horizontal,
         cell.alignment.indent, cell.alignment.wrap_text, cell.font.name, cell.font.sz, cell.font.b,
         *(getattr(cell.border, side).style for side in ("left", "right", "top", "bottom")))
        for row in sheet.iter_rows()
        for cell in row
    ]  # fmt: skip
    heights = {row: one.height for row, one in sheet.row_dimensions.items()}
    widths = {column: one.width for column, one in sheet.column_dimensions.items()}
    merged = sorted(str(one) for one in sheet.merged_cells.ranges)
    return cells, heights, widths, merged, sheet.print_area, sheet.print_title_rows, sheet.freeze_panes


def test_forms_of_counties_are_cast_as_if_each_were_made_alone(reader: Any, as_of: date, tmp_path: Path) -> None:
    night = ReportNight(reader, as_of, POLICY)
    together = write_form(MONTHLY, night, night.scopes, tmp_path / "together")
    assert len({block.file for block in together}) == len(night.scopes) > 2
    for scope in night.scopes:
        file = Path(scope.folder) / MONTHLY.file
        alone = write_form(MONTHLY, night, [scope], tmp_path / "alone")
        of_scope = [block for block in together if block.file == file.as_posix()]
        for block, single in zip(of_scope, alone, strict=True):
            assert (block.place, block.row, block.column) == (single.place, single.row, single.column)
            assert block.listing.values == single.listing.values
        one, other = (openpyxl.load_workbook(tmp_path / way / file) for way in ("together", "alone"))
        assert one.sheetnames == other.sheetnames
        assert [looks(sheet) for sheet in one] == [looks(sheet) for sheet in other]
        assert (one.properties.title, one.properties.creator) == (
            f"{scope.name}{night.day}控辍保学情况月报表",
            scope.name,
        )
        with (
            zipfile.ZipFile(tmp_path / "together" / file) as book,
            zipfile.ZipFile(tmp_path / "alone" / file) as own,
        ):
            charts = [name for name in book.namelist() if "chart" in name or "drawing" in name]
            assert charts
            assert [book.read(name) for name in charts] == [own.read(name) for name in charts]
            whole = b"".join(book.read(name) for name in book.namelist()).decode()
        assert not any("\ue000" <= char <= "\uf8ff" for char in whole)
        assert 'ht="777"' not in whole


def test_the_chart_carries_a_copy_of_its_figures(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert '<c:ptCount val="2"/><c:pt idx="0"><c:v>=1+1</c:v></c:pt><c:pt idx="1"><c:v>示例市市直</c:v></c:pt>' in chart
    assert '<c:f>县级图!$B$16:$B$17</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="2"/>' in chart
    assert '<c:pt idx="0"><c:v>5</c:v></c:pt><c:pt idx="1"><c:v>0</c:v></c:pt>' in chart
