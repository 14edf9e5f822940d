"""Units of measure, in the words that stand in the head of official tables (单位：人、%)."""

from __future__ import annotations

UNITS: dict[str, str] = {
    "人": "persons",
    "%": "per cent, two decimals",
    "‰": "per thousand, two decimals",
    "个百分点": "percentage points",
    "天": "days",
    "人天": "days summed over persons",
    "岁": "completed years",
    "年级": "grade, 1-12",
    "次": "times",
    "行": "rows of a file or table",
    "元": "yuan",
    "字节": "bytes",
    "个": "things",
    "概率": "probability between 0 and 1",
}
"""Unit as written in tables → what it means in English. A column without a measure has the unit ''."""


def unit_text(unit: str) -> str:
    """English meaning of a unit; raises KeyError for a unit that is not registered."""
    return UNITS[unit]
