"""What three counties deliver for the second night: their first files with about one row in a hundred changed."""

from datetime import date

import numpy as np
import polars as pl

SECOND_NIGHT = date(2025, 9, 21)
_ROLL_DAY = date(2025, 9, 19)


def changed_counties(counties: int) -> tuple[int, ...]:
    """Three counties spread over the province (all of them where there are fewer)."""
    return tuple(sorted({0, counties // 3, 2 * counties // 3}))


def second_files(files: dict[str, pl.DataFrame], county_index: int, seed: int) -> dict[str, pl.DataFrame]:
    """户籍, 学籍 and 在校 of a county for the second night, made from those of the first."""
    rng = np.random.default_rng([seed, 4, county_index])
    return {
        "户籍": _registry(files["户籍"], rng),
        "学籍": _enrolment(files["学籍"], rng),
        "在校": _roll_call(files["在校"], rng),
    }


def _registry(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One guardian in a hundred has another telephone, one child in 2,000 has moved away."""
    draw = pl.Series(rng.random(rows.height))
    moved = (draw >= 0.01) & (draw < 0.0105) & (rows["户籍状态"] == "正常")
    return rows.with_columns(
        pl.when(draw < 0.01).then(pl.lit("10099999999")).otherwise("监护人电话").alias("监护人电话"),
        pl.when(moved).then(pl.lit("迁出")).otherwise("户籍状态").alias("户籍状态"),
        pl.when(moved).then(pl.lit(date(2025, 9, 18))).otherwise("状态日期").alias("状态日期"),
    )


def _enrolment(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Most changes are of boarding; one pupil in 1,000 dropped out, one in 2,000 was transferred, one is gone."""
    draw = pl.Series(rng.random(rows.height))
    here = rows["学籍状态"] == "在读"
    dropped, left = here & (draw < 0.001), here & (draw >= 0.001) & (draw < 0.0015)
    boarding = (draw >= 0.0015) & (draw < 0.0095)
    other = pl.when(pl.col("就读方式") == "住校").then(pl.lit("走读")).otherwise(pl.lit("住校"))
    return rows.with_columns(
        pl.when(dropped).then(pl.lit("辍学")).when(left).then(pl.lit("转出")).otherwise("学籍状态").alias("学籍状态"),
        pl.when(dropped | left).then(pl.lit(_ROLL_DAY)).otherwise("状态日期").alias("状态日期"),
        pl.when(boarding).then(other).otherwise("就读方式").alias("就读方式"),
    ).filter(~((draw >= 0.0095) & (draw < 0.01)))


def _roll_call(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """One school in a hundred (at least one) called its roll anew; a few pupils of it have come or gone."""
    schools = rows["学校标识码"].unique().sort()
    called = schools.filter(pl.Series(rng.random(len(schools)) < 0.01))
    if called.is_empty():
        called = schools.head(1)
    again = pl.col("学校标识码").is_in(called.to_list())
    turned = pl.Series(rng.random(rows.height) < 0.02)
    other = pl.when(pl.col("是否在校") == "是").then(pl.lit("否")).otherwise(pl.lit("是"))
    return rows.with_columns(
        pl.when(again).then(pl.lit(_ROLL_DAY)).otherwise("点名日期").alias("点名日期"),
        pl.when(again & turned).then(other).otherwise("是否在校").alias("是否在校"),
    )
