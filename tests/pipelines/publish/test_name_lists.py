"""花名册 and 四张清单 of a county as their readers open them: given rows, expected cells (spec 6.2, 6.3)."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.errors import KongchuoError
from pipelines.publish.forms.night import ReportNight
from pipelines.publish.readback import Block, read_back, read_workbook
from pipelines.publish.workbooks import name_list, write_name_files
from pipelines.settings import load_policy
from quality.contracts import check_contract
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.support import (
    ALL,
    JUNIOR,
    OTHER_VILLAGE,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    action_row,
    enrolment_row,
    person,
    poverty_row,
    registry_row,
    request_rows,
)

NIGHT = date(2025, 10, 12)
OUT = {"enrolment_status": "辍学", "status_date": "2025-09-04", "school_code": JUNIOR, "grade": 8}
LONG = "古丽巴哈尔·买买提艾力·阿卜杜热西提"
ROSTER, LISTS = "失学辍学学生花名册", "四张清单"
RISKY = person(1, "2012-03-01", name="=1+1")
WED = person(2, "2012-04-01", sex="女", name=LONG)
HEALED = person(3, "2012-05-01", name="欧阳修")
FAR = person(4, "2012-06-01", name="王")
LOST = person(5, "2012-07-01", name="李四")
SUSPECT = person(6, "2012-08-01", name="张三丰")


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    """Open cases of both states in one county, a closed and placed one, one in another county, one in none."""
    made = Province()
    home = {"guardian_name": "+保护人", "guardian_phone": "10012345678"}
    made.add("registry", *(registry_row(who, **home) for who in (RISKY, WED, HEALED, SUSPECT)))
    made.add("registry", registry_row(FAR, household_division=OTHER_VILLAGE), code="990122")
    kids = (RISKY, WED, HEALED, FAR)
    made.add("enrolment", *(enrolment_row(who, **OUT) for who in kids), on="2025-09-05")
    lost = enrolment_row(LOST, **OUT | {"school_code": UNKNOWN_SCHOOL})
    made.add("enrolment", lost, on="2025-09-05", code="990100")
    made.add("poverty", poverty_row(RISKY))
    made.add("responsibility", {"role": "村委会主任", "unit_code": VILLAGE, "name": "赵主任"})
    made.night("2025-09-10", ALL)
    acts = [
        action_row(WED, "1", action_date="2025-09-11", reason="早婚早育"),
        action_row(WED, "2", action_date="2025-09-25", reason=None),
        *request_rows(
            HEALED, "3", "安置", "专门学校", action_date="2025-09-11", approval={"action_date": "2025-09-12"},
        ),
    ]  # fmt: skip
    made.add("case_action", *acts, on="2025-09-26")
    made.night("2025-09-28", ALL)
    yield made.run("2025-10-12", ALL)
    made.close()


@pytest.fixture(scope="module")
def written(province: Province, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Block]]:
    folder = tmp_path_factory.mktemp("reports")
    policy = load_policy(None, NIGHT)
    before = os.umask(0)
    try:
        return folder, write_name_files(ReportNight(province.engine, NIGHT, policy), folder)
    finally:
        os.umask(before)


def sheet(written: tuple[Path, list[Block]], county: str, file: str, name: str) -> Worksheet:
    return openpyxl.load_workbook(written[0] / county / "restricted" / f"{file}.xlsx")[name]


def rows(page: Worksheet) -> list[dict[str, object]]:
    """Rows by heading, up to the signatures."""
    headings, *found = page.iter_rows(min_row=3, values_only=True)
    listed = [
        {head: cell.date() if isinstance(cell, datetime) else cell for head, cell in zip(headings, row, strict=True)}
        for row in found
    ]
    return [row for row in listed if isinstance(row["序号"], int)]


def roster(written: tuple[Path, list[Block]], name: str, *, masked: bool = False) -> list[dict[str, object]]:
    return rows(sheet(written, "990121", f"{ROSTER}_会议用" if masked else ROSTER, name))


def test_the_model_lists_open_cases_and_those_closed_this_year(province: Province) -> None:
    found = {r["child_key"]: r for r in province.rows("restricted.roster")}
    keys = {k["name"]: k["child_key"] for k in province.rows("restricted.identities")}
    wed, healed, lost = (found[keys[str(who["name"])]] for who in (WED, HEALED, LOST))
    assert (wed["reason"], wed["last_visit_on"], wed["village_code"]) == ("早婚早育", date(2025, 9, 25), VILLAGE)
    # First visit met; the notice is due thirty days after the case was verified, before the report of the month.
    assert (wed["deadline"], wed["due_on"]) == ("notice_due", date(2025, 10, 10))
    assert (healed["placement"], healed["deadline"], healed["reason"]) == ("专门学校", None, "待核")
    assert lost["county"] is None
    assert check_contract(province.engine, CATALOGUE["restricted.roster"]).passed


def test_a_bad_row_is_stopped(province: Province) -> None:
    contract = CATALOGUE["restricted.roster"]
    province.engine.execute("update restricted.roster set reason = '王小明不愿上学' where reason = '早婚早育'")
    try:
        assert check_contract(province.engine, contract).blocks
    finally:
        province.run("2025-10-12", ALL)


def test_the_roster_of_a_county(written: tuple[Path, list[Block]]) -> None:
    found = {row["姓名"]: row for row in roster(written, "辍学")}
    assert set(found) == {"=1+1", LONG}
    row = found["=1+1"]
    assert row["身份证号"] == RISKY["citizen_number"]
    assert row["监护人电话"] == "10012345678"
    assert row["出生日期"] == date(2012, 3, 1)
    assert (row["性别"], row["脱贫户"], row["残疾"], row["村（社区）"]) == ("男", "是", None, "青山村")
    assert (row["学校"], row["年级"], row["类别"], row["村委会主任"]) == ("云岭中学", "8", "辍学", "赵主任")
    assert (row["立案日期"], row["核实日期"], row["劝返次数"]) == (date(2025, 9, 10), date(2025, 9, 10), 0)
    assert (row["原因"], row["应办事项"], row["办理期限"]) == ("待核", "首次劝返", date(2025, 9, 17))
    assert "首次劝返" in str(row["已逾期"])
    assert found[LONG]["原因"] == "早婚早育"
    (suspect,) = roster(written, "疑似")
    assert (suspect["姓名"], suspect["类别"], suspect["学段"], suspect["原因"]) == ("张三丰", "失学", "未入学", "待核")
    assert {"核实日期", "文书", "销号日期"} & set(suspect) == set()
    (closed,) = roster(written, "已销号")
    assert (closed["姓名"], closed["销号原因"], closed["安置方式"]) == ("欧阳修", "安置", "专门学校")


def test_a_copy_for_meetings_says_less(written: tuple[Path, list[Block]]) -> None:
    found = {row["姓名"]: row for row in roster(written, "辍学", masked=True)}
    assert set(found) == {"=**", "古**"}
    row = found["古**"]
    assert row["身份证号"] == "*" * 14 + str(WED["citizen_number"])[-4:]
    assert (row["出生年份"], row["原因"], row["村委会主任"]) == ("2012年", "其他", "赵**")
    gone = {"民族", "监护人", "监护人电话", "出生日期", "残疾", "留守", "案号"}
    assert gone & set(row) == set()
    (closed,) = roster(written, "已销号", masked=True)
    assert (closed["姓名"], closed["安置方式"]) == ("欧**", "其他安置")
    secret = (LONG[1:], str(WED["citizen_number"]), "10012345678", "保护人", "主任赵", "早婚", "专门学校", "欧阳")
    for path in written[0].rglob("*_会议用.xlsx"):
        with zipfile.ZipFile(path) as archive:
            text = "".join(archive.read(name).decode() for name in archive.namelist())
        assert [one for one in secret if one in text] == []


def test_every_case_stands_in_one_county_or_with_the_province(written: tuple[Path, list[Block]]) -> None:
    (far,) = rows(sheet(written, "990122", ROSTER, "辍学"))
    assert far["姓名"] == "王"
    assert rows(sheet(written, "990122", f"{ROSTER}_会议用", "辍学"))[0]["姓名"] == "*"
    (lost,) = rows(sheet(written, "", ROSTER, "辍学"))
    assert (lost["姓名"], lost["学校"]) == ("李四", UNKNOWN_SCHOOL)
    notes = [str(c.value) for c in sheet(written, "", ROSTER, "辍学")["C"] if c.value]
    assert any("不能落实到县" in note for note in notes)
    assert rows(sheet(written, "990190", ROSTER, "辍学")) == []


def test_the_four_lists(written: tuple[Path, list[Block]]) -> None:
    tasks = rows(sheet(written, "990121", LISTS, "任务清单"))
    mine = {(row["应办事项"], row["职务"]): row for row in tasks if row["姓名"] == LONG}
    notice = mine["敦促或限期复学通知书", "乡镇长"]
    assert (notice["责任单位"], notice["责任人"], notice["剩余天数"], notice["逾期"]) == (
        "城关镇",
        "（没有报送）",
        -2,
        "是",
    )
    visit = next(r for r in tasks if r["姓名"] == "=1+1" and r["职务"] == "村委会主任" and r["应办事项"] == "首次劝返")
    assert (visit["责任线"], visit["责任单位"], visit["责任人"]) == ("政府线", "青山村", "赵主任")
    overdue = rows(sheet(written, "990121", LISTS, "整改清单"))
    assert {row["逾期天数"] for row in overdue if row["姓名"] == LONG} == {2}
    (closed,) = rows(sheet(written, "990121", LISTS, "销号清单"))
    assert (closed["姓名"], closed["销号原因"], closed["佐证"]) == ("欧阳修", "安置", "劝返")
    held = {(r["单位"], r["事项"], r["指标"]): r["数值"] for r in rows(sheet(written, "990121", LISTS, "问责清单"))}
    # The public list hides one child of a village; here the child itself is on the list of what is overdue.
    assert held["青山村", "首次劝返", "逾期案件（人）"] == 1
    masked = rows(sheet(written, "990121", f"{LISTS}_会议用", "任务清单"))
    assert len(masked) == len(tasks)
    assert {row["责任人"] for row in masked} == {"赵**", "（没有报送）"}


def test_no_cell_is_a_formula_and_numbers_of_persons_are_text(written: tuple[Path, list[Block]]) -> None:
    for path in written[0].rglob("*.xlsx"):
        for page in openpyxl.load_workbook(path):
            for cell in (cell for row in page.iter_rows() for cell in row):
                assert cell.data_type != "f"
                if str(cell.value or " ")[0] in "=+-@" and isinstance(cell.value, str):
                    assert cell.quotePrefix


def test_long_names_wrap_and_paper_is_a4_across(written: tuple[Path, list[Block]]) -> None:
    page = sheet(written, "990121", ROSTER, "辍学")
    cell = next(c for c in page["B"] if c.value == LONG)
    assert cell.alignment.wrap_text
    assert page.row_dimensions[cell.row].height > 40
    setup = page.page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (9, "landscape", 2, 0)
    assert page.print_title_rows == "$1:$3"
    assert page.print_title_cols == "$A:$B"
    assert page.freeze_panes == "C4"


def test_files_are_for_their_owner_alone_under_any_umask(written: tuple[Path, list[Block]]) -> None:
    folders = list(written[0].rglob("restricted"))
    assert len(folders) == 4
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in written[0].rglob("*.xlsx")} == {0o600}


def test_every_cell_is_held_against_the_database(province: Province, written: tuple[Path, list[Block]]) -> None:
    folder, blocks = written
    databases = dict.fromkeys(("published", "restricted", "quality"), province.engine)
    assert read_back(folder, blocks, databases, {".xlsx": read_workbook}, NIGHT) > 200
    province.engine.execute("create or replace temp table kept as select * from restricted.identities")
    province.engine.execute("update restricted.identities set name = '换了人' where name = '=1+1'")
    try:
        with pytest.raises(KongchuoError, match="differ from the database") as stopped:
            read_back(folder, blocks, databases, {".xlsx": read_workbook}, NIGHT)
        # What is not public is named by its cell alone.
        assert "姓名" in str(stopped.value)
        assert "换了人" not in str(stopped.value)
    finally:
        province.run("2025-10-12", ALL)


def test_the_same_night_gives_the_same_bytes(
    province: Province, written: tuple[Path, list[Block]], tmp_path: Path
) -> None:
    write_name_files(ReportNight(province.engine, NIGHT, load_policy(None, NIGHT)), tmp_path)
    for path in written[0].rglob("*.xlsx"):
        assert (tmp_path / path.relative_to(written[0])).read_bytes() == path.read_bytes()


@pytest.fixture(scope="module")
def counted(province: Province, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Block]]:
    """The same files as if they were long: one county's are read whole."""
    folder = tmp_path_factory.mktemp("long")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(name_list, "MOST_READ", 0)
        return folder, write_name_files(ReportNight(province.engine, NIGHT, load_policy(None, NIGHT)), folder)


def back(province: Province, folder: Path, blocks: list[Block]) -> int:
    databases = dict.fromkeys(("published", "restricted", "quality"), province.engine)
    return read_back(folder, blocks, databases, {".xlsx": read_workbook}, NIGHT)


def test_of_long_lists_one_county_is_read_and_the_rows_of_all_are_counted(
    province: Province, counted: tuple[Path, list[Block]]
) -> None:
    folder, blocks = counted
    whole = {block.file.split("/")[0] for block in blocks if block.counted is None}
    assert len(whole) == 1
    assert {block.file.split("/")[0] for block in blocks} > whole
    assert all(block.listing.rows.is_empty() for block in blocks if block.counted is not None)
    figures = [
        len(block.listing.rows) * sum(column.figure is not None for column in block.listing.columns)
        for block in blocks
        if block.counted is None
    ]
    assert back(province, folder, blocks) == sum(figures)


def test_every_county_has_its_turn(province: Province) -> None:
    turns = set()
    for day in range(4):
        night = ReportNight(province.engine, NIGHT, load_policy(None, NIGHT))
        scopes = night.scopes
        night.as_of = NIGHT + timedelta(days=day)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(name_list, "MOST_READ", -1)
            (scope,) = name_list._read_whole(night, scopes)
        turns.add(scope.unit_code)
    assert turns == {scope.unit_code for scope in scopes[:4]}


def test_a_lost_row_of_a_list_that_is_counted_stops_the_publication(
    province: Province, counted: tuple[Path, list[Block]], tmp_path: Path
) -> None:
    shutil.copytree(counted[0], tmp_path, dirs_exist_ok=True)
    file = next(b.file for b in counted[1] if b.counted is not None and b.place == "任务清单")
    book = openpyxl.load_workbook(tmp_path / file)
    book["任务清单"].delete_rows(4)
    book.save(tmp_path / file)
    with pytest.raises(KongchuoError, match="任务清单"):
        back(province, tmp_path, counted[1])


def test_a_lost_byte_of_a_list_that_is_counted_stops_the_publication(
    province: Province, counted: tuple[Path, list[Block]], tmp_path: Path
) -> None:
    shutil.copytree(counted[0], tmp_path, dirs_exist_ok=True)
    path = tmp_path / next(b.file for b in counted[1] if b.counted is not None and b.place == "任务清单")
    with zipfile.ZipFile(path) as book:
        sheet = book.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[sheet.header_offset + 60 + sheet.compress_size // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(KongchuoError, match="任务清单"):
        back(province, tmp_path, counted[1])
