"""Counts that the ledger publishes: zeroing, closings, three lists, the six numbers, deadlines (4.3-4.6, 5.4, 5.5)."""

from __future__ import annotations

from schemas.columns.column import Column


def _people(name: str, label: str, description: str, formula: str = "") -> Column:
    """A count of children or cases; a child counts once per unit and night."""
    return Column(name, label, description, "BIGINT", "人", formula=formula)


def _this_year_and_last(name: str, label: str, text: str, unit: str) -> tuple[Column, Column]:
    """A number of the season up to D, and of the same days a year before."""
    return (
        Column(name, label, text, "BIGINT", unit),
        Column(f"{name}_last_year", f"上年同期{label}", f"The same days a year before: {text}", "BIGINT", unit),
    )


SEASONAL = (
    *_this_year_and_last("school_days", "上课日", "School days of the county in the season", "天"),
    *_this_year_and_last("unexcused_days", "旷课人天", "Days of 旷课 or 不明, summed over pupils", "人天"),
    *_this_year_and_last("excused_days", "请假人天", "Days of 病假 or 事假, summed over pupils", "人天"),
    *_this_year_and_last("cases_opened", "新立案", "Cases opened in the season, relapses among them", "人"),
    *_this_year_and_last("unapproved_holidays", "未批放假", "School days lost to 放假 without 批准文号", "天"),
)

COLUMNS = (
    Column("line", "责任线", "Tree of responsibility: household (government line) or school (education line)"),
    Column("group", "人群", "Group of children that is counted"),
    _people("open_at_start", "期初在册", "Open cases at the end of the previous run"),
    _people("opened", "本期新增", "Cases opened tonight that are no relapse"),
    _people("relapsed", "本期反弹", "Cases opened tonight whose earlier episode closed as returned or placed"),
    _people("closed", "本期销号", "Cases closed tonight"),
    _people("open_at_end", "期末在册", "Open cases at D", "open_at_start + opened + relapsed - closed"),
    _people("suspected_open", "疑似辍学", "Open cases in state suspected at D"),
    _people("verified_open", "辍学", "Open cases in state verified at D"),
    _people("overdue", "逾期", "Open cases with at least one overdue deadline at D"),
    Column("zeroed", "是否清零", "No verified open case and no suspected case past verify_due", "BOOLEAN"),
    Column(
        "zeroed_since",
        "清零起始日期",
        "First run date of the present unbroken run of zeroed dates; null when not zeroed",
        "DATE",
    ),
    Column(
        "days_since_zero",
        "已清零天数",
        "Days since zeroed_since; null when not zeroed",
        "BIGINT",
        "天",
        formula="as_of - zeroed_since",
    ),
    _people("ever_opened", "累计立案", "Cases ever opened to date"),
    _people("ever_closed", "累计销号", "Cases closed to date"),
    Column(
        "clearance_rate",
        "销号率",
        "Share of cases ever opened that are closed; null where none was ever opened",
        "DECIMAL(9,2)",
        "%",
        formula="ever_closed / ever_opened × 100",
    ),
    _people("ever_relapsed", "累计反弹", "Cases to date that were a relapse"),
    _people("ever_came_back", "累计复学或安置", "Cases to date that closed as returned or placed"),
    Column(
        "relapse_rate",
        "反弹率",
        "Relapses to date by cases closed as returned or placed; null without any, and in village and school rows",
        "DECIMAL(9,2)",
        "%",
        formula="ever_relapsed / ever_came_back × 100",
    ),
    Column(
        "median_days_to_close",
        "销号用时中位数",
        "Median days to closing of the cases closed in the school year; null without any, and for villages and schools",
        "DECIMAL(9,2)",
        "天",
    ),
    _people("closed_today", "当日销号", "Cases closed at D for the reason"),
    _people("closed_this_school_year", "本学年销号", "Cases closed since 1 September of the school year of D"),
    _people("closed_to_date", "累计销号（按原因）", "Cases closed to date for the reason"),
    _people("new_cases", "新增个案", "Cases opened tonight, relapses among them", "opened + relapsed"),
    Column(
        "per_thousand",
        "每千名适龄儿童新增个案",
        "New cases of the night by 1,000 active registry children of school age; null without children",
        "DECIMAL(9,2)",
        "‰",
        formula="new_cases / children × 1000, rounded as policy rates.rounding says",
    ),
    # three lists of one set (4.6)
    _people("education", "教育部门名单", "Children on the education department's list"),
    _people("poverty_office", "乡村振兴部门名单", "Children on the poverty office's list"),
    _people("ledger", "台账", "Verified open cases of the ledger"),
    _people("common", "三方一致", "Children on all three"),
    _people("education_only", "仅教育部门", "Children on the education list alone"),
    _people("poverty_only", "仅乡村振兴部门", "Children on the poverty office's list alone"),
    _people("ledger_only", "仅台账", "Children in the ledger alone"),
    _people("education_poverty", "教育与乡村振兴", "Children on both lists but not in the ledger"),
    _people("education_ledger", "教育与台账", "Children on the education list and in the ledger only"),
    _people("poverty_ledger", "乡村振兴与台账", "Children on the poverty office's list and in the ledger only"),
    Column("agreed", "是否三统一", "All regions but the common set are empty", "BOOLEAN"),
    # the ministry's six numbers (5.5)
    _people("suspected", "疑似辍学人数", "Suspected cases open at D"),
    _people("verified", "辍学人数", "Verified cases open at D"),
    _people("returned", "劝返复学人数", "Cases closed returned in the month of D, up to D"),
    # cycles of reporting (1.1)
    Column("cycle", "报告周期", "Cycle of reporting: week, month, quarter, term (学期), year (school year)"),
    Column("period", "所属期", "The period in which D lies: 2025-W41, 2025-10, 2025-Q4, 2025-2026-1, 2025-2026"),
    _people("placements", "安置人数", "Cases closed placed in the period, up to D"),
    # deadlines
    Column("deadline", "期限种类", "Name of the deadline (4.4)"),
    _people("due", "有期限案件", "Open cases that have this deadline"),
    Column(
        "oldest_overdue_days",
        "最长逾期天数",
        "Days by which the oldest overdue deadline is passed; null where none is overdue",
        "BIGINT",
        "天",
    ),
    # where children are schooled (5.4)
    _people("local_local", "本在本", "Registry and school in the county"),
    _people("local_elsewhere_province", "本在外（省内）", "Registry here, school in another county of the province"),
    _people("local_elsewhere", "本在外（省外）", "Registry here, schooled in another province by look-up"),
    _people("outside_local", "外在本", "School here, registry in another county of the province"),
    _people("outside_province_local", "外在本（省外）", "School here, no active registry row in the province"),
    # count bridge (5.7)
    _people("children", "人数", "Children, or rows of pupils, that the term counts"),
    _people(
        "remainder",
        "差额",
        "What the terms leave unexplained; the same in every row of the unit's side, any but 0 stops the night",
        "total - sum of the terms, of the ledger total - (open - kept + held + closed + over_age)",
    ),
    # yield of suspicion (5.9)
    _people("not_substantiated", "核查不属实", "Cases never verified and closed not_substantiated"),
    _people("found_enrolled", "核查在校", "Cases never verified and closed found_enrolled"),
    _people(
        "undecided",
        "尚未判明",
        "Cases that nothing has decided: open and suspected, or closed for a reason that says nothing of the suspicion",
        "opened - verified - not_substantiated - found_enrolled",
    ),
    Column(
        "yield",
        "疑似核实率",
        "Share of the decided cases that were verified; null where none is decided",
        "DECIMAL(9,2)",
        "%",
        formula="verified / (opened - undecided) × 100, rounded as policy rates.rounding says",
    ),
    # alarms (5.8)
    Column("measure", "衡量", "What is measured: an alarm, or a rate in per cent, cases, days"),
    Column("fact", "预警内容", "What is counted"),
    Column("base", "对照值", "What the value is held against", "BIGINT"),
    Column("warned", "是否预警", "The alarm sounds; null where it would but cannot be judged", "BOOLEAN"),
    # seasons (4.7)
    Column("season_year", "年份", "Year in which the season begins"),
    *SEASONAL,
    # campaigns (5.5)
    _people("open", "未销号", "Cases of the batch that are open at D"),
    Column(
        "share_closed",
        "销号比例",
        "Share of the batch that is closed; null where none was opened",
        "DECIMAL(9,2)",
        "%",
        formula="closed / opened × 100",
    ),
    _people("added_later", "后续新增", "Cases of the same group and places opened after the batch, apart from it"),
    # whole classes handed over (6.1)
    Column("teaches", "是否开设小学段", "The primary stage is taught in the unit", "BOOLEAN"),
    _people("leavers", "小学毕业班离校人数", "Pupils of the last primary grade before 1 September who left it"),
    _people("arrived", "已到校", "Leavers enrolled in a higher grade, or schooled or placed elsewhere"),
    _people("pending", "待落实", "Leavers under way, suspended, deferred, or whom nothing can be said of yet"),
    _people("lost", "未到校", "Leavers out of school"),
    # accountability (4.7)
    Column("list", "清单", "Which part of the accountability list the entry belongs to"),
    Column("subject", "事项", "What the entry concerns: a stage, a deadline or a kind of extract"),
    Column("value", "数值", "Number of the measure, target or limit; the measure says its unit", "DECIMAL(9,2)"),
    Column("limit_value", "限值", "What the value should not exceed, in the unit of the value", "DECIMAL(9,2)"),
    # disclosure control (6.3)
    Column("suppressed", "已作小数抑制", "Cells of the row are blank for disclosure control (6.3)", "BOOLEAN"),
    Column("family", "表族", "Public tables whose numbers could give each other away"),
    Column("siblings", "同级单位组", "What the villages, or schools, that add up in one unit have in common"),
)
