"""A case and its events (section 4)."""

from __future__ import annotations

from schemas.columns.column import Column


def _due(name: str, label: str, description: str, formula: str) -> Column:
    """A deadline of an open case; null where the case is closed or the step does not apply."""
    return Column(name, label, description, "DATE", privacy="child", formula=formula)


COLUMNS = (
    Column(
        "case_id",
        "案号",
        "Key of a case, one per child and episode",
        privacy="child",
        formula="child_key-episode",
        pattern=r"[0-9a-f]{16}-[1-9][0-9]*",
    ),
    Column("episode", "次序", "Number of the child's episode, from 1", "BIGINT", "次", privacy="child"),
    Column("opened_on", "立案日期", "Run date that opened the case", "DATE", privacy="child"),
    Column("verified_on", "核实日期", "Date of verification; null while suspected", "DATE", privacy="child"),
    Column("closed_on", "销号日期", "Run date that closed the case; null while open", "DATE", privacy="child"),
    Column("close_reason", "销号原因", "Why the case was closed"),
    Column("relapse", "是否反弹", "An earlier episode closed as returned or placed", "BOOLEAN", privacy="child"),
    Column("sub_state", "附加状态", "Return not yet confirmed, or no extract speaks of the child", privacy="child"),
    Column("visits", "劝返次数", "Visits (劝返) of the case dated by D", "BIGINT", "次", privacy="child"),
    Column("last_action_on", "最近行动日期", "Date of the latest action of the case", "DATE", privacy="child"),
    Column("last_visit_on", "最近劝返日期", "Date of the latest visit (劝返) of the case", "DATE", privacy="child"),
    Column("legal_step", "法律程序", "Furthest legal step reached", privacy="child"),
    _due("verify_due", "核查期限", "Day by which the suspicion is to be verified", "opened_on + deadline.verify_days"),
    _due(
        "first_visit_due",
        "首次劝返期限",
        "Day by which the first visit is due",
        "verified_on + deadline.first_visit_days",
    ),
    _due(
        "notice_due",
        "文书期限",
        "Day by which the notice is due",
        "earlier of verified_on + deadline.notice_days and the failed visit that fills legal.visits_before_notice",
    ),
    _due(
        "penalty_due",
        "处罚期限",
        "Day by which the penalty is due",
        "date of the first notice + legal.notice_term_days",
    ),
    _due("lawsuit_due", "起诉期限", "Day by which the lawsuit is due", "date of the penalty + legal.penalty_term_days"),
    _due(
        "month_report_due",
        "月报期限",
        "Day by which an action of the month is due",
        "last day of the month before D's where that month has no action, else last day of D's month",
    ),
    # events
    Column("event", "事件", "What happened to the case: open, verify, close or rekey", privacy="child"),
    Column("on_date", "事件日期", "Date of the event", "DATE", privacy="child"),
    Column(
        "evidence_kind",
        "佐证来源",
        "Kind of the extract that is the evidence (English name of the kind)",
        privacy="child",
    ),
    Column("evidence_delivery", "佐证文件", "Delivery that holds the evidence, <date>/<file>", privacy="child"),
    Column("evidence_row", "佐证行号", "Row number of the evidence in its file", "BIGINT", privacy="child"),
    # lists around the ledger
    Column("route", "查询途径", "How the missing child is to be looked up (3.5)", privacy="child"),
    Column(
        "last_lookup_on",
        "最近查询日期",
        "Date of the latest look-up; null where never looked up",
        "DATE",
        privacy="child",
    ),
    Column(
        "last_reported",
        "最近报告日期",
        "Last date by D with a daily report or an absence row; null where never",
        "DATE",
    ),
    Column("region", "三统一区域", "Region of the diagram of the three lists", privacy="child"),
    Column("cases", "涉及案件", "Open cases without this holder", "BIGINT", "人"),
    # four lists (4.7)
    Column("days_left", "剩余天数", "Days until the deadline; negative when overdue", "BIGINT", "天", privacy="child"),
    Column(
        "days_open", "在册天数", "Days since the case was opened: as_of - opened_on", "BIGINT", "天", privacy="child"
    ),
    Column("next_deadline", "下一期限", "Deadline of the case that falls due first and is not met", privacy="child"),
    Column("next_due_on", "下一期限日期", "Day of that deadline; past where it is overdue", "DATE", privacy="child"),
    Column("days_overdue", "逾期天数", "Days since the deadline passed", "BIGINT", "天", privacy="child"),
    Column("this_month", "本月销号", "Closed in the month of D", "BOOLEAN", privacy="child"),
    # lists that somebody must act on
    Column(
        "since",
        "起始日期",
        "Day from which the state that puts the child on the list holds; null where nobody knows",
        "DATE",
        privacy="child",
    ),
    # the rows that speak of a child
    Column("said", "内容", "What the row says of the child, in Chinese, without names and numbers", privacy="child"),
    Column("used_for", "用途", "What the row was used for", privacy="child"),
)
