"""Rates against their limits and targets, and the place of each county among its siblings (spec 5.1-5.3, 5.6)."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, figure
from pipelines.publish.page.charts import stacked_bars
from pipelines.publish.page.units import UNIT, below, links, lowest, number, own, part, tree_table
from pipelines.publish.page.view import Section, Table, cut
from pipelines.publish.wording import AT_BOUND, LEVEL_WORDS, LEVELS, NOT_AVAILABLE, listed
from schemas.definitions import definition
from schemas.values import ASSESSED, DROPOUT_VARIANT, ENROLMENT_INDICATOR, RETENTION_VARIANT, TAUGHT_STAGE

_OVER = """
select unit_code, stage, rate, denominator is null as unknown
from published.dropout_rate
where
    as_of = $as_of and variant = $variant and school_year = $school_year and (over_limit or denominator is null)
    and unit_level in ('province', 'prefecture', 'county', 'township')
"""
_BOUND = f"{AT_BOUND}为四舍五入后显示为0.00或100.00，实际不为0或不足100。"
_GAP = "需动员返校"


def _dropout_columns(night: ReportNight) -> tuple[Column, ...]:
    of = partial(figure, "dropout_rate", variant=night.dropout_variant)
    return (
        UNIT,
        Column("级别", "text", 0, label="level_shown"),
        Column("所属", "text", 0, label="parent_shown"),
        Column("学段", "text", 0, label="stage_shown"),
        number("辍学人数", of("numerator")),
        number("在校生数", of("denominator")),
        number("辍学率%", of("rate", base="denominator", bound="at_bound"), "rate", positive=True),
        number("上限%", of("limit_rate"), "percent"),
        number("上年%", of("last_year_rate"), "percent"),
        Column("连续两年", "yes_no", 0, of("consecutive"), alert="true"),
    )


def _judged(night: ReportNight) -> pl.DataFrame:
    """Units over the limit, and units without a denominator, by level, stage and rate."""

    def made() -> pl.DataFrame:
        units = night.tree("dropout_rate").with_row_index("unit")
        found = night.read(_OVER, variant=night.dropout_variant, school_year=night.school_year)
        named = units.join(found, on="unit_code").with_columns(
            depth=pl.lit(0, pl.Int64),
            school_year=pl.lit(night.school_year, pl.String),
            level_shown=pl.col("unit_level").replace(LEVEL_WORDS),
            stage_shown=pl.col("stage").replace(TAUGHT_STAGE),
            parent_shown=pl.col("parent_code").replace_strict(
                night.names, default=NOT_AVAILABLE, return_dtype=pl.String
            ),
            level=pl.col("unit_level").replace_strict(
                {level: place for place, level in enumerate(LEVELS)}, return_dtype=pl.Int64
            ),
        )
        return named.sort("level", pl.col("stage") != "primary", -pl.col("rate"), "unit", maintain_order=True)

    frame: pl.DataFrame = night.keep("dropout judged", made)
    return frame


DROPOUT = part(_dropout_columns, lambda night: _judged(night).filter(~pl.col("unknown")), empty="没有超限单位。")


def dropout(night: ReportNight, scope: Scope) -> Section:
    """Units over the limit down to the township, with the mark of two years."""
    listing = DROPOUT.listing(night, scope, "township")
    words = definition("dropout_rate", night.dropout_variant, night.as_of)
    notes = [f"口径：{DROPOUT_VARIANT[night.dropout_variant]}。{words.formula}。{words.base}。{_BOUND}"]
    unknown = night.within(_judged(night), scope, lowest(scope)).filter(pl.col("unknown"))
    if len(unknown):
        lacking = [f"{name}（{stage}）" for name, stage in unknown.select("unit_name", "stage_shown").rows()]
        notes.append(f"没有教基统计、无法计算：{listed(lacking, 0)}。")
    return Section(
        "dropout",
        "辍学率超限单位",
        f"{night.school_year or '本'}学年辍学率超过上限的省、市、县、乡，按学校所在地统计。",
        (Table("t-dropout", "辍学率超限单位（教育线，单位：人、%）", listing, links=links(night, scope)),),
        tuple(notes),
    )


def _retention_columns(night: ReportNight) -> tuple[Column, ...]:
    of = partial(figure, "retention", indicator="nine_year", variant=night.retention_variant)
    return (
        UNIT,
        number("毕业年级人数", of("numerator")),
        number("应有人数", of("denominator")),
        number("巩固率%", of("rate_shown", base="denominator", bound="at_bound"), "rate"),
        number("目标%", of("target"), "percent"),
        Column("达标", "yes_no", 0, of("met"), alert="false"),
        number(_GAP, of("gap_children"), positive=True),
        number("转出未落实", of("transfers_unmatched")),
    )


RETENTION = part(
    _retention_columns,
    lambda night: (
        night.tree("retention")
        .filter(pl.col("unit_level") != "township")
        .with_columns(school_year=pl.lit(night.school_year, pl.String))
    ),
    lowest=COUNTY,
    empty="没有巩固率数据。",
)


def retention(night: ReportNight, scope: Scope) -> Section:
    """Nine-year retention, and how many children must come back to reach the target."""
    words = definition("nine_year", night.retention_variant, night.as_of)
    notes = [f"口径：{RETENTION_VARIANT[night.retention_variant]}。{words.formula}。{words.base}。{_BOUND}"]
    listing = RETENTION.listing(night, scope, COUNTY)
    if any(value.raw is None for row in listing.values for value in row[2:3]):
        notes.append("“—”为缺少入学年份的教基统计，不推算。")
    chart = None
    if scope.level != COUNTY:
        counties = cut(listing, (UNIT.name, _GAP), listing.rows["unit_level"] == COUNTY)
        chart = stacked_bars("c-retention", "各县距巩固率目标需动员返校（人）", counties, ("second",))
    table = Table(
        "t-retention",
        "九年义务教育巩固率与目标（教育线，单位：人、%）",
        listing,
        tree=True,
        links=links(night, scope),
    )
    return Section(
        "retention",
        "九年义务教育巩固率",
        "距目标还差多少名学生。巩固率以学校统计为准，与辍学率、入学率不能相加。",
        (*((chart,) if chart else ()), table),
        tuple(notes),
    )


def _entry_tree(night: ReportNight) -> pl.DataFrame:
    return night.tree("enrolment_rate").with_columns(school_year=pl.lit(night.entry_year, pl.String))


def _indicators(night: ReportNight) -> pl.DataFrame:
    units = _entry_tree(night).with_row_index("unit")
    each = [
        units.with_columns(indicator=pl.lit(name), indicator_shown=pl.lit(word))
        for name, word in ENROLMENT_INDICATOR.items()
    ]
    return pl.concat(each).sort("unit", maintain_order=True).drop("unit")


_ENTRY = partial(figure, "enrolment_rate", group_="all")
_RATE = partial(_ENTRY, "rate", base="denominator", bound="at_bound")
ENTRY = part(
    (
        Column("指标", "text", 0, label="indicator_shown"),
        number("应入学", _ENTRY("denominator")),
        number("已入学", _ENTRY("numerator")),
        number("比率%", _RATE(), "rate"),
        number("目标%", _ENTRY("target"), "percent"),
        Column("达标", "yes_no", 0, _ENTRY("met"), alert="false"),
        number("需动员入学", _ENTRY("gap_children"), positive=True),
    ),
    _indicators,
    empty="没有入学率数据。",
)
_TARGETED = {
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
    "three_disabilities_enrolment": "三残入学率",
}
_UNTARGETED = {"compulsory_enrolment": "义务教育入学率", "poor_enrolment": "脱贫户入学率", "aid_coverage": "资助覆盖率"}
ENTRIES = part(
    (
        UNIT,
        *(
            column
            for name, word in _TARGETED.items()
            for column in (
                number(f"{word}%", _RATE(indicator=name), "rate"),
                number("差（人）", _ENTRY("gap_children", indicator=name), positive=True),
            )
        ),
        *(number(f"{word}%", _RATE(indicator=name), "rate") for name, word in _UNTARGETED.items()),
    ),
    _entry_tree,
    empty="没有入学率数据。",
)


def entry(night: ReportNight, scope: Scope) -> Section:
    """Entry rates of all children: those of the scope with their targets, and of the units below it."""
    words = [definition(name, "", night.as_of) for name in ENROLMENT_INDICATOR]
    return Section(
        "entry",
        "入学率",
        f"{night.entry_year or '本'}学年，按户籍地统计。入学率与辍学率、巩固率不能相加。",
        (
            Table(
                "t-entry", f"{scope.name}各项入学率与目标（政府线，单位：人、%）", own(ENTRY, night, scope), units=False
            ),
            tree_table("t-entries", "各单位入学率与距目标人数（政府线，单位：人、%）", ENTRIES, night, scope),
        ),
        (
            f"口径：{'；'.join(f'{one.title}：{one.formula}' for one in words)}。{words[0].base}。",
            "“资助覆盖率”的“应入学、已入学”为应资助、已资助人数；“三残”为三类残疾儿童少年。空白为0/0。" + _BOUND,
        ),
    )


def _ranked(night: ReportNight) -> pl.DataFrame:
    names = night.names
    found = night.read("select distinct unit_code from published.ranking where as_of = $as_of")
    return (
        night.tree("zeroing", "household")
        .join(found, on="unit_code", how="semi", maintain_order="left")
        .with_columns(
            parent_shown=pl.col("parent_code").replace_strict(names, default=NOT_AVAILABLE, return_dtype=pl.String)
        )
    )


def _places(night: ReportNight) -> pl.DataFrame:
    units = _ranked(night).with_row_index("unit")
    each = [units.with_columns(indicator=pl.lit(name), indicator_shown=pl.lit(word)) for name, word in ASSESSED.items()]
    return pl.concat(each).sort("unit", maintain_order=True).drop("unit")


_RANK = partial(figure, "ranking")
_SHORT = {
    "primary_dropout": "小学辍学率",
    "junior_dropout": "初中辍学率",
    "nine_year_retention": "巩固率",
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
    "three_disabilities_enrolment": "三残入学率",
}
PLACES = part(
    (
        Column("指标", "text", 0, label="indicator_shown"),
        number("数值%", _RANK("value"), "percent"),
        number("名次", _RANK("rank")),
        number("参加排名单位", _RANK("of")),
        number("较上月（百分点）", _RANK("change_since_last_month"), "change"),
    ),
    _places,
    lowest=COUNTY,
    empty="没有排名。",
)


def _sides(first: int, last: int) -> tuple[Column, ...]:
    return (
        UNIT,
        Column("所属", "text", 0, label="parent_shown"),
        *(
            column
            for name, word in list(_SHORT.items())[first:last]
            for column in (
                number(f"{word}%", _RANK("value", indicator=name), "percent"),
                number("名次", _RANK("rank", indicator=name)),
                number("较上月", _RANK("change_since_last_month", indicator=name), "change"),
            )
        ),
    )


SIDES = (part(_sides(0, 3), _ranked, lowest=COUNTY), part(_sides(3, 6), _ranked, lowest=COUNTY))


def ranking(night: ReportNight, scope: Scope) -> Section:
    """The place of each county among the units of its parent, and the change since the month before."""
    tables = [Table("t-ranking", f"{scope.name}各项指标在本市（州）的名次", own(PLACES, night, scope), units=False)]
    if scope.level != COUNTY:
        tables = [
            Table(place, caption, below(side, night, scope), links=links(night, scope))
            for place, caption, side in (
                ("t-ranks", "辍学率、巩固率的名次（单位：%、百分点）", SIDES[0]),
                ("t-ranks-entry", "入学率的名次（单位：%、百分点）", SIDES[1]),
            )
        ]
    return Section(
        "ranking",
        "排名与较上月变化",
        "县级单位在同一市（州）内的名次，第1名最好；数值相同的名次相同。",
        tuple(tables),
        ("人数低于排名下限或没有数据的单位不排名，名次为“—”。较上月：与上月最后一次运行相比，学年不同的不比。",),
    )
