"""Rates with their parts, limits and targets (5.1-5.3, 5.6).

Rates are `DECIMAL(9,2)`, rounded half away from zero; null where the denominator is 0 or not known.
"""

from __future__ import annotations

from schemas.columns.column import Column

COLUMNS = (
    Column("indicator", "指标", "Name of the indicator"),
    Column("variant", "口径", "Variant of the indicator"),
    Column("numerator", "分子", "Exact numerator of the rate", "BIGINT", "人"),
    Column("denominator", "分母", "Exact denominator of the rate; null without statistics", "BIGINT", "人"),
    Column(
        "rate",
        "比率",
        "The rate, uncapped",
        "DECIMAL(9,2)",
        "%",
        formula="numerator / denominator × 100, rounded as policy rates.rounding says",
    ),
    Column("rate_shown", "比率（上限100）", "The rate capped at 100", "DECIMAL(9,2)", "%", formula="least(rate, 100)"),
    Column(
        "limit_rate",
        "控制线",
        "Limit of the dropout rate for the stage",
        "DECIMAL(9,2)",
        "%",
        formula="policy targets.<stage>_dropout_max",
    ),
    Column(
        "over_limit",
        "是否超线",
        "The exact headline fraction is over the limit; null where the rate is null",
        "BOOLEAN",
        formula="numerator × 100 > limit_rate × denominator of the headline variant",
    ),
    Column(
        "last_year_rate",
        "上学年辍学率",
        "Headline rate on the last night of the school year before, as published then",
        "DECIMAL(9,2)",
        "%",
    ),
    Column("consecutive", "连续两年超线", "Over the limit this school year and the last", "BOOLEAN"),
    Column(
        "target",
        "目标值",
        "Target of the indicator; null where policy sets none",
        "DECIMAL(9,2)",
        "%",
        formula="policy targets.<indicator>_min",
    ),
    Column(
        "met", "是否达标", "The exact fraction reaches the target; null where the rate or the target is null", "BOOLEAN"
    ),
    Column(
        "gap_children",
        "需动员人数",
        "Children who must come (back) to reach the target",
        "BIGINT",
        "人",
        formula="smallest n ≥ 0 with (numerator + n) / denominator ≥ target",
    ),
    Column(
        "at_bound",
        "是否触界",
        "Rounding shows 100.00 or 0.00 though the fraction is not; null where the rate is null",
        "BOOLEAN",
    ),
    # assessment and ranking (5.6, 5.10)
    Column("veto", "一票否决", "The line fails the county alone when it is not met", "BOOLEAN"),
    Column("failed", "否决不达标", "A veto line of the county is not met: it fails whatever the rest", "BOOLEAN"),
    Column("lines_unmet", "未达标项数", "Lines of [targets] that the county does not meet", "BIGINT", "个"),
    Column("of", "参评单位数", "Siblings that are ranked", "BIGINT", "个"),
    Column(
        "change_since_last_month",
        "较上月末",
        "Value less that of the last night by the end of the month before, same school year; null where unknown",
        "DECIMAL(9,2)",
        "个百分点",
    ),
    Column("note", "备注", "no_statistics where annual statistics are missing, else null"),
    Column(
        "entrants",
        "入学人数",
        "Pupils admitted when the cohort entered; null where the year is missing",
        "BIGINT",
        "人",
    ),
    Column("transfers_unmatched", "转出未落实", "Children transfer_lost at D in the unit", "BIGINT", "人"),
)
