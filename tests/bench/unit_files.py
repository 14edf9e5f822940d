"""The files about schools and offices rather than children: 缺课 with 日报, 责任人, 教基统计."""

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.children import ENROLLED, YEAR
from tests.bench.draws import Flags, Ints
from tests.bench.expressions import pupil
from tests.bench.places import TOWNSHIPS, County, school_days

_SILENT_DAYS = 3


def absences_and_reports(rng: np.random.Generator, pupils: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """缺课 and 日报 of the last ten school days; they agree with each other.

    A pupil in 150 is away on a given day, mostly with leave; one in 1,600 stays away without a word to the end. One
    school in fifty is silent on the last three days.
    """
    days = np.array([draws.day(value) for value in school_days()])
    active = pupils.filter((pl.col("state") == ENROLLED) & (pl.col("home") == "否"))
    size = active.height
    streak = np.where(rng.random(size) < 1 / 1600, rng.integers(2, 9, size), 0)
    # A cell is one pupil on one day; drawn twice it is still one absence.
    cells = np.unique(rng.integers(0, max(size, 1) * len(days), int(size * len(days) / 150)))
    cells = cells[streak[cells // len(days)] == 0]
    away = np.flatnonzero(streak)
    long_pupil = np.repeat(away, streak[away])
    rows = np.concatenate([cells // len(days), long_pupil])
    column = np.concatenate([cells % len(days), len(days) - 1 - draws.rank_in_group(long_pupil)])
    reason = np.concatenate([draws.pick(rng, len(cells), (60, 30, 7, 3)), np.full(len(long_pupil), 2)])
    school = active["school"].to_numpy()
    silent = rng.random(int(school.max()) + 1 if size else 0) < 0.02
    heard = ~(silent[school[rows]] & (column >= len(days) - _SILENT_DAYS))
    rows, column, reason = rows[heard], column[heard], reason[heard]
    absences = active.gather(pl.Series(rows)).select(
        **pupil(),
        缺课日期=draws.dates(days[column]),
        缺课原因=draws.label(("病假", "事假", "旷课", "不明"), reason),
    )
    return absences, _reports(active, days, silent, school[rows] * len(days) + column)


def _reports(active: pl.DataFrame, days: Ints, silent: Flags, absent_cells: Ints) -> pl.DataFrame:
    """日报 of every school with pupils for each of ``days``; ``absent_cells`` are school * days + day."""
    codes = active.group_by("school").agg(pl.col("school_code").first(), pl.len().alias("pupils")).sort("school")
    school = np.repeat(codes["school"].to_numpy(), len(days))
    column = np.tile(np.arange(len(days)), codes.height)
    expected = np.repeat(codes["pupils"].to_numpy().astype(np.int64), len(days))
    absent = np.bincount(absent_cells, minlength=len(silent) * len(days))[school * len(days) + column]
    frame = pl.DataFrame(
        {
            "学校标识码": codes["school_code"].gather(pl.Series(np.repeat(np.arange(codes.height), len(days)))),
            "日期": draws.dates(days[column]),
            "应到人数": expected,
            "实到人数": expected - absent,
            "缺课人数": absent,
        }
    )
    return frame.filter(pl.Series(~(silent[school] & (column >= len(days) - _SILENT_DAYS))))


def responsibility(rng: np.random.Generator, county: County, pupils: pl.DataFrame) -> pl.DataFrame:
    """责任人: both chains; one village in thirty-three and one class in fifty have nobody."""
    villages = county.villages["code"]
    teaching = pupils.filter((pl.col("state") == ENROLLED) & (pl.col("grade") <= 9))
    classes = teaching.select(pl.concat_str("school_code", "grade", "class_number", separator="/")).to_series()
    classes = classes.unique().sort()
    holders = (
        ("县长", pl.Series([county.code])),
        ("教育局长", pl.Series([county.code])),
        ("乡镇长", pl.Series([f"{county.code}{number + 1:03d}" for number in range(TOWNSHIPS)])),
        ("村委会主任", villages.filter(pl.Series(rng.random(len(villages)) >= 0.03))),
        ("校长", county.schools["学校标识码"]),
        ("师长", classes.filter(pl.Series(rng.random(len(classes)) >= 0.02))),
    )
    rows = pl.concat(pl.DataFrame({"单位代码": codes}).with_columns(职务=pl.lit(role)) for role, codes in holders)
    return rows.with_columns(
        姓名=draws.surnames(rng, rows.height) + draws.given_names(rng, rows.height),
        电话=draws.phones(rng, rows.height),
    )


def statistics(rng: np.random.Generator, county: County, pupils: pl.DataFrame) -> pl.DataFrame:
    """教基统计 of nine school years, grades 1-9: this year's stock is the register's, the years before resemble it.

    A row's flows make its stock out of the stock of the grade below a year before.
    """
    years = 9
    schools = county.schools
    size = schools.height
    first, last = schools["first_grade"].to_numpy(), schools["last_grade"].clip(upper_bound=9).to_numpy()
    active = pupils.filter((pl.col("state") == ENROLLED) & (pl.col("grade") <= 9))
    cells = active["school"].to_numpy() * 10 + active["grade"].to_numpy()
    latest = np.bincount(cells, minlength=size * 10).reshape(size, 1, 10)
    grades = np.arange(10)[None, :]
    taught = (grades >= first[:, None]) & (grades <= last[:, None])
    # Earlier years are a little larger at the entry: retention stays below 100 % by a little.
    earlier = latest + rng.integers(-2, 3, (size, years - 1, 10)) + (grades == first[:, None])[:, None, :]
    stock = np.concatenate([np.where(latest > 0, earlier.clip(min=0), 0), latest], axis=1)
    school, year, grade = np.nonzero(np.broadcast_to(taught[:, None, :], stock.shape))
    now = stock[school, year, grade]
    entry = grade == first[school]
    before = np.where(entry, 0, np.where(year > 0, stock[school, year - 1, grade - 1], now))
    nothing = pl.lit(0, dtype=pl.Int64)
    frame = pl.DataFrame(
        {
            "学年": draws.label([f"{y}-{y + 1}" for y in range(YEAR - years + 1, YEAR + 1)], year),
            "学校标识码": schools["学校标识码"].gather(pl.Series(school)),
            "年级": grade,
            "上学年初在校生数": before,
            "招生数": np.where(entry, now, 0),
            "转入": np.where(entry, 0, (now - before).clip(min=0)),
            "转出": np.where(entry, 0, (before - now).clip(min=0)),
            "在校生数": now,
        }
    )
    flows = dict.fromkeys(("复学", "其他增加", "毕业", "休学", "死亡", "辍学", "其他减少"), nothing)
    return frame.with_columns(毕业班学生数=pl.when(pl.col("年级") == 9).then("在校生数"), **flows)
