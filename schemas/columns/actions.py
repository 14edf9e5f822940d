"""What people do: case actions, reviewers' decisions, holders of responsibility."""

from __future__ import annotations

from schemas.columns.column import Column, of

COLUMNS = (
    Column(
        "record_number", "记录编号", "Number of the action's record", privacy="child", headers=of("记录编号", "劝返")
    ),
    Column(
        "action_type",
        "行动类型",
        "核查, 劝返, 文书, 安置, 复学, 延缓入学, 免除 or 审核",
        privacy="child",
        headers=of("行动类型", "劝返"),
    ),
    Column("action_date", "行动日期", "Date of the action", "DATE", privacy="child", headers=of("行动日期", "劝返")),
    Column("result", "结果", "属实/不属实, 成功/未成功, 通过/不通过", privacy="child", headers=of("结果", "劝返")),
    Column(
        "action_kind",
        "种类",
        "Document served, placement, exemption or deferral named",
        privacy="child",
        headers=of("种类", "劝返"),
    ),
    Column(
        "evidence_number",
        "佐证编号",
        "Number of the evidence; needed for 不属实 and for every approval",
        privacy="child",
        headers=of("佐证编号", "劝返"),
    ),
    Column("handler", "经办人", "Official who handled the action", privacy="personal", headers=of("经办人", "劝返")),
    Column("method", "方式", "Method of persuasion, one of the four", privacy="child", headers=of("方式", "劝返")),
    Column(
        "related_record",
        "关联记录",
        "Record that an approval (审核) approves",
        privacy="child",
        headers=of("关联记录", "劝返"),
    ),
    Column("decision_number", "裁定编号", "Number of the reviewer's decision", headers=of("裁定编号", "匹配裁定")),
    Column(
        "first_party",
        "甲",
        "First party: citizen number, child_key or delivery#row",
        privacy="personal",
        headers=of("甲", "匹配裁定"),
    ),
    Column(
        "second_party",
        "乙",
        "Second party: citizen number, child_key or delivery#row",
        privacy="personal",
        headers=of("乙", "匹配裁定"),
    ),
    Column("decision", "裁定", "同一人 or 不同人", privacy="child", headers=of("裁定", "匹配裁定")),
    Column(
        "decided_on", "裁定日期", "Date of the decision", "DATE", privacy="child", headers=of("裁定日期", "匹配裁定")
    ),
    Column("decided_by", "裁定人", "Who decided", privacy="personal", headers=of("裁定人", "匹配裁定")),
    Column("basis", "依据", "Grounds of the decision", privacy="child", headers=of("依据", "匹配裁定")),
    # responsibility (4.5)
    Column("role", "职务", "Office in the government line or the education line", headers=of("职务", "责任人")),
    Column(
        "county_head",
        "县长",
        "Holder of the case at county level, government line",
        privacy="personal",
        headers=of("姓名", "责任人"),
    ),
    Column(
        "township_head",
        "乡镇长",
        "Holder at township level, government line",
        privacy="personal",
        headers=of("姓名", "责任人"),
    ),
    Column(
        "village_head",
        "村委会主任",
        "Holder at village level, government line",
        privacy="personal",
        headers=of("姓名", "责任人"),
    ),
    Column(
        "parent",
        "家长",
        "Guardian by the registry, in both lines",
        privacy="personal",
        headers=of("监护人姓名", "户籍"),
    ),
    Column(
        "bureau_head",
        "教育局长",
        "Holder at county level, education line",
        privacy="personal",
        headers=of("姓名", "责任人"),
    ),
    Column(
        "principal",
        "校长",
        "Holder at school level, education line",
        privacy="personal",
        headers=(*of("姓名", "责任人"), *of("校长", "学校")),
    ),
    Column(
        "class_teacher",
        "师长",
        "Holder at class level, education line",
        privacy="personal",
        headers=of("姓名", "责任人"),
    ),
)
