"""What each indicator is, once (spec 5): words, parts, population base, line, sources, and since when it is counted so.

The table `published.indicator`, the footnotes of reports and `kongchuo figure` take their words from here; the
arithmetic stands in the model that each record names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from schemas import values
from schemas.catalogue import CATALOGUE
from schemas.polars_types import polars_schema

SINCE = date(2017, 9, 1)
"""School year of 国办发〔2017〕72号, since which the indicators are counted as they are here."""

SCHOOL, HOUSEHOLD = "school", "household"
UP_AND_HALF = "policy rates.decimals, rates.rounding"


@dataclass(frozen=True)
class Definition:
    """One indicator in one variant.

    `indicator`, `variant`     as in the published table; `variant` is empty where there is only one.
    `title`                    中文; `formula`, `numerator`, `denominator`, `base` in Chinese words.
    `line`                     whose units it is counted for: household (registry) or school.
    `unit`                     unit of measure; `rounding` where the rounding is set, empty for counts.
    `sources`                  kinds of extracts, in Chinese.
    `target`                   key of policy `[targets]` that it is held against, empty without one.
    `table`, `model`           where it is published, and the SQL that computes it.
    `valid_from`               first date for which it is counted so; of several records the newest by then holds.
    """

    indicator: str
    variant: str
    title: str
    formula: str
    numerator: str
    denominator: str
    base: str
    line: str
    sources: tuple[str, ...]
    table: str
    model: str
    spec: str
    target: str = ""
    unit: str = "%"
    rounding: str = UP_AND_HALF
    valid_from: date = SINCE


_CASES = ("户籍", "学籍", "在校", "缺课", "日报", "劝返", "学籍查询")
_STOCK = "9月1日在校生数（教基统计）"
_BY_SCHOOL = "学校口径：按学校所在地，与户籍无关"
_BY_HOME = "户籍口径：户籍在册（正常）的适龄儿童，按户籍地"

_DROPOUT = {
    "event": (
        "本学年9月1日以来发生、经核实且仍在册（或超龄销号）的辍学人数，除以学年初在校生数",
        "最近一次立案已核实、辍学日期在本学年9月1日至统计日之间、仍在册或因超龄销号的儿童",
    ),
    "ledger": (
        "全部在册的已核实辍学人数（不论何时发生），除以学年初在校生数",
        "统计日在册的全部已核实个案，不论何时立案",
    ),
    "flow": (
        "本学年学籍异动的净减少（休学、辍学、死亡、转出、出国，减转入、复学），除以学年初在校生数",
        "本学年学籍异动：休学＋辍学＋死亡＋转出＋出国－转入－复学",
    ),
}
_DROPOUT_SOURCES = {
    "event": ("教基统计", *_CASES),
    "ledger": ("教基统计", *_CASES),
    "flow": ("教基统计", "学籍异动"),
}

_RETENTION = {
    "nine_year": ("本学年九年级在校生数（有毕业班学生数的取毕业班学生数）", "八年前一年级招生数"),
    "primary_six_year": ("本学年六年级在校生数", "五年前一年级招生数"),
    "junior_three_year": ("本学年九年级在校生数", "两年前七年级招生数"),
}
_RETENTION_WAY = {
    "national": ("毕业年级人数除以该批学生的入学人数", ""),
    "adjusted": ("毕业年级人数除以该批学生的入学人数（加转入、减转出）", "＋在读期间转入－转出（按政策可再减死亡）"),
    "net": (
        "毕业年级人数除以该批学生的入学人数（加转入、复学、其他增加，减转出、休学、死亡、其他减少）",
        "＋转入＋复学＋其他增加－转出－休学－死亡－其他减少",
    ),
}

_SCHOOLED = "在校、疑似辍学、省外就读、已安置、已毕业，或小学毕业升学在途的"
_ENTRY_SOURCES = ("户籍", "学籍", "在校", "学籍查询", "劝返")
_ENTRY = (
    ("primary_net_enrolment", f"6-11周岁儿童中{_SCHOOLED}人数", "6-11周岁（8月31日年龄）儿童数", ()),
    (
        "junior_gross_enrolment",
        "各年龄七至九年级在校生（含疑似辍学）、12-14周岁已安置或省外就读的、本学年初中毕业的",
        "12-14周岁（8月31日年龄）儿童数",
        (),
    ),
    ("compulsory_enrolment", f"6-15周岁儿童中{_SCHOOLED}人数", "6-15周岁儿童数", ()),
    (
        "three_disabilities_enrolment",
        f"分母中{_SCHOOLED}人数",
        "6-15周岁，残联登记为视力、听力、言语、智力或多重残疾的儿童数",
        ("残疾人",),
    ),
    ("poor_enrolment", f"分母中{_SCHOOLED}人数", "6-15周岁脱贫户（含监测对象）儿童数", ("脱贫户",)),
    (
        "aid_coverage",
        "分母中本学期至少有一项资助的人数",
        "在校且有本省学籍的脱贫户、救助对象或残疾儿童数",
        ("脱贫户", "救助", "残疾人", "资助"),
    ),
)

DEFINITIONS: tuple[Definition, ...] = (
    *(
        Definition(
            indicator="dropout_rate",
            variant=variant,
            title="辍学率",
            formula=formula,
            numerator=numerator,
            denominator=_STOCK,
            base=_BY_SCHOOL,
            line=SCHOOL,
            sources=_DROPOUT_SOURCES[variant],
            table="published.dropout_rate",
            model="indicators.dropout_rate",
            spec="5.1",
            target="<stage>_dropout_max",
        )
        for variant, (formula, numerator) in _DROPOUT.items()
    ),
    *(
        Definition(
            indicator=indicator,
            variant=variant,
            title=values.RETENTION_INDICATOR[indicator],
            formula=formula,
            numerator=numerator,
            denominator=f"{entrants}{way}",
            base=_BY_SCHOOL,
            line=SCHOOL,
            sources=("教基统计",),
            table="published.retention",
            model="indicators.retention",
            spec="5.2",
            target=f"{indicator}_retention_min",
        )
        for indicator, (numerator, entrants) in _RETENTION.items()
        for variant, (formula, way) in _RETENTION_WAY.items()
    ),
    *(
        Definition(
            indicator=indicator,
            variant="",
            title=values.ENROLMENT_INDICATOR[indicator],
            formula=f"{numerator}，除以{denominator}",
            numerator=numerator,
            denominator=denominator,
            base=_BY_HOME,
            line=HOUSEHOLD,
            sources=(*_ENTRY_SOURCES, *more),
            table="published.enrolment_rate",
            model="indicators.enrolment_rate",
            spec="5.3",
            target=f"{indicator}_min",
        )
        for indicator, numerator, denominator, more in _ENTRY
    ),
    *(
        Definition(
            indicator=indicator,
            variant="",
            title=title,
            formula=f"{numerator}，除以{denominator}" if denominator else numerator,
            numerator=numerator,
            denominator=denominator,
            base="台账口径：在本单位立过案的个案，政府线按户籍地、教育线按学校",
            line=f"{HOUSEHOLD}, {SCHOOL}",
            sources=_CASES,
            table="published.zeroing",
            model="indicators.zeroing",
            spec="5.5",
            unit=unit,
            rounding=UP_AND_HALF if unit == "%" else "",
        )
        for indicator, title, numerator, denominator, unit in (
            ("clearance_rate", "销号率", "累计销号的个案数", "累计立案的个案数", "%"),
            ("relapse_rate", "反弹率", "累计反弹的个案数", "累计以复学或安置销号的个案数", "%"),
            ("median_days_to_close", "销号用时中位数", "本学年销号的个案从立案到销号的天数的中位数", "", "天"),
        )
    ),
    Definition(
        indicator="yield",
        variant="",
        title="疑似核实率",
        formula="曾经核实的个案数，除以已判明的个案数（核实、核查不属实、核查在校）",
        numerator="按立案类别和立案月份，曾经核实为辍学的个案，不论其后如何销号",
        denominator="同类同月立案、已判明的个案：曾经核实，或以核查不属实、核查在校销号",
        base="台账口径：在本县立过案的个案，按户籍地",
        line=HOUSEHOLD,
        sources=_CASES,
        table="published.yield",
        model="published.yield",
        spec="5.9",
    ),
)
"""Every definition, in the order of the specification."""


def definition(indicator: str, variant: str, on: date, among: Iterable[Definition] = DEFINITIONS) -> Definition:
    """The definition that holds on a date: of its records the one with the newest `valid_from` by then.

    Raises KeyError where there is none: a figure without a definition is not published.
    """
    found = [d for d in among if (d.indicator, d.variant) == (indicator, variant) and d.valid_from <= on]
    if not found:
        raise KeyError(f"{indicator}/{variant}")
    return max(found, key=lambda d: d.valid_from)


def definition_rows(as_of: date, rates: Mapping[str, Any]) -> pl.DataFrame:
    """Rows of `published.indicator`: every indicator and variant as it is defined on a business date.

    `rates` is policy `[rates]`, which makes one variant of dropout and one of retention the headline.
    """
    headline = {"published.dropout_rate": "dropout_variant", "published.retention": "retention_variant"}
    pairs = dict.fromkeys((d.indicator, d.variant) for d in DEFINITIONS if d.valid_from <= as_of)
    rows = []
    for pair in pairs:
        found = definition(*pair, as_of)
        rows.append(
            {
                "as_of": as_of,
                "indicator": found.indicator,
                "variant": found.variant or None,
                "title": found.title,
                "formula": found.formula,
                "numerator_words": found.numerator,
                "denominator_words": found.denominator or None,
                "population_base": found.base,
                "lines": found.line,
                "unit": found.unit,
                "rounding": found.rounding or None,
                "sources": "、".join(found.sources),
                "policy_target": found.target or None,
                "table_name": found.table,
                "model": found.model,
                "valid_from": found.valid_from,
                "headline": not found.variant or found.variant == rates[headline[found.table]],
            }
        )
    return pl.DataFrame(rows, schema=polars_schema(CATALOGUE["published.indicator"]))


def formulas(indicator: str, on: date) -> dict[str, str]:
    """Variant → formula in words, of every variant that an indicator has on a date."""
    variants = dict.fromkeys(d.variant for d in DEFINITIONS if d.indicator == indicator)
    return {variant: definition(indicator, variant, on).formula for variant in variants}
