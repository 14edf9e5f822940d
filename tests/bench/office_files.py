"""The files of the offices that list residents: 户籍, 脱贫户, 救助, 残疾人."""

from datetime import date

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.children import ABROAD, DEAD, DISABILITIES, ENROLLED, YEAR
from tests.bench.expressions import CARD, FIRST_NIGHT, person
from tests.bench.places import County


def registry(rng: np.random.Generator, county: County, residents: pl.DataFrame, twice: pl.DataFrame) -> pl.DataFrame:
    """户籍: a row per resident, and one for each child that the county before lists as well."""
    size = residents.height
    state = residents["state"].to_numpy()
    drawn = draws.pick(rng, size, (0.990, 0.006, 0.0005, 0.0005, 0.001))
    status = np.where(state == DEAD, 2, np.where(state == ABROAD, 3, drawn))
    status = np.where((state == ENROLLED) & (status == 2), 0, status)
    changed = rng.integers(draws.day(date(YEAR - 1, 1, 1)), draws.day(FIRST_NIGHT), size)
    rows = residents.with_columns(
        户籍状态=draws.label(("正常", "迁出", "死亡", "出国（境）", "注销"), status),
        状态日期=draws.dates(changed, status > 0),
    )
    moved = twice.with_columns(
        village=pl.lit(county.villages["code"][0]),
        户籍状态=pl.lit("正常"),
        状态日期=pl.lit(date(YEAR, 3, 1)),
    )
    return pl.concat([rows, moved]).select(
        "户籍状态",
        "状态日期",
        **person(),
        民族="ethnicity",
        户籍区划="village",
        户籍地址="address",
        户号="household",
        监护人姓名="guardian",
        监护人关系="relation",
        监护人电话="phone",
    )


def poverty(rng: np.random.Generator, residents: pl.DataFrame) -> pl.DataFrame:
    """脱贫户: the children of poor households and the heads of most of them."""
    children = residents.filter("poor")
    home = pl.concat_str(pl.lit("PX"), "household")
    # A disability card number stands in for the citizen number here and there: its first 18 are the number.
    by_card = pl.lit(pl.Series(rng.random(children.height) < 0.2)) & (pl.col("disability") > 0)
    rows = children.with_columns(listed=pl.when(by_card).then(CARD).otherwise("number")).select(
        **person("listed"),
        户编号=home,
        区划代码="village",
        与户主关系=draws.label(("子女", "孙子女", "其他"), draws.pick(rng, children.height, (6, 3, 1))),
    )
    homes = children.unique("household", keep="first", maintain_order=True)
    homes = homes.filter(pl.Series(rng.random(homes.height) < 0.7))
    births = rng.integers(draws.day(date(1965, 1, 1)), draws.day(date(1995, 1, 1)), homes.height)
    male = (rng.random(homes.height) < 0.7).astype(np.int64)
    area = homes["village"].str.head(6).cast(pl.Int64).to_numpy()
    heads = homes.with_columns(
        number=draws.citizen_numbers(area, births, male),
        name="guardian",
        male=male,
        birth=draws.dates(births),
    ).select(**person(), 户编号=home, 区划代码="village", 与户主关系=pl.lit("户主"))
    # One type for a household: taken from its own digits, so the same for all its members.
    digits = pl.col("户编号").str.tail(2).cast(pl.Int64)
    kind = pl.when(digits < 80).then(pl.lit("脱贫户")).when(digits < 92).then(pl.lit("监测对象"))
    kind = kind.when(digits < 97).then(pl.lit("未脱贫"))
    return pl.concat([rows, heads]).with_columns(户类型=kind.otherwise(pl.lit("低收入农户")))


def assistance(rng: np.random.Generator, residents: pl.DataFrame) -> pl.DataFrame:
    """救助: a row per assisted child."""
    rows = residents.filter("assisted")
    kinds = ("农村低保", "城市低保", "困境儿童", "孤儿", "事实无人抚养", "特困")
    drawn = draws.label(kinds, draws.pick(rng, rows.height, (60, 15, 10, 6, 6, 3)))
    return rows.select(**person(), 区划代码="village", 救助类型=drawn)


def disability(residents: pl.DataFrame) -> pl.DataFrame:
    """残疾人: a row per disabled child; the card is the citizen number, the type and the grade."""
    rows = residents.filter(pl.col("disability") > 0)
    return rows.select(
        **person(),
        残疾证号=CARD,
        区划代码="village",
        残疾类别=draws.label(DISABILITIES, rows["disability"].to_numpy()),
        残疾等级=draws.label((None, "一级", "二级", "三级", "四级"), rows["disability_grade"].to_numpy()),
    )
