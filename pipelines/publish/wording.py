"""The Chinese words of the files for officials, and how a number or its absence is written (spec 6.2).

Only words that stand in no contract: a reader of the files sees them, a reader of the tables does not.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

# The four levels that the files show. Villages and schools are never among them: their counts would have to be
# treated as small cells first (spec 6.3).
LEVELS: tuple[str, ...] = ("province", "prefecture", "county", "township")

LEVEL_WORDS = {"province": "省级", "prefecture": "市级", "county": "县级", "township": "乡级"}

STAGE_WORDS = {"primary": "小学", "junior": "初中"}

# In the order in which they fall due in the life of a case (spec 4.4).
DEADLINE_WORDS = {
    "verify_due": "核实",
    "first_visit_due": "首次劝返",
    "notice_due": "敦促或限期复学通知书",
    "penalty_due": "行政处罚决定书",
    "lawsuit_due": "提起诉讼",
    "month_report_due": "每月跟踪",
}

# What is worst first: a refused file is somebody's work of today, a missing one may be nobody's.
SOURCE_PROBLEM_WORDS = {"refused": "拒收", "stale": "过期", "missing": "缺失"}

# The order in which officials name the sources (the four look-ups first); a kind that is not here comes last.
SOURCE_ORDER: tuple[str, ...] = (
    "户籍",
    "学籍",
    "学籍异动",
    "在校",
    "缺课",
    "日报",
    "脱贫户",
    "救助",
    "残疾人",
    "资助",
    "劝返",
    "部门名单",
    "学籍查询",
    "匹配裁定",
    "教基统计",
    "责任人",
    "校历",
    "学校",
    "区划",
)

NOT_AVAILABLE = "—"
AT_BOUND = "※"


def chinese_date(day: date) -> str:
    """2025年9月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def yes_no(value: bool | None) -> str:
    """是 or 否; — where it cannot be said."""
    if value is None:
        return NOT_AVAILABLE
    return "是" if value else "否"


def count(value: int | None) -> str:
    """A number of children; zero is 0, what is not known is —."""
    return NOT_AVAILABLE if value is None else str(value)


def iso(day: date | None) -> str:
    """2025-09-01; blank without a date (a unit that is not at zero has no first day of it)."""
    return "" if day is None else day.isoformat()


def rate(value: Decimal | None, denominator: int | None, *, at_bound: bool | None = False) -> str:
    """A rate in per cent with two decimals: blank for 0/0, — where the denominator is not known.

    A rate that only rounding makes 0.00 or 100.00 carries the mark ※ (spec 5.6).
    """
    if value is None:
        return "" if denominator == 0 else NOT_AVAILABLE
    return f"{value:.2f}{AT_BOUND if at_bound else ''}"


def percent(value: Decimal | None) -> str:
    """A target or limit in per cent; — where policy sets none."""
    return NOT_AVAILABLE if value is None else f"{value:.2f}"


def change(value: int | Decimal | None) -> str:
    """A difference with its sign, 0 without one; — where there is nothing to hold it against."""
    if value is None:
        return NOT_AVAILABLE
    return f"{value:+}" if value else str(value)


def listed(names: list[str], of: int, most: int = 5) -> str:
    """Names of units in one phrase: 全部单位, or at most `most` of them and how many there are."""
    if len(names) == of and of > 1:
        return f"全部{of}个单位"
    if len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}个单位"
