"""`kongchuo figure`: a published number with its parts, its words, its sources and the children behind it (spec 5)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from assets.cli import app
from pipelines.night import run_night
from tests.support.deliveries import World, people

pytestmark = pytest.mark.usefixtures("databases_only")

NIGHT = dt.date(2025, 9, 17)
SECRET = b"a-secret"
COUNTY = "990121"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six children of school age: four pupils, one who dropped out this year, one who never enrolled."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 6), day="2025-08-25")
    pupils = people("学籍", 5)
    world.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", pupils, day="2025-09-15")
    made = tmp_path_factory.mktemp("home")
    run_night(NIGHT, world.landing, made, None, SECRET)
    world.engine.close()
    return made


def said(home: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["figure", *arguments, "--home", str(home)])
    assert result.exit_code == status, result.output
    return result.output


def children(home: Path, condition: str) -> list[str]:
    with duckdb.connect(str(home / "published/current/cases.duckdb"), read_only=True) as database:
        query = f"select child_key from restricted.children where {condition} order by 1"
        return [key for (key,) in database.execute(query).fetchall()]


def test_an_entry_rate_and_who_is_missing_from_it(home: Path) -> None:
    text = said(home, "compulsory_enrolment", "--unit", COUNTY, "--list")
    assert "全部：4／6＝66.67%" in text
    assert "分母：6-15周岁儿童数" in text
    missing = children(home, "status = 'out_of_school'")
    assert len(missing) == 2
    assert [key for key in children(home, "true") if key in text] == missing
    assert "在分母而不在分子的2名儿童" in text


def test_the_list_is_only_given_when_asked_for(home: Path) -> None:
    text = said(home, "compulsory_enrolment", "--unit", COUNTY)
    assert not [key for key in children(home, "true") if key in text]


def test_a_dropout_rate_lists_those_who_must_come_back(home: Path) -> None:
    text = said(home, "dropout", "--unit", COUNTY, "--list")
    assert [key for key in children(home, "true") if key in text] == children(home, "category = 'dropped_out'")
    assert "新增口径 event" in text
    assert "没有教基统计行" in text


def test_retention_says_that_schools_count_it(home: Path) -> None:
    text = said(home, "retention", "--unit", COUNTY, "--list", "--as-of", NIGHT.isoformat())
    assert "九年义务教育巩固率（2025年9月17日）" in text
    assert "不能逐人对应" in text


def test_a_unit_sees_its_own_children_only(home: Path) -> None:
    text = said(home, "compulsory_enrolment", "--unit", "990122", "--list")
    assert "分母为0，不计算" in text
    assert "0名儿童" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("elsewhere", "--unit", COUNTY), "no figure elsewhere"), (("dropout", "--unit", "998877"), "no unit 998877")],
)
def test_what_there_is_not_is_said_in_one_sentence(home: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in said(home, *arguments, status=2)


def test_every_number_is_the_published_one(home: Path) -> None:
    with duckdb.connect(str(home / "published/current/report.duckdb"), read_only=True) as database:
        query = (
            "select numerator, denominator from published.enrolment_rate where unit_code = '990121000000' "
            "and indicator = $indicator and \"group\" = 'all'"
        )
        for indicator in ("primary_net_enrolment", "junior_gross_enrolment", "aid_coverage"):
            (row,) = database.execute(query, {"indicator": indicator}).fetchall()
            assert f"全部：{row[0]}／{row[1]}＝" in said(home, indicator, "--unit", COUNTY)
