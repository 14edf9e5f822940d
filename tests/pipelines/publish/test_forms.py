"""Every workbook of a published night as its reader opens it: parts of the form, numbers, nothing below a township."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.publish.forms.all import FORMS
from pipelines.publish.step import publish_night
from pipelines.settings import load_policy
from tests.pipelines.models.support import person
from tests.pipelines.publish.test_databases import NIGHT, told

OFFICIAL = [
    "控辍保学情况月报表.xlsx",
    "劝返安置情况统计表.xlsx",
    "义务教育巩固率监测表.xlsx",
    "入学率统计表.xlsx",
    "辍学率监测表.xlsx",
    "三统一核对表.xlsx",
    "四张清单.xlsx",
    "校验表.xlsx",
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a province with four children, of whom one dropped out."""
    home = tmp_path_factory.mktemp("home")
    made = told()
    try:
        return publish_night(made.engine, home, NIGHT, load_policy(None, NIGHT)) / "reports"
    finally:
        made.engine.close()


def books(folder: Path) -> Iterator[tuple[str, openpyxl.Workbook]]:
    for path in sorted(folder.glob("*.xlsx")):
        yield path.name, openpyxl.load_workbook(path)


def table(sheet: Worksheet) -> list[list[Any]]:
    """Rows between the head and the signatures."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    return rows[: next(place for place, row in enumerate(rows) if str(row[0]).startswith("填报人"))]


def named(rows: list[list[Any]], *start: str) -> list[Any]:
    """The rest of the row that begins with these labels."""
    found = [row[len(start) :] for row in rows if tuple(row[: len(start)]) == start]
    assert len(found) == 1, (start, rows)
    return found[0]


def test_the_province_has_every_workbook_of_the_specification(reports: Path) -> None:
    assert {path.name for path in reports.glob("*.xlsx")} == set(OFFICIAL)
    assert {form.file for form in FORMS} == set(OFFICIAL)


def test_every_county_has_a_folder_with_its_own(reports: Path) -> None:
    county = next(path for path in reports.iterdir() if path.is_dir())
    assert {path.name for path in county.glob("*.xlsx")} >= set(OFFICIAL) - {"四张清单.xlsx"}
    assert len(county.name) == 6
    sheets = openpyxl.load_workbook(county / OFFICIAL[0]).sheetnames
    assert sheets[:2] == ["县级", "乡级"]


def test_head_and_foot_of_every_sheet(reports: Path) -> None:
    seen = 0
    for _, book in books(reports):
        for sheet in book:
            if sheet.title.startswith("县级图"):
                continue
            assert "2025年9月10日" in str(sheet["A1"].value)
            assert [str(cell.value)[:5] for cell in sheet[2] if cell.value] == ["填报单位：", "单位：人、"]
            texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
            for word in ("填报人：", "审核人：", "单位负责人：", "填报日期："):
                assert any(word in text for text in texts), (sheet.title, word)
            assert sheet.freeze_panes == "B5"
            assert sheet.print_title_rows == "$1:$4"
            assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
            assert sheet.print_area
            seen += 1
    assert seen > 20


def test_no_cell_is_a_formula(reports: Path) -> None:
    for path in reports.rglob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f"


def test_placement_by_reason(reports: Path) -> None:
    sheet = openpyxl.load_workbook(reports / "劝返安置情况统计表.xlsx")["县级"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[:4] == ["单位", "原因", "合计", "未安置"]
    assert "送教上门" in heads
    totals = [row for row in table(sheet) if row[1] == "合计"]
    parts = [row for row in table(sheet) if row[1] != "合计"]
    assert totals[0][2] == totals[0][3] > 0
    assert all(row[0] == "其中" for row in parts)
    # Of each unit the parts add up to the total above them.
    assert sum(row[2] for row in parts) == sum(row[2] for row in totals)


def test_dropout_has_a_row_a_stage_and_its_marks(reports: Path) -> None:
    sheet = openpyxl.load_workbook(reports / "辍学率监测表.xlsx")["省级"]
    assert [cell.value for cell in sheet[3]][2:] == [
        *("辍学人数", "在校生数", "辍学率", "上限", "超限", "上年辍学率", "连续两年超限"),
    ]
    assert [row[1] for row in table(sheet)] == ["小学", "初中"]
    # There are no statistics of the stock: nothing is made up.
    assert [row[3:5] for row in table(sheet)] == [["—", "—"], ["—", "—"]]
    assert [row[5] for row in table(sheet)] == [0.6, 1.8]


def test_entry_rates_with_their_parts(reports: Path) -> None:
    rows = table(openpyxl.load_workbook(reports / "入学率统计表.xlsx")["省级"])
    due, entered, rate, target, met, gap, *poor = named(rows, rows[0][0], "义务教育入学率")
    assert (due, entered) == (4, 1)
    assert rate == round(100 * entered / due, 2)
    assert (target, met, gap) == ("—", "—", "—")
    assert poor[:3] == [0, 0, None]  # 0/0 is blank


def test_three_lists_add_up_and_the_province_says_nothing_of_agreement(reports: Path) -> None:
    rows = table(openpyxl.load_workbook(reports / "三统一核对表.xlsx")["县级"])
    assert rows[0][-1] == "—"
    for place in range(1, 11):
        assert rows[0][place] == sum(row[place] for row in rows[1:])


def test_four_lists_of_the_province_name_no_child(reports: Path) -> None:
    book = openpyxl.load_workbook(reports / "四张清单.xlsx")
    assert book.sheetnames == ["任务清单", "整改清单", "销号清单", "问责清单"]
    tasks = table(book["任务清单"])
    assert sum(tasks[0][1:]) > 0
    text = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert not any(str(person(serial)["citizen_number"]) in text for serial in range(1, 5))


def test_the_checking_table_has_every_check_and_every_source(reports: Path) -> None:
    book = openpyxl.load_workbook(reports / "校验表.xlsx")
    assert book.sheetnames == ["可信度一览", "检查结果", "资料状态", "疑似核实率", "数字更正", "弄虚作假预警"]
    trust = table(book["可信度一览"])
    assert named(trust, "资料", "有效（种×县）")[0] + named(trust, "资料", "缺报（种×县）")[0] == len(
        table(book["资料状态"])
    )
    assert named(trust, "检查", "不通过（项）") == [0]
    states = table(book["资料状态"])
    assert len({row[1] for row in states}) == 19
    assert {row[2] for row in states} == {"有效", "缺报"}
    assert table(book["数字更正"])[0][0] == "没有更正过的数字。"
    county = next(path for path in reports.iterdir() if path.is_dir()) / "校验表.xlsx"
    assert openpyxl.load_workbook(county).sheetnames[1] == "未通过的检查"


def test_retention_says_nothing_without_statistics(reports: Path) -> None:
    book = openpyxl.load_workbook(reports / "义务教育巩固率监测表.xlsx")
    assert book.sheetnames == ["省级", "市级", "县级", "小学六年", "初中三年", "县级图"]
    for row in table(book["县级"]):
        assert row[2] == "—"
        assert row[8] in ("—", None)
