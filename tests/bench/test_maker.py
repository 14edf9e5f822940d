"""The maker's deliveries keep spec 2.1 and 2.2, and the same arguments give the same bytes."""

import re
from datetime import date
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from pipelines.engine import DuckDBEngine
from pipelines.landing import ingest
from pipelines.settings import load_policy
from tests.bench import draws, floor
from tests.bench.headers import HEADERS, PROVINCE_WIDE
from tests.bench.maker import World, default_counties, make_world, reuse_world
from tests.bench.places import make_province

FIRST, SECOND = "2025-09-20", "2025-09-21"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A province of 300 children in three counties."""
    out = tmp_path_factory.mktemp("small")
    return out / "landing", make_world(out, children=300, counties=3, seed=7)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A province of 6,000 children: large enough for every kind and every share."""
    out = tmp_path_factory.mktemp("larger")
    return out / "landing", make_world(out, children=6_000, counties=3, seed=7)


def read(landing: Path, kind: str, night: str = FIRST) -> pl.DataFrame:
    files = sorted((landing / night).glob(f"{kind}_*.csv"))
    return pl.concat([pl.read_csv(file, infer_schema=False).with_columns(file=pl.lit(file.stem)) for file in files])


def valid(number: str) -> bool:
    """GB 11643, written a second time and slowly."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    return "10X98765432"[total % 11] == number[17]


def test_files_are_named_by_kind_and_code_and_carry_the_standard_headers(small: tuple[Path, World]) -> None:
    landing, _ = small
    assert sorted(folder.name for folder in landing.iterdir()) == [FIRST, SECOND]
    for path in chain((landing / FIRST).iterdir(), (landing / SECOND).iterdir()):
        name = re.fullmatch(r"(\w+?)_(99\d{4})\.csv", path.name)
        assert name is not None, path.name
        assert (name[2] == "990000") == (name[1] in PROVINCE_WIDE)
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0] == ",".join(HEADERS[name[1]])
        assert len(lines) > 1, f"{path.name} is empty: it would be refused"


def test_rows_written_are_the_rows_counted_and_plausible(small: tuple[Path, World]) -> None:
    landing, world = small
    found = {kind: len(list((landing / FIRST).glob(f"{kind}_*.csv"))) for kind in HEADERS}
    for kind, rows in world.rows.items():
        assert (read(landing, kind).height if found[kind] else 0) == rows
    assert found["户籍"] == found["学籍"] == found["在校"] == 3
    assert world.rows["户籍"] == 300
    assert 240 < world.rows["在校"] <= world.rows["学籍"] < 300
    assert world.rows["区划"] == 1 + 1 + 3 + 3 * 12 + 3 * 12 * 3


def test_every_kind_is_delivered(larger: tuple[Path, World]) -> None:
    assert set(larger[1].rows) == set(HEADERS)
    assert all(rows > 0 for rows in larger[1].rows.values())


def test_citizen_numbers_are_fictional_valid_unique_and_agree_with_birth_and_sex(larger: tuple[Path, World]) -> None:
    landing, _ = larger
    registry = read(landing, "户籍")
    for number, sex, birth in registry.select("身份证号", "性别", "出生日期").iter_rows():
        assert number[:2] in ("98", "99")
        assert valid(number)
        assert number[6:14] == birth.replace("-", "")
        assert (int(number[16]) % 2 == 1) == (sex == "男")
    once = registry.unique(["file", "身份证号"])
    assert once.height == registry.height, "a number twice in one file would be rejected"
    # A few children stand in the registry of two counties; otherwise a number is one child's.
    assert 0 < registry.height - registry["身份证号"].n_unique() <= 5
    cards = read(landing, "残疾人")["残疾证号"]
    assert all(len(card) == 20 and valid(card[:18]) for card in cards)
    poor = read(landing, "脱贫户")["身份证号"]
    assert all(valid(number[:18]) for number in poor)


def test_mistakes_of_schools_are_few_and_leave_the_number_in_the_student_number(larger: tuple[Path, World]) -> None:
    pupils = read(larger[0], "学籍")
    known = set(read(larger[0], "户籍")["身份证号"])
    missing = pupils.filter(pl.col("身份证号").is_null())
    damaged = [row for row in pupils.drop_nulls("身份证号").iter_rows(named=True) if not valid(row["身份证号"])]
    assert 0.005 < (missing.height + len(damaged)) / pupils.height < 0.02
    assert all(row["学籍号"][0] == "G" and valid(row["学籍号"][1:]) for row in damaged)
    assert not any(row["身份证号"] in known for row in damaged)
    kinds = set(missing["学籍号"].str.head(1))
    assert "G" in kinds
    assert "L" in kinds


def test_keys_are_unique_in_each_file(larger: tuple[Path, World]) -> None:
    keys = {
        "区划": ["区划代码"],
        "学校": ["学校标识码"],
        "校历": ["区划代码", "类型", "开始日期", "名称"],
        "学籍": ["学籍号", "学校标识码"],
        "学籍异动": ["学籍号", "异动类型", "异动日期", "学校标识码"],
        "在校": ["学校标识码", "学籍号", "身份证号"],
        "缺课": ["学籍号", "缺课日期"],
        "日报": ["学校标识码", "日期"],
        "脱贫户": ["户编号", "身份证号"],
        "救助": ["身份证号", "救助类型"],
        "残疾人": ["残疾证号"],
        "资助": ["学籍号", "学期", "资助项目"],
        "劝返": ["记录编号"],
        "学籍查询": ["身份证号", "查询日期"],
        "部门名单": ["报送部门", "身份证号"],
        "责任人": ["职务", "单位代码"],
        "教基统计": ["学年", "学校标识码", "年级"],
    }
    for kind, columns in keys.items():
        rows = read(larger[0], kind)
        assert rows.unique(["file", *columns]).height == rows.height, kind


def test_places_schools_and_grades_fit_together(larger: tuple[Path, World]) -> None:
    landing, _ = larger
    divisions = set(read(landing, "区划")["区划代码"])
    parents = read(landing, "区划").drop_nulls("上级代码")
    assert set(parents["上级代码"]) <= divisions
    assert set(read(landing, "户籍")["户籍区划"]) <= divisions
    schools = read(landing, "学校")
    assert set(schools["区划代码"]) <= divisions
    pupils = read(landing, "学籍").join(schools, on="学校标识码", how="left")
    assert pupils["办学类型"].null_count() == 0
    assert (pupils["区划代码"].str.head(6) == pupils["file"].str.tail(6)).all()
    grade = pupils["年级"].cast(pl.Int64)
    assert grade.is_between(1, 12).all()
    assert grade.filter(pupils["办学类型"] == "教学点").max() == 3
    assert grade.filter(pupils["办学类型"] == "初级中学").is_between(7, 9).all()


def test_shares_are_those_of_a_province(larger: tuple[Path, World]) -> None:
    landing, world = larger
    pupils, roll = read(landing, "学籍"), read(landing, "在校")
    enrolled = pupils.filter(pl.col("学籍状态") == "在读").height
    assert 0.80 < enrolled / world.children < 0.90
    assert 0.975 < roll.filter(pl.col("是否在校") == "是").height / enrolled < 0.995
    assert 0.004 < pupils.filter(pl.col("学籍状态") == "辍学").height / pupils.height < 0.015
    born = read(landing, "脱贫户")["出生日期"].str.head(4).cast(pl.Int64)
    assert 0.15 < born.filter(born > 2000).len() / world.children < 0.25
    assert born.filter(born <= 1995).len() > 100
    assert 0.02 < world.rows["残疾人"] / world.children < 0.04


def test_reports_count_the_absences(larger: tuple[Path, World]) -> None:
    landing, _ = larger
    absent = read(landing, "缺课").group_by("学校标识码", pl.col("缺课日期").alias("日期")).len("absences")
    reports = read(landing, "日报").with_columns(pl.col("应到人数", "实到人数", "缺课人数").cast(pl.Int64))
    assert (reports["应到人数"] == reports["实到人数"] + reports["缺课人数"]).all()
    joined = reports.join(absent, on=["学校标识码", "日期"], how="full", coalesce=True)
    assert (joined["缺课人数"] == joined["absences"].fill_null(0)).all()


def test_statistics_reach_back_to_the_entrants_of_the_last_grade(larger: tuple[Path, World]) -> None:
    rows = read(larger[0], "教基统计").with_columns(pl.col("年级", "招生数", "在校生数").cast(pl.Int64))
    entrants = int(rows.filter((pl.col("学年") == "2017-2018") & (pl.col("年级") == 1))["招生数"].sum())
    leavers = int(rows.filter((pl.col("学年") == "2025-2026") & (pl.col("年级") == 9))["在校生数"].sum())
    assert 0.7 < leavers / entrants < 1.1


def test_a_class_holds_at_most_45_pupils(larger: tuple[Path, World]) -> None:
    assert read(larger[0], "学籍").group_by("学校标识码", "年级", "班级").len()["len"].to_numpy().max() <= 45


def test_second_night_changes_about_one_row_in_a_hundred(larger: tuple[Path, World]) -> None:
    landing, _ = larger
    assert len(list((landing / SECOND).iterdir())) == 9
    for kind in ("户籍", "学籍"):
        before, after = read(landing, kind).drop("file"), read(landing, kind, SECOND).drop("file")
        kept = after.join(before, on=before.columns, how="semi", nulls_equal=True).height
        assert 0.002 < 1 - kept / before.height < 0.02, kind
    rolls = read(landing, "在校", SECOND)["点名日期"].unique().sort().to_list()
    assert rolls == ["2025-09-10", "2025-09-19"]


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(
    tmp_path: Path, small: tuple[Path, World]
) -> None:
    landing, world = small
    assert make_world(tmp_path / "again", children=300, counties=3, seed=7) == world
    files = sorted(path.relative_to(landing) for path in landing.rglob("*.csv"))
    again = tmp_path / "again" / "landing"
    assert sorted(path.relative_to(again) for path in again.rglob("*.csv")) == files
    assert all((landing / path).read_bytes() == (again / path).read_bytes() for path in files)
    make_world(tmp_path / "other", children=300, counties=3, seed=8)
    name = Path(FIRST) / "户籍_990121.csv"
    assert (tmp_path / "other" / "landing" / name).read_bytes() != (landing / name).read_bytes()


def test_a_world_is_made_again_only_when_another_is_asked_for(tmp_path: Path) -> None:
    world = reuse_world(tmp_path, 300, 3, 7)
    file = tmp_path / "landing" / FIRST / "区划_990000.csv"
    before = file.stat().st_mtime_ns
    assert reuse_world(tmp_path, 300, 3, 7) == world
    assert file.stat().st_mtime_ns == before
    assert reuse_world(tmp_path, 300, 3, 8).seed == 8
    assert file.stat().st_mtime_ns > before


def test_counties_grow_with_the_children_up_to_a_large_province() -> None:
    assert [default_counties(n) for n in (300, 200_000, 8_000_000)] == [3, 10, 88]
    codes = [county.code for county in make_province(88 * 20, 88, 1).counties]
    assert len(set(codes)) == 88
    assert len({code[:4] for code in codes}) == 11


def test_a_province_that_cannot_be_numbered_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        make_province(100, 30, 1)
    with pytest.raises(ValueError, match="counties"):
        make_province(10_000_000, 1000, 1)


def test_a_wrong_check_digit_is_wrong() -> None:
    numbers = draws.citizen_numbers(*(pl.Series([value] * 400).to_numpy() for value in (990121, 16_000, 1)))
    assert numbers.n_unique() == 400
    assert all(valid(number) for number in numbers)
    assert not any(valid(number) for number in draws.wrong_check_digit(numbers))


def test_the_floor_loads_every_row_and_names_an_unknown_kind(small: tuple[Path, World], tmp_path: Path) -> None:
    landing, world = small
    result = floor.load(landing / FIRST, tmp_path / "floor.duckdb")
    assert result["rows"] == sum(world.rows.values())
    assert result["files"] == len(list((landing / FIRST).iterdir()))
    assert result["csv_bytes"] == sum(path.stat().st_size for path in (landing / FIRST).iterdir())
    (tmp_path / "其他_990121.csv").write_text("甲\n1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="其他"):
        floor.load(tmp_path, tmp_path / "floor.duckdb")


def test_landing_accepts_every_row_of_both_nights(small: tuple[Path, World], tmp_path: Path) -> None:
    landing, world = small
    engine = DuckDBEngine(tmp_path / "warehouse.duckdb")
    try:
        for as_of in (date.fromisoformat(FIRST), date.fromisoformat(SECOND)):
            found = ingest(engine, landing, as_of, load_policy(None, as_of))
            assert found.refused == ()
            assert found.rejected == 0
            assert found.repeats == 0
            assert found.accepted == found.rows
            if as_of.isoformat() == FIRST:
                assert found.rows == sum(world.rows.values())
    finally:
        engine.close()
