"""`kongchuo returns`: from deliveries with faults to the workbooks of their agencies, or one sentence why not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from pipelines.night import run_night
from tests.support.deliveries import World, people, rows_of
from tests.support.numbers import number

pytestmark = pytest.mark.usefixtures("databases_only")

NIGHTS = (date(2025, 9, 10), date(2025, 9, 17))
# 16 digits: no citizen number, and nobody's.
DAMAGED = "9901212015030100"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights: faults of all sorts in the first, some of them mended before the second."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    pupils = people("学籍", 3)
    pupils[0] |= {"身份证号": DAMAGED, "学籍号": "L1", "出生日期": "2015-03-01"}
    pupils[1] |= {"性别": "男"}  # her number says 女
    pupils[2] |= {"年级": "十五"}
    world.deliver("学籍", pupils, day="2025-09-01")
    registry = people("户籍", 2)
    registry[1]["户籍区划"] = "990122000000"
    world.deliver("户籍", registry, day="2025-09-01")
    world.deliver("救助", "姓名\n王伟\n", day="2025-09-02")
    world.deliver("缺课", wide_absences(), day="2025-09-09", code="990100")
    made = tmp_path_factory.mktemp("home")
    run_night(NIGHTS[0], world.landing, made, None, b"a-secret")
    world.deliver("救助", people("救助", 2), day="2025-09-12")
    world.deliver("户籍", people("户籍", 2), day="2025-09-12")
    run_night(NIGHTS[1], world.landing, made, None, b"a-secret")
    world.engine.close()
    return made


def wide_absences() -> str:
    """缺课 of the prefecture: a row that stands, a damaged number there and elsewhere, a reason nobody knows."""
    rows = [
        f"2199000001,L7,{number()},王伟,2025-09-08,病假",
        f"2199000001,L8,{DAMAGED},王伟,2025-09-08,病假",
        f"2199000002,L9,{DAMAGED},王伟,2025-09-08,病假",
        "2199000001,L10,,王伟,2025-09-08,睡觉",
        "2199000002,L11,,王伟,2025-09-08,睡觉",
    ]
    return "\n".join(["学校标识码,学籍号,身份证号,姓名,缺课日期,缺课原因", *rows, ""])


def returns(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["returns", "--home", str(home), *arguments])


def table(result: Result) -> dict[str, list[str]]:
    """Agency → numbers and path, as printed."""
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines() if "更正单_" in line]
    return {row[0]: row[1:] for row in rows}


def sheets(path: str) -> dict[str, list[tuple[str, ...]]]:
    """Rows of each list, below its headings."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(min_row=4, values_only=True)) for sheet in book if sheet.title != "说明"}


def test_a_workbook_for_every_agency_that_has_something_to_correct(home: Path, tmp_path: Path) -> None:
    found = table(returns(home, "--county", "990121", "--as-of", "2025-09-10", "--out", str(tmp_path / "out")))
    assert {agency: row[:3] for agency, row in found.items()} == {
        "公安": ["0", "1", "0"],
        "教育": ["0", "1", "2"],
        "学校": ["0", "1", "1"],
        "民政": ["1", "0", "0"],
    }
    assert {row[3] for row in found.values()} == {str(path) for path in (tmp_path / "out").iterdir()}

    education = sheets(found["教育"][3])
    ((*place, why, _todo, _student, citizen, _name), *_) = [row[:8] for row in education["退回行_学籍"]]
    assert (place, why) == (["2025-09-01", "学籍_990121.csv", "4"], "“年级”无法识别")
    assert citizen == people("学籍", 3)[2]["身份证号"]
    assert [(row[3], row[4]) for row in education["身份证问题"]] == [("2", "身份证号无效"), ("3", "性别与身份证号不符")]

    (refused,) = sheets(found["民政"][3])["退回文件"]
    assert refused[:4] == ("救助", "2025-09-02", "救助_990121.csv", "缺少必需的列“身份证号”")

    school = sheets(found["学校"][3])
    assert [row[2] for row in school["退回行_缺课"]] == ["5"]
    assert [row[3] for row in school["身份证问题"]] == ["3"]


def test_the_newest_night_and_what_has_been_mended_is_gone(home: Path) -> None:
    found = table(returns(home, "--county", "990121000000"))
    assert {agency: row[:3] for agency, row in found.items()} == {"教育": ["0", "1", "2"], "学校": ["0", "1", "1"]}
    folder = home / "returns" / "2025-09-17"
    assert {Path(row[3]) for row in found.values()} == set(folder.iterdir())
    assert {path.name for path in folder.iterdir()} == {
        "更正单_教育_990121_2025-09-17.xlsx",
        "更正单_学校_990121_2025-09-17.xlsx",
    }
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_prefecture_gets_its_own_files_whole(home: Path, tmp_path: Path) -> None:
    found = table(returns(home, "--county", "990100", "--out", str(tmp_path)))
    assert {agency: row[:3] for agency, row in found.items()} == {"学校": ["0", "2", "2"]}


def test_nothing_to_return_is_said_and_nothing_written(home: Path, tmp_path: Path) -> None:
    result = returns(home, "--county", "990190", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "Nothing to return" in result.stdout
    assert not (tmp_path / "out").exists()
    old = tmp_path / "更正单_教育_990190_2025-09-17.xlsx"
    old.touch()
    assert returns(home, "--county", "990190", "--out", str(tmp_path)).exit_code == 0
    assert not old.exists(), "it asks for what has been mended"


def test_no_person_is_named_on_the_screen(home: Path, tmp_path: Path) -> None:
    said = returns(home, "--county", "990121", "--out", str(tmp_path)).output
    for text in (DAMAGED, *(row[key] for row in rows_of("学籍") for key in ("姓名", "身份证号"))):
        assert text not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--county", "999999"], ["999999", "990121, 990122, 990190"]),
        (["--county", "990121001000"], ["990121001000"]),
        (["--county", "云岭区"], ["云岭区"]),
        (["--county", "990121", "--as-of", "2025-09-11"], ["2025-09-11", "2025-09-17"]),
    ],
)
def test_what_cannot_be_done(home: Path, arguments: list[str], words: list[str]) -> None:
    result = returns(home, *arguments)
    assert result.exit_code == REFUSED
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith("kongchuo: ")
    assert all(word in sentence for word in words)


def test_no_published_night_and_a_folder_that_cannot_be_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for result, word in (
        (returns(tmp_path, "--county", "990121"), str(tmp_path)),
        (returns(home, "--county", "990121", "--out", str(tmp_path / "file" / "out")), "--out"),
    ):
        assert result.exit_code == REFUSED
        assert word in result.stderr
        assert len(result.stderr.splitlines()) == 1
