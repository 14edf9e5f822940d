"""The files about children who may be out of school: 部门名单, 劝返, 学籍查询."""

from datetime import date

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.children import DROPPED, ELSEWHERE, NONE, YEAR, YOUNG
from tests.bench.expressions import FIRST_NIGHT, OTHER_PROVINCES, person
from tests.bench.headers import HEADERS
from tests.bench.places import County

_OUT = pl.col("state").is_in([DROPPED, NONE]) & pl.col("age").is_between(6, 15)
Choice = tuple[tuple[str, ...], tuple[int, ...]]


def department_lists(rng: np.random.Generator, residents: pl.DataFrame) -> pl.DataFrame:
    """部门名单: what three offices each call a dropout; they agree on most and not on all."""
    out = residents.filter(_OUT)
    parts = []
    for department, share, who in (
        ("教育", 0.9, pl.col("state") == DROPPED),
        ("乡村振兴", 0.8, pl.col("poor")),
        ("村委会", 0.3, pl.lit(True)),
    ):
        drawn = pl.lit(pl.Series(rng.random(out.height) < share))
        parts.append(out.filter(drawn & who).with_columns(报送部门=pl.lit(department)))
    rows = pl.concat(parts)
    status = draws.label(("辍学", "疑似辍学", "已复学"), draws.pick(rng, rows.height, (85, 8, 7)))
    return rows.select("报送部门", **person(), 区划代码="village", 状态=status)


def case_actions(rng: np.random.Generator, county: County, residents: pl.DataFrame) -> pl.DataFrame:
    """劝返: verifications, visits, notices, placements and deferrals, the last two with the county's approval."""
    out = residents.filter(_OUT)
    young = residents.filter((pl.col("state") == YOUNG) & (pl.col("age") == 6))
    autumn, summer = date(YEAR, 9, 11), date(YEAR, 8, 25)
    ways: Choice = (("讲道理感召", "特殊关爱感化", "行政措施劝返", "法治手段兜底"), (4, 3, 2, 1))
    causes: Choice = (("学习困难", "外出务工", "早婚早育", "家庭经济困难", "其他", "待核"), (3, 3, 1, 1, 1, 1))
    results: Choice = (("未成功", "成功"), (7, 3))
    verified = _actions(rng, out, 0.3, "核查", autumn, {"结果": (("属实", "不属实"), (9, 1))})
    visits = _actions(rng, out, 0.4, "劝返", autumn, {"结果": results, "方式": ways, "原因": causes})
    notices = _actions(rng, out, 0.05, "文书", autumn, {"种类": (("敦促入学通知书", "限期复学通知书"), (2, 1))})
    deferred = _actions(
        rng, young, 0.5, "延缓入学", summer, {"种类": (("疾病", "残疾", "其他"), (5, 3, 2))}, window=True
    )
    older = pl.col("age") >= 14
    placed = _actions(rng, out, 0.15, "安置", autumn, {}, window=True).with_columns(
        种类=pl.when(older).then(pl.lit("职业学校")).otherwise(pl.lit("送教上门"))
    )
    rows = pl.concat([verified, visits, notices, placed, deferred], how="diagonal")
    serial = pl.lit(pl.Series(10_000_000 + np.arange(rows.height)).cast(pl.String).str.tail(7))
    rows = rows.with_columns(
        记录编号=pl.concat_str(pl.lit(county.code), serial),
        佐证编号=pl.concat_str(pl.lit("ZH" + county.code), serial),
    )
    both = pl.concat([rows, _approvals(rng, county, rows)], how="diagonal").with_columns(
        **person(), 区划代码="village", 经办人=pl.concat_str(pl.col("guardian").str.head(1), pl.lit("老师"))
    )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in HEADERS["劝返"] if name not in both.columns]
    return both.with_columns(absent).select(HEADERS["劝返"])


def _actions(
    rng: np.random.Generator,
    people: pl.DataFrame,
    share: float,
    action: str,
    first: date,
    fields: dict[str, Choice],
    *,
    window: bool = False,
) -> pl.DataFrame:
    """Rows of one 行动类型 for a share of ``people``, dated from ``first`` to the day before the first night."""
    rows = people.filter(pl.Series(rng.random(people.height) < share))
    days = rng.integers(draws.day(first), draws.day(FIRST_NIGHT), rows.height)
    drawn = {
        name: draws.label(labels, draws.pick(rng, rows.height, shares)) for name, (labels, shares) in fields.items()
    }
    rows = rows.with_columns(行动类型=pl.lit(action), 行动日期=draws.dates(days), **drawn)
    if not window:
        return rows
    ends = np.full(rows.height, draws.day(date(YEAR + 1, 1, 31)))
    return rows.with_columns(开始日期=draws.dates(days), 截止日期=draws.dates(ends, rng.random(rows.height) < 0.8))


def _approvals(rng: np.random.Generator, county: County, rows: pl.DataFrame) -> pl.DataFrame:
    """审核 of nine placements and deferrals in ten, on the day of the request."""
    drawn = pl.lit(pl.Series(rng.random(rows.height) < 0.9))
    asked = rows.filter(pl.col("行动类型").is_in(["安置", "延缓入学"]) & drawn).drop("开始日期", "截止日期")
    return asked.with_columns(
        行动类型=pl.lit("审核"),
        结果=draws.label(("通过", "不通过"), draws.pick(rng, asked.height, (95, 5))),
        关联记录="记录编号",
        记录编号=pl.concat_str(pl.lit(county.code + "9"), pl.col("记录编号").str.tail(6)),
        village=pl.lit(county.code),
    )


def lookups(rng: np.random.Generator, residents: pl.DataFrame) -> pl.DataFrame:
    """学籍查询: nearly all of those schooled in another province, and some of the lost."""
    away = residents.filter(pl.col("state") == ELSEWHERE)
    away = away.filter(pl.Series(rng.random(away.height) < 0.95))
    lost = residents.filter(_OUT & (pl.col("state") == NONE))
    lost = lost.filter(pl.Series(rng.random(lost.height) < 0.3))
    rows = pl.concat([away.with_columns(found=pl.lit(True)), lost.with_columns(found=pl.lit(False))])
    days = rng.integers(draws.day(date(YEAR, 4, 1)), draws.day(FIRST_NIGHT), rows.height)
    province = draws.label(OTHER_PROVINCES, rng.integers(0, len(OTHER_PROVINCES), rows.height))
    found = pl.when("found")
    return rows.with_columns(other=province).select(
        身份证号="number",
        姓名="name",
        查询日期=draws.dates(days),
        结果=found.then(pl.lit("在读")).otherwise(pl.lit("无记录")),
        省份=found.then("other"),
        学校名称=found.then(pl.lit("外省某学校")),
        年级=found.then("grade"),
    )
