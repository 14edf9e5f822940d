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
    Column("in_class", "在校有学籍", "In school with an enrolment row in this province", "BOOLEAN", privacy="child"),
    Column("aided", "受资助", "At least one aid row of the current term", "BOOLEAN", privacy="child"),
    _people("schooled_here", "省内就读人数", "Children in school or suspected absent"),
    _people("schooled_elsewhere", "省外就读人数", "Children schooled in another province by look-up"),
    Column("schooled", "已就学", "Counts as schooled in the entry rates (5.3)", "BOOLEAN", privacy="child"),
    Column(
        "counts", "计入分母", "Counts in a denominator: not deceased, emigrated or not_due", "BOOLEAN", privacy="child"
    ),
    Column("primary_age", "小学学龄", "Of primary school age", "BOOLEAN", privacy="child"),
    Column("junior_age", "初中学龄", "Of junior school age", "BOOLEAN", privacy="child"),
    Column("compulsory_age", "义务教育学龄", "Of compulsory school age", "BOOLEAN", privacy="child"),
    Column(
        "junior_pupil",
        "初中在读",
        "Pupil of a junior grade, or graduated from it this school year",
        "BOOLEAN",
        privacy="child",
    ),
    Column("elsewhere", "省外或安置", "Placed, or enrolled in another province", "BOOLEAN", privacy="child"),
    Column("statistics_rows", "统计表行数", "Rows of annual statistics that stand behind the figure", "BIGINT", "行"),
    Column("late_suspect", "逾期未核", "Suspected and past verify_due at D", "BOOLEAN", privacy="child"),
    _people("flow", "学籍变动净减", "Balance of enrolment changes since 1 September (5.1); may be negative"),
    Column("step", "入学后年数", "0 the year of entry, 1 … the years on the way", "INTEGER"),
    Column("higher_is_better", "越高越好", "A target to reach, not a limit to stay under", "BOOLEAN"),
    Column("steps", "学制年数", "Years from entry to the last grade", "INTEGER"),
    _people("increase", "其他净增", "Resumed and other increase", "INTEGER"),
    _people("decrease", "其他净减", "Suspended and other decrease", "INTEGER"),
    # what must add up (4.3)
    Column("above_code", "上级计数单位", "The unit above in which what counts here counts too"),
    Column("nested", "逐级汇总", "Whatever lies beneath counts in the same units above as the unit itself", "BOOLEAN"),
    # count bridge (5.7)
    Column("place_code", "归属代码", "Code of the place that the children are counted at, mostly a county"),
    # alarms (5.8)
    Column("times", "次数", "How often the fact was seen", "BIGINT"),
    Column("known_from", "可查起始", "Day from which the county's past is known", "DATE"),
    _people("approvals", "获批人数", "Children with an approved request of the month"),
)
