"""Working columns of indicators: what a case or child counts for, and how cohorts move."""

from __future__ import annotations

from schemas.columns.column import Column


def _people(name: str, label: str, description: str, kind: str = "BIGINT") -> Column:
    """A count of children or pupils."""
    return Column(name, label, description, kind, "人")


ENTRY_RATES = (
    ("primary", "小学净入学率", "primary_net_enrolment"),
    ("junior", "初中毛入学率", "junior_gross_enrolment"),
    ("compulsory", "义务教育入学率", "compulsory_enrolment"),
    ("disabled", "三类残疾入学率", "three_disabilities_enrolment"),
    ("poor", "脱贫户入学率", "poor_enrolment"),
    ("aid", "资助覆盖率", "aid_coverage"),
)
"""Short name, label and indicator of the entry rates (5.3): each has its numerator n_… and its denominator d_…."""

COLUMNS = (
    Column("group_name", "人群", "Group of children that is counted; published as group"),
    Column("han", "是否汉族", "Of the Han group; null where not known", "BOOLEAN", privacy="child"),
    *(_people(f"n_{name}", f"{label}分子", f"Numerator of {indicator}") for name, label, indicator in ENTRY_RATES),
    *(_people(f"d_{name}", f"{label}分母", f"Denominator of {indicator}") for name, label, indicator in ENTRY_RATES),
    Column("late_suspect", "逾期未核", "Suspected and past verify_due at D", "BOOLEAN", privacy="child"),
    _people("flow", "学籍变动净减", "Balance of enrolment changes since 1 September (5.1); may be negative"),
    Column("step", "入学后年数", "0 the year of entry, 1 … the years on the way", "INTEGER"),
    Column("higher_is_better", "越高越好", "A target to reach, not a limit to stay under", "BOOLEAN"),
    Column("steps", "学制年数", "Years from entry to the last grade", "INTEGER"),
    _people("increase", "其他净增", "Resumed and other increase", "INTEGER"),
    _people("decrease", "其他净减", "Suspended and other decrease", "INTEGER"),
)
