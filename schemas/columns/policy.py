"""Policy numbers as columns of `core.policy`: `<section>_<key>` of policy.toml."""

from __future__ import annotations

from schemas.columns.column import Column


def _days(name: str, label: str, description: str) -> Column:
    """A term in days."""
    return Column(name, label, description, "INTEGER", "天")


def _age(name: str, label: str, description: str) -> Column:
    """An age in completed years."""
    return Column(name, label, description, "INTEGER", "岁")


def _target(name: str, label: str, description: str) -> Column:
    """A target or limit in per cent."""
    return Column(name, label, description, "DECIMAL(9,2)", "%")


COLUMNS = (
    _age("age_from", "起始学龄", "First school age of compulsory schooling"),
    _age("age_to", "截止学龄", "Last school age of compulsory schooling"),
    _age("age_close_at", "销号年龄", "Age at D from which no case is kept open"),
    _age("universe_max_age", "统计最大年龄", "Greatest age at D of the universe"),
    _days(
        "entry_grace_days", "入学宽限天数", "Days after the autumn term's first day in which a new entrant is not due"
    ),
    _days("transfer_grace_days", "转学宽限天数", "Days that a transfer may be under way"),
    _days("absence_days", "疑似辍学缺课天数", "Consecutive school days of unexcused absence that make a suspicion"),
    _days("absence_leave_days", "长假天数", "Excused school days that go on the long-leave list"),
    _days("rollcall_grace_days", "点名宽限天数", "Days that an old roll counts into a new term"),
    _days("reporting_gap_days", "漏报天数", "School days without a report that make a reporting gap"),
    _days("return_confirm_days", "复学确认天数", "Reported school days that confirm a return"),
    _days("lookup_valid_days", "查询有效天数", "Days that a look-up is valid"),
    Column("matching_probabilistic", "启用概率匹配", "Tier 4 of the matching is switched on", "BOOLEAN"),
    Column("matching_accept", "概率匹配采纳线", "Probability from which tier 4 links", "DECIMAL(9,6)", "概率"),
    Column(
        "matching_review",
        "概率匹配复核线",
        "Probability from which reviewers are asked",
        "DECIMAL(9,6)",
        "概率",
    ),
    _days(
        "verify_negative_holds_days", "不属实有效天数", "Days that a negative verification without evidence date holds"
    ),
    _days("deadline_verify_days", "核查期限天数", "Days to verify a suspicion"),
    _days("deadline_first_visit_days", "首次劝返期限天数", "Days to the first visit"),
    _days("deadline_notice_days", "文书期限天数", "Days to the notice"),
    Column(
        "legal_visits_before_notice", "文书前劝返次数", "Failed visits after which a notice is due", "INTEGER", "次"
    ),
    _days("legal_notice_term_days", "限期复学天数", "Days from the notice to the penalty"),
    _days("legal_penalty_term_days", "处罚履行天数", "Days from the penalty to the lawsuit"),
    _target("targets_primary_dropout_max", "小学辍学率控制线", "Limit of the primary dropout rate"),
    _target("targets_junior_dropout_max", "初中辍学率控制线", "Limit of the junior dropout rate"),
    _target("targets_nine_year_retention_min", "九年巩固率目标", "Target of nine-year retention"),
    _target("targets_primary_net_enrolment_min", "小学净入学率目标", "Target of primary net enrolment"),
    _target("targets_junior_gross_enrolment_min", "初中毛入学率目标", "Target of junior gross enrolment"),
    _target(
        "targets_three_disabilities_enrolment_min", "三类残疾入学率目标", "Target of enrolment of disabled children"
    ),
    Column("retention_subtract_deaths", "巩固率扣除死亡", "Deaths are taken off the adjusted denominator", "BOOLEAN"),
    Column("rates_decimals", "小数位数", "Decimals of rates", "INTEGER"),
    Column("rates_rounding", "舍入方式", "half_up or truncate"),
    Column("rates_dropout_variant", "辍学率主口径", "Headline variant of the dropout rate"),
    Column("rates_retention_variant", "巩固率主口径", "Headline variant of retention"),
    Column("ranking_floor", "排名分母下限", "Smallest denominator that is ranked", "INTEGER", "人"),
    Column("disclosure_small_cell", "小数抑制界限", "Counts below it are treated in public tables", "INTEGER", "人"),
    Column("stages_primary_last", "小学末年级", "Last primary grade", "INTEGER", "年级"),
    Column("stages_junior_last", "初中末年级", "Last junior grade", "INTEGER", "年级"),
    # the smaller policy tables
    Column("placement", "安置方式", "Approved other way of schooling"),
    _age("min_age", "最小年龄", "Least age at D at which the placement counts"),
    _age("max_age", "最大年龄", "Greatest age at D at which the placement counts"),
    Column("season", "重点时段", "Season in which pupils are known to leave, as the policy names it"),
    Column("from_day", "起始日", "First day of the season in every year, MM-DD"),
    Column("to_day", "终止日", "Last day of the season in every year, MM-DD"),
    Column("campaign", "专项行动", "Campaign, as the policy names it"),
    Column("from_date", "立案起始日期", "First day on which a case is opened that belongs to the batch", "DATE"),
    Column("to_date", "立案终止日期", "Last day on which a case is opened that belongs to the batch", "DATE"),
    Column("target_date", "目标日期", "Day by which the batch should be closed; null where none is set", "DATE"),
    _days("days", "有效天数", "Days after which a snapshot in force is stale"),
    Column("program", "程序版本", "Version of the program that made the run; null for runs before it was written down"),
    Column("policy", "政策标记", "Hash of every number of the policy that holds on the night"),
)
