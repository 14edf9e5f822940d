"""`kongchuo explain`: from deliveries to the story of one child, or one sentence why not."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from pipelines.engine.snapshot import Snapshot
from pipelines.night import run_night
from tests.support.deliveries import World, rows_of
from tests.support.numbers import number

pytestmark = pytest.mark.usefixtures("databases_only")

NIGHTS = (date(2025, 9, 3), date(2025, 9, 10), date(2025, 9, 15), date(2025, 9, 25))
BACK = number("20150301", 1)  # dropped out, placed, dropped out again
NEVER = number("20150301", 2)
SITTING = number("20150301", 3)
NAMES = {BACK: "王一丁", NEVER: "赵二丙", SITTING: "钱三甲"}
GUARDIAN, PHONE, HEAD = "孙守护", "10000000099", "李村长"
ACTIONS = (
    "记录编号,身份证号,姓名,区划代码,行动类型,行动日期,结果,"
    "种类,开始日期,截止日期,佐证编号,关联记录,出生日期,性别,原因,学校标识码"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four nights of three children: one comes and goes, one was never enrolled, one sits in class."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    terms = [
        ("2025-2026", "学期", "2025-09-01", "2026-01-20", "秋季学期"),
        ("2025-2026", "学期", "2026-03-01", "2026-07-10", "春季学期"),
    ]
    headers = ("学年", "类型", "开始日期", "结束日期", "名称")
    calendar = [{"区划代码": "990000", **dict(zip(headers, term, strict=True))} for term in terms]
    world.deliver("校历", calendar, day="2025-08-25", code="990000")
    holders = [
        {"职务": "村委会主任", "单位代码": "990121001001", "姓名": HEAD},
        {"职务": "师长", "单位代码": "2199000001/4/1", "姓名": "周老师"},
    ]
    world.deliver("责任人", rows_of("责任人", *holders), day="2025-08-25")
    family = {"监护人姓名": GUARDIAN, "监护人电话": PHONE}
    registry = [{"身份证号": who, "姓名": name, "户号": name, **family} for who, name in NAMES.items()]
    world.deliver("户籍", rows_of("户籍", *registry), day="2025-09-01")
    world.deliver("脱贫户", rows_of("脱贫户", {"身份证号": NEVER, "姓名": NAMES[NEVER]}), day="2025-09-01")
    for day, status in (("2025-09-01", "在读"), ("2025-09-08", "辍学")):
        sitting = {"身份证号": SITTING, "学籍号": "G" + SITTING, "姓名": NAMES[SITTING], "班级": "1"}
        own = {"身份证号": BACK, "学籍号": "G" + BACK, "姓名": NAMES[BACK], "班级": "1", "学籍状态": status}
        own |= {"状态日期": "2025-09-05"} if status == "辍学" else {}
        world.deliver("学籍", rows_of("学籍", sitting, own), day=day)
    placed = actions("R1", "安置", "2025-09-11", "", "送教上门,2025-09-11,2025-09-20,证1,")
    placed += actions("R2", "审核", "2025-09-12", "通过", "送教上门,,,,R1", header=False)
    world.deliver("劝返", placed, day="2025-09-13")
    world.deliver("劝返", actions("R3", "劝返", "2025-09-25", "未成功", ",,,,"), day="2025-09-25")
    made = tmp_path_factory.mktemp("home")
    for night in NIGHTS:
        run_night(night, world.landing, made, None, b"a-secret")
    world.engine.close()
    return made


def actions(record: str, action: str, on: str, result: str, more: str, *, header: bool = True) -> str:
    """劝返 as a file of one row, or the row alone."""
    row = f"{record},{BACK},{NAMES[BACK]},990121001000,{action},{on},{result},{more},2015-03-01,,,\n"
    return f"{ACTIONS}\n{row}" if header else row


def key(home: Path, who: str) -> str:
    with Snapshot(home / "published" / "current" / "cases.duckdb") as cases:
        sql = "select child_key from restricted.identities where child_id = $who"
        return str(cases.read(sql, {"who": who}).item())


def explain(home: Path, what: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", what, "--home", str(home), *arguments])


def told(home: Path, what: str, *arguments: str) -> dict[str, list[str]]:
    """Lines of the story by heading."""
    result = explain(home, what, *arguments)
    assert result.exit_code == 0, result.output
    sections: dict[str, list[str]] = {"": []}
    at = ""
    for line in result.stdout.splitlines():
        if line == "摘要" or line[:2] in ("一、", "二、", "三、", "四、", "五、"):
            at = line
            sections[at] = []
        elif line:
            sections[at].append(line)
    return sections


def test_a_child_that_was_placed_and_is_out_again(home: Path) -> None:
    story = told(home, key(home, BACK))
    assert story["摘要"] == [
        "失学辍学，按失学辍学统计；案件未销号，辍学（已核实），2025-09-25立案，已劝返1次；没有逾期事项。"
    ]
    where = "［2025-09-08/学籍_990121.csv，第3行］"
    status = story["三、现在的状态和依据"]
    assert status[0] == "状态：失学辍学，按失学辍学统计。"
    assert "第15条" in status[1]
    assert status[2] == "类别：辍学。学校已在学籍中把该生标为辍学。"
    assert status[3] == f"依据：学籍：学籍状态辍学，4年级，中心小学（2199000001），2025-09-05{where}"
    child = key(home, BACK)
    assert story["四、案件经过"] == [
        f"第1次立案，案号{child}-1：已销号，类别辍学，2025-09-15以“安置”销号",
        "  2025-09-10  立案（辍学）" + where,
        "  2025-09-10  学校标为辍学，转为辍学（已核实）" + where,
        "  2025-09-11  安置（送教上门），2025-09-11至2025-09-20，县级已审核［2025-09-13/劝返_990121.csv，第2行］",
        "  2025-09-12  审核（送教上门），通过［2025-09-13/劝返_990121.csv，第3行］",
        "  2025-09-15  销号（安置）［2025-09-13/劝返_990121.csv，第2行］",
        f"第2次立案，案号{child}-2：辍学（已核实），类别辍学；已劝返1次，法律程序：无",
        "  反弹：以前的案件曾以复学或安置销号",
        "  2025-09-25  立案（辍学）" + where,
        "  2025-09-25  学校标为辍学，转为辍学（已核实）" + where,
        "  2025-09-25  劝返，未成功［2025-09-25/劝返_990121.csv，第2行］",
    ]
    due = story["五、下一步和责任人"]
    # The visit meets the first visit and the month; the notice is the township's, who is not reported.
    assert due[0] == "敦促或限期复学通知书：2025-10-25到期，还有30天；责任人：乡镇长（没有报送责任人）"
    assert "政府线：县长（没有报送责任人） → 乡镇长（没有报送责任人） → 村委会主任李** → 家长孙**" in due
    assert any("师长周**" in line for line in due)
    assert any(line.startswith("学籍查询：由原学校") for line in due)


def test_a_child_that_was_never_enrolled(home: Path) -> None:
    story = told(home, key(home, NEVER))
    assert "失学。已到入学年龄" in story["三、现在的状态和依据"][2]
    offices = story["二、各部门怎么说"]
    assert "公安（户籍）：户籍状态正常［2025-09-01/户籍_990121.csv，第3行］" in offices
    assert "乡村振兴（脱贫户）：户类型脱贫户［2025-09-01/脱贫户_990121.csv，第2行］" in offices
    assert "学校（学籍）：在用的资料中没有该生" in offices
    due = story["五、下一步和责任人"]
    assert due[0] == "核实：2025-09-10到期，已逾期15天；责任人：村委会主任李**、师长（没有报送责任人）"


def test_a_child_in_class_has_no_case(home: Path) -> None:
    story = told(home, key(home, SITTING))
    assert story["摘要"] == ["在校，不按失学辍学统计；没有立过案。"]
    assert story["三、现在的状态和依据"][-1] == "依据：学籍的报送［2025-09-08/学籍_990121.csv，第2行］"
    assert story["四、案件经过"] == ["没有立过案。"]
    assert story["五、下一步和责任人"] == ["没有未销号的案件，没有应办事项。"]


def test_a_case_id_and_an_older_night(home: Path) -> None:
    child = key(home, BACK)
    lines = told(home, f"{child}-1", "--as-of", "2025-09-10")["四、案件经过"]
    assert lines[0].startswith(f"第1次立案，案号{child}-1（所查案件）：辍学（已核实）")
    assert not any("安置" in line for line in lines)


def test_masked_unless_it_is_asked_for_in_full(home: Path) -> None:
    personal = (NAMES[BACK], GUARDIAN, PHONE, HEAD, BACK, "3月1日")
    masked = explain(home, key(home, BACK)).stdout
    assert not [word for word in personal if word in masked]
    assert f"身份证号：{'*' * 14}{BACK[-4:]}" in masked
    full = explain(home, key(home, BACK), "--full").stdout
    assert [word for word in personal if word not in full] == []


def test_the_text_file_says_the_same_and_is_for_its_owner_alone(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "story.txt"
    out.touch(mode=0o644)
    result = explain(home, key(home, NEVER), "--out", str(out))
    assert out.read_text(encoding="utf-8").splitlines() == result.stdout.splitlines()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("what", "more", "words"),
    [
        ("0123456789abcdef", (), ["knows no child 0123456789abcdef"]),
        ("0123456789abcdef-1", (), ["knows no case 0123456789abcdef-1"]),
        ("王一丁", (), ["neither a child_key", "nor a case_id"]),
        ("0123456789abcdef", ("--as-of", "2025-09-11"), ["2025-09-11 has not been published"]),
    ],
)
def test_what_cannot_be_told(home: Path, what: str, more: tuple[str, ...], words: list[str]) -> None:
    result = explain(home, what, *more)
    assert result.exit_code == REFUSED
    assert result.stdout == ""
    (said,) = result.stderr.splitlines()
    assert said.startswith("kongchuo: ")
    assert all(word in said for word in words)
    assert "王一丁" not in said


def test_a_home_without_nights_and_a_file_that_cannot_be_written(home: Path, tmp_path: Path) -> None:
    result = explain(tmp_path, "0123456789abcdef")
    assert result.exit_code == REFUSED
    assert "No night has been published" in result.stderr
    result = explain(home, key(home, BACK), "--out", str(tmp_path))
    assert result.exit_code == REFUSED
    assert "--out" in result.stderr


def test_a_night_published_before_there_was_evidence(home: Path, tmp_path: Path) -> None:
    """Nights of an older version lack the table; the sentence says what to do."""
    import duckdb

    night = tmp_path / "published" / "2025-09-25"
    night.mkdir(parents=True)
    (tmp_path / "published" / "current").symlink_to("2025-09-25")
    for name in ("cases.duckdb", "report.duckdb"):
        duckdb.connect(str(night / name)).close()
    result = explain(tmp_path, "0123456789abcdef")
    assert result.exit_code == REFUSED
    assert "run it again" in result.stderr
