"""更正单 as the agency opens it: its sheets, text and nothing but text, for its owner alone."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.errors import KongchuoError
from pipelines.publish.returned import Fault, File, Place, Rejected, Returned
from pipelines.publish.workbooks import write_returns
from schemas.sources import SOURCES

AS_OF = date(2025, 11, 10)
PLACE = Place("990121", "云岭区", ("990100", "990000"), {})
NAME = "更正单_教育_990121_2025-11-10.xlsx"
FORMULAS = ("=1+1", "+1", "-1", "@A1", "=cmd|' /C calc'!A0")


def education() -> Returned:
    """An agency with something of every sort; cells that would like to be formulas."""
    pupils = "2025-11-01/学籍_990121.csv"
    cells = [{"学籍号": f"L{i}", "身份证号": "990121201503010018", "姓名": text} for i, text in enumerate(FORMULAS)]
    return Returned(
        "教育",
        files=[File("学籍", "2025-11-03/学籍_990121.csv", "shrink", 90, 3), File("资助", "a/b.csv", "empty", 0, 0)],
        rows={
            "学籍": [Rejected(pupils, i + 2, "missing:性别", row) for i, row in enumerate(cells)],
            "劝返": [Rejected("2025-11-02/劝返_990100.csv", 12, "unknown:结果", {"结果": "或许", "姓名": None})],
        },
        faults=[Fault("学籍", pupils, 40, "id_invalid"), Fault("学籍", pupils, 41, "birth_mismatch")],
        wider={"2025-11-02/劝返_990100.csv"},
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (made,) = write_returns([education()], PLACE, AS_OF, tmp_path_factory.mktemp("home") / "returns" / "2025-11-10")
    return made


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def table(sheet: Worksheet) -> list[list[str]]:
    """Headings and rows, as text."""
    return [[cell or "" for cell in row] for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_a_sheet_of_each_sort_and_one_a_kind(path: Path, book: openpyxl.Workbook) -> None:
    assert path.name == NAME
    assert book.sheetnames == ["说明", "退回文件", "退回行_学籍", "退回行_劝返", "身份证问题"]


def test_the_first_sheet_says_what_it_is_which_night_and_how_much(book: openpyxl.Workbook) -> None:
    said = dict(book["说明"].iter_rows(min_row=2, values_only=True))
    assert book["说明"]["A1"].value == "云岭区2025年11月10日更正单（教育）"
    assert said["统计日期"].startswith("2025年11月10日")
    assert "原文件名" in said["怎样重新报送"]
    assert "劝返_990100.csv由上级单位汇总报送" in said["怎样重新报送"]
    counts = {name: text for name, text in said.items() if name in book.sheetnames}
    assert counts == {"退回文件": "2个", "退回行_学籍": "5行", "退回行_劝返": "1行", "身份证问题": "2个"}


def test_refused_files(book: openpyxl.Workbook) -> None:
    head, first, second = table(book["退回文件"])
    assert head == ["种类", "交付日期", "文件", "原因", "处理办法", "行数", "其中退回行"]
    assert first[:4] == ["学籍", "2025-11-03", "学籍_990121.csv", "行数比上一次接收的文件减少过多"]
    assert first[5:] == ["90", "3"]
    assert second[5:] == ["", ""]


def test_rejected_rows_stand_as_delivered_under_the_standard_headers(book: openpyxl.Workbook) -> None:
    head, first, *_ = table(book["退回行_学籍"])
    assert head == ["交付日期", "文件", "行号", "原因", "处理办法", "学籍号", "身份证号", "姓名"]
    assert first[:4] == ["2025-11-01", "学籍_990121.csv", "2", "“性别”没有填写"]
    assert first[5:] == ["L0", "990121201503010018", "=1+1"]
    (_, other) = table(book["退回行_劝返"])
    assert other[2:] == [
        *("12", "“结果”的内容不在规定的范围内", "改为下列之一：属实、不属实、成功、未成功、通过、不通过。"),
        *("", "或许"),
    ]


def test_faults_of_numbers_point_at_their_rows(book: openpyxl.Workbook) -> None:
    _, invalid, birth = table(book["身份证问题"])
    assert invalid[:5] == ["学籍", "2025-11-01", "学籍_990121.csv", "40", "身份证号无效"]
    assert birth[3:5] == ["41", "出生日期与身份证号不符"]


def test_every_cell_is_text_and_none_a_formula(path: Path, book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells if cell.quotePrefix} == set(FORMULAS)
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b"<f>" not in archive.read(name) for name in sheets)


def test_frozen_repeated_and_on_a4_across(book: openpyxl.Workbook) -> None:
    for sheet in book:
        about = sheet.title == "说明"
        assert (sheet.freeze_panes, sheet.print_title_rows) == (("A2", "$1:$1") if about else ("A4", "$1:$3"))
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_a_kind_with_many_columns_is_printed_on_pages_side_by_side(tmp_path: Path) -> None:
    source = next(source for source in SOURCES if source.name == "enrolment")
    row = Rejected("2025-11-01/学籍_990121.csv", 2, "no_identity", {f.header: "甲" for f in source.fields})
    (path,) = write_returns([Returned("教育", rows={"学籍": [row]})], PLACE, AS_OF, tmp_path)
    sheet = openpyxl.load_workbook(path)["退回行_学籍"]
    assert [cell.value for cell in sheet[3]][5:] == [f.header for f in source.fields]
    assert int(sheet.page_setup.fitToWidth) == 3
    assert sheet.print_title_cols == "$A:$C"


def test_a_cell_that_excel_cannot_hold_is_cut_and_says_so(tmp_path: Path) -> None:
    row = Rejected("2025-11-01/学籍_990121.csv", 2, "no_identity", {"姓名": "长" * 40_000})
    (path,) = write_returns([Returned("教育", rows={"学籍": [row]})], PLACE, AS_OF, tmp_path)
    text = openpyxl.load_workbook(path)["退回行_学籍"]["F4"].value
    assert text == "长" * 32_000 + "…"


def test_who_may_read_it(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


def test_nobody_stands_in_its_name_or_properties(path: Path, book: openpyxl.Workbook) -> None:
    with zipfile.ZipFile(path) as archive:
        about = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("docProps/"))
    assert b"990121201503010018" not in about
    assert book.properties.title == "云岭区2025年11月10日更正单（教育）"


def test_the_same_night_gives_the_same_bytes_and_takes_away_what_is_no_more(path: Path, tmp_path: Path) -> None:
    for name in ("更正单_公安_990121_2025-11-10.xlsx", "更正单_公安_990122_2025-11-10.xlsx", NAME):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(0o644)
    (again,) = write_returns([education()], PLACE, AS_OF, tmp_path)
    assert again.read_bytes() == path.read_bytes()
    assert again.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in tmp_path.iterdir()} == {NAME, "更正单_公安_990122_2025-11-10.xlsx"}


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(KongchuoError, match="--out"):
        write_returns([education()], PLACE, AS_OF, file / "returns")
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_full_disk_is_said_in_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.writestr", full)
    with pytest.raises(KongchuoError, match=str(tmp_path)):
        write_returns([education()], PLACE, AS_OF, tmp_path)
    assert list(tmp_path.iterdir()) == []
