"""What happens to pupils: enrolment changes, roll calls, absences, daily reports, aid, look-ups, department lists."""

from __future__ import annotations

from schemas.columns.column import Column, of

COLUMNS = (
    Column("change_type", "异动类型", "Kind of enrolment change", privacy="child", headers=of("异动类型", "学籍异动")),
    Column(
        "change_date", "异动日期", "Date of the change", "DATE", privacy="child", headers=of("异动日期", "学籍异动")
    ),
    Column(
        "other_province",
        "对方省份",
        "Province of the other school",
        privacy="child",
        headers=of("对方省份", "学籍异动"),
    ),
    Column(
        "other_school_code",
        "对方学校标识码",
        "Identifier of the other school",
        privacy="child",
        headers=of("对方学校标识码", "学籍异动"),
    ),
    Column(
        "transfer_scope",
        "转学范围",
        "跨省, 省内跨地市, 地市内跨县 or 县内",
        privacy="child",
        headers=of("转学范围", "学籍异动"),
    ),
    Column("roll_date", "点名日期", "Date of the roll call", "DATE", headers=of("点名日期", "在校")),
    Column(
        "present", "是否在校", "Bodily present by roll call", "BOOLEAN", privacy="child", headers=of("是否在校", "在校")
    ),
    Column("absence_date", "缺课日期", "Day of absence", "DATE", privacy="child", headers=of("缺课日期", "缺课")),
    Column(
        "absence_reason",
        "缺课原因",
        "病假, 事假 are excused; 旷课, 不明 are not",
        privacy="child",
        headers=of("缺课原因", "缺课"),
    ),
    Column("report_date", "日报日期", "School day that the report describes", "DATE", headers=of("日期", "日报")),
    Column("expected_pupils", "应到人数", "Pupils expected", "BIGINT", "人", headers=of("应到人数", "日报")),
    Column("present_pupils", "实到人数", "Pupils present", "BIGINT", "人", headers=of("实到人数", "日报")),
    Column(
        "absent_pupils",
        "缺课人数",
        "Pupils absent; a zero report counts as a report",
        "BIGINT",
        "人",
        headers=of("缺课人数", "日报"),
    ),
    Column("term", "学期", "Term, written 2025-2026-1", headers=of("学期", "资助")),
    Column("aid_item", "资助项目", "Kind of aid", privacy="child", headers=of("资助项目", "资助")),
    Column("amount", "金额", "Amount of aid", "DECIMAL(12,2)", "元", privacy="child", headers=of("金额", "资助")),
    Column(
        "paid_on",
        "发放日期",
        "Date of payment; null is visible at every date",
        "DATE",
        privacy="child",
        headers=of("发放日期", "资助"),
    ),
    Column(
        "lookup_date",
        "查询日期",
        "Date of the look-up in the national register",
        "DATE",
        privacy="child",
        headers=of("查询日期", "学籍查询"),
    ),
    Column(
        "lookup_result",
        "查询结果",
        "Result of the look-up: 在读, 休学, 毕业, 无记录",
        privacy="child",
        headers=of("结果", "学籍查询"),
    ),
    Column(
        "province",
        "省份",
        "Province of schooling, name or code; null is not known",
        privacy="child",
        headers=of("省份", "学籍查询"),
    ),
    Column("department", "报送部门", "Department that reports the list", headers=of("报送部门", "部门名单")),
    Column(
        "list_status",
        "名单状态",
        "辍学, 疑似辍学 or 已复学 as the department says",
        privacy="child",
        headers=of("状态", "部门名单"),
    ),
)
