"""What several kinds of files write alike."""

from datetime import date

import polars as pl

FIRST_NIGHT = date(2025, 9, 20)
SEX = pl.when(pl.col("male") == 1).then(pl.lit("男")).otherwise(pl.lit("女"))
CARD = pl.concat_str("number", pl.col("disability"), pl.col("disability_grade"))
OTHER_PROVINCES = ("广东省", "浙江省", "福建省", "四川省", "云南省", "贵州省")


def person(number: str = "number") -> dict[str, pl.Expr]:
    """The four columns that name a person, under their standard headers."""
    return {"身份证号": pl.col(number), "姓名": pl.col("name"), "性别": SEX, "出生日期": pl.col("birth")}


def pupil() -> dict[str, pl.Expr]:
    """The columns that name a pupil and the school, under their standard headers."""
    return {
        "学籍号": pl.col("student"),
        "身份证号": pl.col("citizen"),
        "姓名": pl.col("name"),
        "学校标识码": pl.col("school_code"),
    }
