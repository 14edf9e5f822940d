"""Working columns of the ledger: runs, histories, and the nightly step of a case (section 4)."""

from __future__ import annotations

from schemas.columns.column import Column


def _step(name: str, label: str, description: str, kind: str = "VARCHAR") -> Column:
    """A working column about one case."""
    return Column(name, label, description, kind, privacy="child")


COLUMNS = (
    # runs and histories
    Column("run_id", "运行序号", "Running number of a night's run", "BIGINT"),
    Column("night", "运行夜", "Business date of the run", "DATE"),
    Column("known_on", "数据截至", "Newest delivery date known when the night was computed", "DATE"),
    Column("stands", "是否有效", "The run was not set aside by a later run of its night or an earlier one", "BOOLEAN"),
    Column("published", "是否发布", "The run's tables were published", "BOOLEAN"),
    Column("from_night", "起始夜", "First night of which the row is true", "DATE"),
    Column("to_night", "终止夜", "First night of which the row is no longer true; null is still true", "DATE"),
    Column("from_run", "起始运行", "First run that knew the row so", "BIGINT"),
    Column("to_run", "终止运行", "First run that knew otherwise; null is still known so", "BIGINT"),
    Column("last_delivery", "最后交付序号", "Number of the newest delivery that the run had read", "BIGINT"),
    # restatements and changes
    Column("key", "行主键", "Key of the restated row beside its unit, parts joined by /"),
    Column("old_value", "原值", "Value as the run before published it; null where it showed none"),
    Column("new_value", "新值", "Value as published now; null where it shows none"),
    Column(
        "cause",
        "原因",
        "Why the figure is another: files that came since, a reviewer's decision, the policy, the program",
    ),
    Column("files", "相关报送", "Deliveries that came since the run before: kind, code and date, joined by ;"),
    Column("span", "对比时段", "What today is held against"),
    Column("then_on", "对比日期", "Night that today is held against", "DATE"),
    Column("value_then", "当时人数", "Value of the measure on that night", "BIGINT", "人"),
    Column("value_now", "现在人数", "Value of the measure at D", "BIGINT", "人"),
    Column("change", "增减", "value_now - value_then", "BIGINT", "人"),
    # memory
    _step("has_enrolment", "曾有学籍", "An enrolment row was seen on this or an earlier night", "BOOLEAN"),
    _step("ended", "记忆终止", "Memory ended: graduated, deceased, emigrated or moved away", "BOOLEAN"),
    _step("seen_school_year", "最近学籍学年", "School year in which the enrolment row was last seen"),
    # a case through the night
    _step("case_uid", "案件标识", "Key of a case that never changes, whatever becomes of the child's key"),
    _step("rekeyed", "本夜换主键", "The open case's child has another key tonight", "BOOLEAN"),
    _step("merged", "本夜并案", "Of two open cases of one child the younger", "BOOLEAN"),
    _step("closing", "本夜销号原因", "Reason for which the case closes tonight; null where it does not"),
    _step("verifying_on", "本夜核实日期", "Date with which the case is verified tonight; null where it is not", "DATE"),
    _step("verify_reason", "核实事由", "verification or dropped_out"),
    _step("return_seen_on", "复学首见日期", "First night of the present unbroken spell in school", "DATE"),
    _step("seen_on", "在校首见日期", "First night of the present unbroken spell in school, tonight included", "DATE"),
    _step("confirmed", "复学已确认", "The return is confirmed by reported school days (4.2)", "BOOLEAN"),
    _step("place_division", "案件区划", "Division that the case counts in, fixed at opening"),
    _step("came_back", "已复学或安置", "The case closed as returned or placed", "BOOLEAN"),
    _step("days_to_close", "销号用时", "Days from opening to closing of a case closed in the school year", "BIGINT"),
    # verifications and actions
    _step("substantiated", "核查属实", "The verification says 属实", "BOOLEAN"),
    _step("latest_substantiated", "最近核查属实", "The latest verification of the case says 属实", "BOOLEAN"),
    _step("first_substantiated_on", "首次属实日期", "Date of the earliest 属实 of the case", "DATE"),
    _step("substantiated_row_id", "属实行标识", "Row of the earliest 属实", "BIGINT"),
    _step("latest_row_id", "最近核查行标识", "Row of the latest verification", "BIGINT"),
    _step("first_visit_on", "首次劝返日期", "Date of the first visit", "DATE"),
    _step("notice_on", "文书日期", "Date of the first notice", "DATE"),
    _step("penalty_on", "处罚日期", "Date of the penalty", "DATE"),
    _step("lawsuit_on", "起诉日期", "Date of the lawsuit", "DATE"),
    _step("claimed_return_on", "报称复学日期", "Latest 复学 action that is not 未成功", "DATE"),
    _step("third_failed_visit_on", "末次失败劝返", "Failed visit that makes a notice due", "DATE"),
    _step("due_on", "期限日期", "Last day of the deadline", "DATE"),
    _step("office_order", "职务层次", "1 the office nearest to the child in its line, 2 and 3 those above", "INTEGER"),
)
