"""`kongchuo report` and the schedules of the cycles: the right report for the right unit, the same when run again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import docx
import duckdb
import pytest
from typer.testing import CliRunner

from assets.automation import REPORTING, report_job
from assets.cli import app
from assets.definitions import build_defs
from assets.resources import NightResource
from pipelines.night import run_night
from pipelines.publish.documents.cycles import CYCLES
from pipelines.publish.export_log import LOG
from tests.support.deliveries import GOOD, World, people

pytestmark = pytest.mark.usefixtures("databases_only")

NIGHT = dt.date(2025, 9, 17)
CHINA = ZoneInfo("Asia/Shanghai")
PROVINCE, PREFECTURE, COUNTY, TOWNSHIP, SCHOOL = "990000", "990100", "990121", "990121001", "2199000001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six children of school age: four pupils, one who dropped out this year, one who never enrolled."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("校历", [GOOD["校历"]], day="2025-08-25")
    world.deliver("户籍", people("户籍", 6), day="2025-08-25")
    pupils = people("学籍", 5)
    world.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", pupils, day="2025-09-15")
    made = tmp_path_factory.mktemp("home")
    for night in (dt.date(2025, 9, 1), NIGHT):
        run_night(night, world.landing, made, None, b"a-secret")
    world.engine.close()
    return made


def run(home: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["report", *arguments, "--home", str(home)])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def written(home: Path, cycle: str, unit: str, out: Path) -> tuple[Path, Any]:
    path = Path(run(home, "--cycle", cycle, "--unit", unit, "--out", str(out)))
    return path, docx.Document(str(path))


def headings(document: Any) -> list[str]:
    return [paragraph.text[2:] for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]


@pytest.mark.parametrize(
    ("cycle", "unit", "title", "file"),
    [
        ("day", PROVINCE, "示例省\n2025年9月17日控辍保学日报告", "控辍保学日报告_990000_2025-09-17.docx"),
        ("week", COUNTY, "云岭区\n2025年9月17日控辍保学工作通报", "控辍保学工作通报_990121_2025-09-17.docx"),
        ("month", PREFECTURE, "示例市\n2025年9月控辍保学月调度", "控辍保学月调度_990100_2025-09.docx"),
        ("month", SCHOOL, "中心小学\n2025年9月控辍保学月报告", "控辍保学月报告_2199000001_2025-09.docx"),
        ("quarter", COUNTY, "云岭区\n2025年第三季度控辍保学季度报告", "控辍保学季度报告_990121_2025-Q3.docx"),
        ("year", PROVINCE, "示例省\n2025—2026学年控辍保学年度报告", "控辍保学年度报告_990000_2025-2026.docx"),
        (
            "term",
            PREFECTURE,
            "示例市\n2025—2026学年第一学期控辍保学学期报告",
            "控辍保学学期报告_990100_2025-2026-1.docx",
        ),
        (
            "term-start",
            TOWNSHIP,
            "城关镇\n2025—2026学年第一学期控辍保学开学报告",
            "控辍保学开学报告_990121001_2025-2026-1.docx",
        ),
    ],
)
def test_each_cycle_has_its_report(home: Path, tmp_path: Path, cycle: str, unit: str, title: str, file: str) -> None:
    path, document = written(home, cycle, unit, tmp_path)
    assert path == tmp_path / file
    titles = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Title"]
    assert titles[0].endswith(title.split("\n")[1])
    assert titles[0] == title
    assert len(headings(document)) >= 3
    before = path.read_bytes()
    written(home, cycle, unit, tmp_path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == [file]


def test_the_figures_of_the_period_are_those_of_the_table(home: Path, tmp_path: Path) -> None:
    _, document = written(home, "quarter", COUNTY, tmp_path)
    with duckdb.connect(str(home / "published/current/report.duckdb"), read_only=True) as report:
        query = (
            "select open_at_start, opened, relapsed, verified, returned, placements, closed, open_at_end "
            "from published.cycle where unit_code = '990121000000' and line = 'household' and cycle = 'quarter' "
            "and \"group\" = 'all'"
        )
        [row] = report.execute(query).fetchall()
    assert [cell.text for cell in document.tables[0].rows[1].cells][1:] == [str(number) for number in row]
    assert row[1] == row[-1] > 0
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"自2025年7月1日至2025年9月17日，期初在册0人，新增{row[1]}人，没有反弹" in text
    assert "本期自2025年7月1日至2025年9月30日，统计截至2025年9月17日。" in text


def test_the_start_of_a_term_names_the_day_by_which_it_is_due(home: Path, tmp_path: Path) -> None:
    for unit, due in ((SCHOOL, "2025年9月8日"), (TOWNSHIP, "2025年10月1日"), (COUNTY, "2025年10月1日")):
        _, document = written(home, "term-start", unit, tmp_path)
        assert any(f"本报告应于{due}前报出" in paragraph.text for paragraph in document.paragraphs)


def test_a_report_of_a_school_stands_in_the_log_and_one_of_a_county_does_not(home: Path, tmp_path: Path) -> None:
    path, _ = written(home, "month", SCHOOL, tmp_path)
    before = (home / LOG).read_text(encoding="utf-8").splitlines()
    last = json.loads(before[-1])
    assert (last["command"], last["unit"], last["extent"], last["file"]) == ("report", SCHOOL, "masked", path.name)
    assert last["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    written(home, "quarter", COUNTY, tmp_path)
    assert (home / LOG).read_text(encoding="utf-8").splitlines() == before


def test_a_report_of_a_school_is_for_its_owner_alone_and_masks_names(home: Path, tmp_path: Path) -> None:
    path, document = written(home, "month", SCHOOL, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with duckdb.connect(str(home / "published/current/cases.duckdb"), read_only=True) as cases:
        query = "select name, child_id from restricted.identities"
        people_known = cases.execute(query).fetchall()
        owned = cases.execute("select count(*) from restricted.cases where school_code = ?", [SCHOOL]).fetchone()
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])
    assert owned is not None
    assert owned[0] > 0
    assert any(cell.endswith("**") and len(cell) == 3 for cell in cells)
    assert "不得公开" in text
    for name, number in people_known:
        assert name not in text
        assert number not in text


def test_what_is_public_can_be_read_by_anyone(home: Path, tmp_path: Path) -> None:
    path, _ = written(home, "day", COUNTY, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("cycle", "unit", "said"),
    [
        ("quarter", PROVINCE, "made by a county"),
        ("year", SCHOOL, "for 中心小学 take month or term-start"),
        ("fortnight", COUNTY, "take one of day, week, month, quarter, term, year, term-start"),
        ("month", "123456", "knows no unit 123456"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    home: Path, tmp_path: Path, cycle: str, unit: str, said: str
) -> None:
    assert said in run(home, "--cycle", cycle, "--unit", unit, "--out", str(tmp_path / "out"), status=2)
    assert not (tmp_path / "out").exists()


def test_an_earlier_night_can_be_asked_for(home: Path, tmp_path: Path) -> None:
    arguments = ("--cycle", "day", "--unit", COUNTY, "--as-of", "2025-09-01", "--out", str(tmp_path))
    assert run(home, *arguments).endswith("控辍保学日报告_990121_2025-09-01.docx")


def test_a_number_that_is_not_the_database_s_leaves_no_file(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.publish.documents import shown

    def one_more(one: Any, what: str, measure: str = "人") -> list[Any]:
        return [shown.replace(one, text="77"), what]

    monkeypatch.setattr("pipelines.publish.documents.parts.some", one_more)
    said = run(home, "--cycle", "day", "--unit", COUNTY, "--out", str(tmp_path), status=2)
    assert "differ from the database" in said
    assert list(tmp_path.iterdir()) == []


# --- schedules

TICKS = [
    ("day", "2025-09-18T07:00", "0 7 * * *"),
    ("week", "2025-09-22T07:00", "0 7 * * 1"),
    ("month", "2025-10-01T07:00", "0 7 1 * *"),
    ("quarter", "2025-10-01T07:00", "0 7 1 1,4,7,10 *"),
    ("term", "2026-02-01T07:00", "0 7 1 2,8 *"),
    ("year", "2026-09-01T07:00", "0 7 1 9 *"),
    ("term-start", "2025-09-18T07:30", "30 7 * * *"),
]


@pytest.mark.parametrize(("cycle", "at", "cron"), TICKS)
def test_a_tick_asks_for_one_run_and_the_run_writes_the_reports(
    home: Path, tmp_path: Path, cycle: str, at: str, cron: str
) -> None:
    made = tmp_path / "home"
    made.mkdir()
    (made / "published").symlink_to(home / "published")
    defs = build_defs(night=NightResource(home=str(made)))
    schedule = defs.resolve_schedule_def(report_job(cycle))
    assert (schedule.cron_schedule, schedule.execution_timezone) == (cron, "Asia/Shanghai")
    when = dt.datetime.fromisoformat(at).replace(tzinfo=CHINA)
    with dg.DagsterInstance.ephemeral() as instance:
        tick = dg.build_schedule_context(instance=instance, scheduled_execution_time=when)
        [request] = schedule.evaluate_tick(tick).run_requests
        assert request.run_key == f"{cycle}-{when.date()}"
        job = defs.resolve_job_def(schedule.job_name)
        assert job.execute_in_process(instance=instance).success
        first = {path: path.read_bytes() for path in (made / "reports").rglob("*.docx")}
        assert job.execute_in_process(instance=instance).success
    assert {path: path.read_bytes() for path in (made / "reports").rglob("*.docx")} == first
    assert {path.parent.parent.name for path in first} == {cycle}
    levels = {unit_level(path.name.split("_")[1]) for path in first}
    # On 17 September only the reports of schools have fallen due.
    assert levels == ({"school"} if cycle == "term-start" else set(CYCLES[cycle].levels))


def unit_level(code: str) -> str:
    if len(code) != 6:
        return "school" if len(code) == 10 else "township"
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def test_every_cycle_has_a_schedule() -> None:
    assert set(REPORTING) == set(CYCLES)
