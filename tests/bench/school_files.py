"""The files of the schools about their pupils: 学籍, 在校, 学籍异动, 资助."""

from datetime import date

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.children import ABROAD, DEAD, DROPPED, ENROLLED, GRADUATED, LEFT, NONE, SUSPENDED, YEAR
from tests.bench.expressions import OTHER_PROVINCES, SEX, pupil
from tests.bench.places import PROVINCE_NAME, County

ROLL_DAY = date(2025, 9, 10)


def enrolment(pupils: pl.DataFrame) -> pl.DataFrame:
    """学籍: a row per pupil; the place of residence is known for residents of the province only."""
    return pupils.select(
        **pupil(),
        性别=SEX,
        民族="ethnicity",
        出生日期="birth",
        年级="grade",
        班级="class_number",
        入学年月="entry_month",
        学籍状态="status",
        状态日期="status_date",
        休学截止日期="until",
        就读方式="boarding",
        户籍区划=pl.when("resident").then("village"),
        是否留守儿童="left_behind",
        是否随迁子女="migrant",
        是否孤儿="orphan",
        残疾类型="disability",
        是否随班就读="inclusive",
        是否送教上门="home",
    )


def roll_call(rng: np.random.Generator, county: County, people: pl.DataFrame, pupils: pl.DataFrame) -> pl.DataFrame:
    """在校: one roll per school; 98.5 % of the enrolled stand there present, 1 % absent, the rest are missing.

    One in ten of those whom the register has lost sits in a class all the same (学籍 none or 辍学).
    """
    draw = rng.random(pupils.height)
    state, grade = pupils["state"].to_numpy(), pupils["grade"].to_numpy()
    back = (state == DROPPED) & (grade <= 9) & (draw < 0.1)
    listed = pupils.with_columns(present=draws.yes_no((draw < 0.985) | back)).filter(
        pl.lit(pl.Series(((state == ENROLLED) & (draw < 0.995)) | back)) & (pl.col("home") == "否")
    )
    lost = people.filter(pl.col("resident") & (pl.col("state") == NONE) & pl.col("age").is_between(6, 14))
    lost = lost.filter(pl.Series(rng.random(lost.height) < 0.1))
    firsts = np.array([rows[0] for rows in county.choices[0]])
    town_school = pl.Series(firsts[(lost["grade"].to_numpy() - 1) // 3], dtype=pl.Int64)
    unregistered = lost.select(
        "name",
        "male",
        "birth",
        "grade",
        school_code=county.schools["学校标识码"].gather(town_school),
        student=pl.lit(None, dtype=pl.String),
        citizen="number",
        class_number=pl.lit(1, dtype=pl.Int64),
        present=pl.lit("是"),
    )
    return pl.concat([listed.select(unregistered.columns), unregistered]).select(
        **pupil(),
        性别=SEX,
        出生日期="birth",
        年级="grade",
        班级="class_number",
        点名日期=pl.lit(ROLL_DAY),
        是否在校="present",
    )


def changes(rng: np.random.Generator, pupils: pl.DataFrame) -> pl.DataFrame:
    """学籍异动: what led to every status that is not 在读, the entrants of grade 1, and transfers in."""
    this_summer = (pl.col("state") == GRADUATED) & (pl.col("status_date") >= date(YEAR, 7, 1))
    left = pupils.filter(pl.col("state").is_in([LEFT, SUSPENDED, DROPPED, DEAD, ABROAD]) | this_summer)
    left = left.with_columns(异动类型="status", 异动日期="status_date")
    enrolled = pupils.filter(pl.col("state") == ENROLLED)
    draw = pl.lit(pl.Series(rng.random(enrolled.height)))
    parts = [left]
    for kind, on, who in (
        ("招生", date(YEAR, 9, 1), pl.col("grade") == 1),
        ("转入", date(YEAR, 9, 3), (draw < 0.004) & (pl.col("grade") > 1)),
        ("复学", date(YEAR, 9, 2), (draw >= 0.004) & (draw < 0.0045)),
    ):
        parts.append(enrolled.filter(who).with_columns(异动类型=pl.lit(kind), 异动日期=pl.lit(on)))
    rows = pl.concat(parts)
    scope = draws.label(("跨省", "省内跨地市", "地市内跨县", "县内"), draws.pick(rng, rows.height, (4, 3, 1, 2)))
    other = draws.label(OTHER_PROVINCES, rng.integers(0, len(OTHER_PROVINCES), rows.height))
    moves = pl.col("异动类型").is_in(["转出", "转入"])
    far = pl.when(pl.col("scope") == "跨省").then("other").otherwise(pl.lit(PROVINCE_NAME))
    dropped = pl.when(pl.col("异动类型") == "辍学").then(pl.lit("待核"))
    return rows.with_columns(scope=scope, other=other).select(
        "异动类型",
        "异动日期",
        **pupil(),
        年级="grade",
        对方省份=pl.when(moves).then(far),
        对方学校标识码=pl.lit(None, dtype=pl.String),
        转学范围=pl.when(moves).then("scope"),
        原因=dropped.when(pl.col("异动类型") == "休学").then(pl.lit("重病")),
    )


def aid(rng: np.random.Generator, pupils: pl.DataFrame) -> pl.DataFrame:
    """资助 of this term: the poor pupils of grades 1-9, boarders and day pupils apart, meals for half of them."""
    poor = pupils.filter(pl.col("poor") & (pl.col("state") == ENROLLED) & (pl.col("grade") <= 9))
    poor = poor.filter(pl.Series(rng.random(poor.height) < 0.95))
    boards = pl.when(pl.col("boarding") == "住校")
    living = poor.with_columns(
        资助项目=boards.then(pl.lit("寄宿生生活补助")).otherwise(pl.lit("非寄宿生补助")),
        金额=boards.then(pl.lit("625.00")).otherwise(pl.lit("312.00")),
    )
    meals = poor.filter(pl.Series(rng.random(poor.height) < 0.5))
    meals = meals.with_columns(资助项目=pl.lit("营养改善计划"), 金额=pl.lit("500.00"))
    return pl.concat([living, meals]).select(
        "资助项目", "金额", **pupil(), 学期=pl.lit("2025-2026-1"), 发放日期=pl.lit(date(YEAR, 9, 18))
    )
