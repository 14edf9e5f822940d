"""The places of the fictional province 99: divisions, schools, calendar, and how many children live where."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.headers import HEADERS

PROVINCE = "990000"
PROVINCE_NAME = "示例省"
TOWNSHIPS = 12
COUNTIES_A_PREFECTURE = 8
_PLACE_WORDS = (
    *("云岭", "清河", "石门", "白沙", "青山", "龙泉", "金桥", "双溪"),
    *("长宁", "东湖", "西坪", "南山", "北关", "凤鸣", "松林", "平川"),
)
# Bands of grades that look for a school apart: teaching points end with grade 3.
BANDS = ((1, 3), (4, 6), (7, 9), (10, 12))
_GRADES = {
    "小学": (1, 6),
    "教学点": (1, 3),
    "初级中学": (7, 9),
    "九年一贯制学校": (1, 9),
    "完全中学": (7, 12),
    "十二年一贯制学校": (1, 12),
    "特殊教育学校": (1, 9),
    "专门学校": (7, 9),
    "中等职业学校": (10, 12),
}
_PREFIX = {
    "小学": 21,
    "教学点": 22,
    "初级中学": 31,
    "九年一贯制学校": 32,
    "完全中学": 34,
    "十二年一贯制学校": 35,
    "中等职业学校": 36,
    "专门学校": 37,
    "特殊教育学校": 51,
}


@dataclass(frozen=True)
class County:
    """One county with its schools. Schools are numbered by their row in ``schools``."""

    index: int
    code: str
    name: str
    children: int
    township_share: tuple[float, ...]
    villages: pl.DataFrame  # code, name, township; ordered by township
    schools: pl.DataFrame  # the columns of 学校, first_grade, last_grade
    # choices[township][band]: rows of ``schools`` where a child of that township may go
    choices: tuple[tuple[tuple[int, ...], ...], ...]
    special_school: int


@dataclass(frozen=True)
class Province:
    """All counties and the province-wide files."""

    counties: tuple[County, ...]
    prefectures: tuple[tuple[str, str], ...] = field(default=())

    def divisions(self) -> pl.DataFrame:
        """区划: province, prefectures, counties, townships and villages, each with its parent."""
        rows: list[tuple[str, str, str | None]] = [(PROVINCE, PROVINCE_NAME, None)]
        rows += [(code, name, PROVINCE) for code, name in self.prefectures]
        for county in self.counties:
            rows.append((county.code, county.name, county.code[:4] + "00"))
            rows += [(code, name, county.code) for code, name in _townships(county.code, county.name)]
            rows += [(code, name, code[:9]) for code, name in county.villages.select("code", "name").iter_rows()]
        frame = pl.DataFrame(rows, schema=list(HEADERS["区划"][:3]), orient="row")
        return frame.with_columns(pl.lit("行政区划").alias("填报单位类别"))

    def schools(self) -> pl.DataFrame:
        """学校: every school of the province."""
        return pl.concat([county.schools for county in self.counties]).select(HEADERS["学校"])

    def calendar(self) -> pl.DataFrame:
        """校历: terms, holidays and make-up days of the province, 2023-2024 to 2025-2026."""
        frame = pl.DataFrame(_CALENDAR, schema=["学年", "类型", "开始日期", "结束日期", "名称"], orient="row")
        approval = pl.when(pl.col("类型") == "放假").then(
            pl.concat_str(pl.lit("示教〔"), pl.col("开始日期").str.head(4), pl.lit("〕1号"))
        )
        return frame.with_columns(pl.lit(PROVINCE).alias("区划代码"), approval.alias("批准文号")).select(
            HEADERS["校历"]
        )


def school_days() -> list[date]:
    """The last ten school days before the first night, 2025-09-20."""
    return [date(2025, 9, number) for number in (8, 9, 10, 11, 12, 15, 16, 17, 18, 19)]


def make_province(children: int, counties: int, seed: int) -> Province:
    """A province of ``counties`` counties whose numbers of children add up to ``children``.

    Raises ``ValueError`` where the code space (99 prefectures, 999 counties) or the children do not suffice.
    """
    if not 1 <= counties <= 99 * COUNTIES_A_PREFECTURE:
        raise ValueError(f"counties: {counties} is not between 1 and {99 * COUNTIES_A_PREFECTURE}")
    if children < counties * 20:
        raise ValueError(f"children: {children} are too few for {counties} counties (at least 20 each)")
    rng = np.random.default_rng([seed, 0])
    weights = rng.uniform(0.5, 1.5, counties)
    edges = np.round(np.cumsum(weights) / weights.sum() * (children - 20 * counties)).astype(int)
    sizes = np.diff(np.append(0, edges)) + 20
    prefectures = -(-counties // COUNTIES_A_PREFECTURE)
    made = []
    for index in range(counties):
        prefecture = index * prefectures // counties
        number = index - next(i for i in range(counties) if i * prefectures // counties == prefecture)
        code = f"99{prefecture + 1:02d}{21 + number:02d}"
        made.append(_make_county(index, code, int(sizes[index]), number == 0, rng))
    names = tuple((f"99{p + 1:02d}00", f"示例{_word(p)}市") for p in range(prefectures))
    return Province(counties=tuple(made), prefectures=names)


def _word(number: int) -> str:
    size = len(_PLACE_WORDS)
    return _PLACE_WORDS[number % size] + (_PLACE_WORDS[number // size % size][0] if number >= size else "")


def _townships(county_code: str, county_name: str) -> list[tuple[str, str]]:
    names = ["城关镇"] + [_PLACE_WORDS[i] + ("镇" if i % 3 else "乡") for i in range(1, TOWNSHIPS)]
    return [(f"{county_code}{i + 1:03d}", county_name + name) for i, name in enumerate(names)]


def _make_county(index: int, code: str, children: int, first_of_prefecture: bool, rng: np.random.Generator) -> County:
    name = _word(index) + "县"
    share = np.append(3.0, rng.uniform(0.6, 1.4, TOWNSHIPS - 1))
    share /= share.sum()
    townships = _townships(code, name)
    village_count = int(np.clip(round(children / TOWNSHIPS / 300), 3, 15))
    villages = pl.DataFrame(
        [
            (f"{township}{v + 1:03d}", f"{town[len(name) :]}{_word(v + t)}村", t)
            for t, (township, town) in enumerate(townships)
            for v in range(village_count)
        ],
        schema={"code": pl.String, "name": pl.String, "township": pl.Int64},
        orient="row",
    )
    plan = _school_plan(children, share, first_of_prefecture)
    schools = _schools(index, villages, village_count, townships, plan, rng)
    return County(
        index=index,
        code=code,
        name=name,
        children=children,
        township_share=tuple(float(s) for s in share),
        villages=villages,
        schools=schools,
        choices=_choices(plan),
        special_school=[kind for _, kind in plan].index("特殊教育学校"),
    )


def _school_plan(children: int, share: np.ndarray, first_of_prefecture: bool) -> list[tuple[int, str]]:
    """Township and type of every school of a county, for about 450 (小学), 700 (初级中学), 1,500 (高中) pupils each."""
    plan: list[tuple[int, str]] = []
    for township in range(TOWNSHIPS):
        here = children * float(share[township])
        plan += [(township, "小学")] * max(1, round(here * 0.43 / 450))
        if township % 2:
            plan.append((township, "教学点"))
        if township in (5, 9):
            plan.append((township, "九年一贯制学校"))
        else:
            plan += [(township, "初级中学")] * max(1, round(here * 0.22 / 700))
    plan += [(0, "完全中学")] * max(1, round(children * 0.09 / 1500))
    plan += [(0, "中等职业学校")] * max(1, round(children * 0.07 / 1500))
    plan += [(0, "十二年一贯制学校"), (0, "特殊教育学校")]
    if first_of_prefecture:
        plan.append((0, "专门学校"))
    if len(plan) > 999:
        raise ValueError("more than 999 schools in a county: make more counties")
    return plan


def _schools(
    index: int,
    villages: pl.DataFrame,
    village_count: int,
    townships: list[tuple[str, str]],
    plan: list[tuple[int, str]],
    rng: np.random.Generator,
) -> pl.DataFrame:
    size = len(plan)
    where = np.array([township for township, _ in plan])
    kinds = [kind for _, kind in plan]
    serial = index * 1000 + np.arange(1, size + 1)
    prefix = np.array([_PREFIX[kind] for kind in kinds])
    village = where * village_count + rng.integers(0, village_count, size)
    urban = np.where(where == 0, 0, np.where(rng.random(size) < 0.3, 1, 2))
    names = [f"{townships[t][1]}第{n + 1}{kind}" for n, (t, kind) in enumerate(plan)]
    return pl.DataFrame(
        {
            "学校标识码": pl.Series((prefix * 100 + 99) * 1_000_000 + serial).cast(pl.String),
            "学校名称": names,
            "区划代码": villages["code"].gather(pl.Series(village)),
            "办学类型": kinds,
            "城乡类别": draws.label(("城区", "镇区", "乡村"), urban),
            "校长": draws.surnames(rng, size) + draws.given_names(rng, size),
            "是否寄宿制": draws.yes_no(rng.random(size) < 0.6),
            "first_grade": [_GRADES[kind][0] for kind in kinds],
            "last_grade": [_GRADES[kind][1] for kind in kinds],
        }
    )


def _choices(plan: list[tuple[int, str]]) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """For each township and band the schools that take its children: its own, for seniors those of the county town."""
    result = []
    for township in range(TOWNSHIPS):
        bands = []
        for first, last in BANDS:
            home = 0 if first == 10 else township
            rows = tuple(
                row
                for row, (place, kind) in enumerate(plan)
                if place == home
                and kind not in ("特殊教育学校", "专门学校")
                and _GRADES[kind][0] <= first
                and last <= _GRADES[kind][1]
            )
            bands.append(rows)
        result.append(tuple(bands))
    return tuple(result)


_CALENDAR: list[tuple[str, str, str, str, str]] = [
    ("2023-2024", "学期", "2023-09-01", "2024-01-20", "秋季学期"),
    ("2023-2024", "学期", "2024-02-26", "2024-07-08", "春季学期"),
    ("2023-2024", "放假", "2023-09-29", "2023-10-06", "中秋节、国庆节"),
    ("2023-2024", "放假", "2024-01-01", "2024-01-01", "元旦"),
    ("2023-2024", "放假", "2024-05-01", "2024-05-05", "劳动节"),
    ("2024-2025", "学期", "2024-09-02", "2025-01-17", "秋季学期"),
    ("2024-2025", "学期", "2025-02-24", "2025-07-04", "春季学期"),
    ("2024-2025", "放假", "2024-09-15", "2024-09-17", "中秋节"),
    ("2024-2025", "放假", "2024-10-01", "2024-10-07", "国庆节"),
    ("2024-2025", "放假", "2025-01-01", "2025-01-01", "元旦"),
    ("2024-2025", "放假", "2025-04-04", "2025-04-06", "清明节"),
    ("2024-2025", "放假", "2025-05-01", "2025-05-05", "劳动节"),
    ("2024-2025", "调休上课", "2024-09-14", "2024-09-14", "中秋节调休"),
    ("2024-2025", "调休上课", "2024-10-12", "2024-10-12", "国庆节调休"),
    ("2024-2025", "调休上课", "2025-04-27", "2025-04-27", "劳动节调休"),
    ("2025-2026", "学期", "2025-09-01", "2026-01-23", "秋季学期"),
    ("2025-2026", "学期", "2026-03-02", "2026-07-10", "春季学期"),
    ("2025-2026", "放假", "2025-10-01", "2025-10-08", "国庆节、中秋节"),
    ("2025-2026", "放假", "2026-01-01", "2026-01-03", "元旦"),
    ("2025-2026", "放假", "2026-04-04", "2026-04-06", "清明节"),
    ("2025-2026", "放假", "2026-05-01", "2026-05-05", "劳动节"),
    ("2025-2026", "调休上课", "2025-09-28", "2025-09-28", "国庆节调休"),
    ("2025-2026", "调休上课", "2025-10-11", "2025-10-11", "国庆节调休"),
    ("2025-2026", "调休上课", "2026-01-04", "2026-01-04", "元旦调休"),
]
