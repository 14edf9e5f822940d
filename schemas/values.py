"""The values that coded columns of computed tables may hold, each with its 中文 label (section 6.4, 3.3, 3.4).

Codes of delivered files (性别 1/2, 学籍状态 01 …) belong to `schemas.codes`; here stand the words this project makes
itself. A mapping is code → label, in the order in which reports show them.
"""

from __future__ import annotations

from schemas.sources import SOURCES

UNIT_LEVEL = {
    "province": "省",
    "prefecture": "市（州）",
    "county": "县（市、区）",
    "township": "乡镇（街道）",
    "village": "村（社区）",
    "school": "学校",
}

SMALL_LEVELS = ("village", "school")
"""Unit levels whose small cells are treated (6.3); cells of any other level are always shown."""

STATUS = {
    "deceased": "死亡",
    "emigrated": "出国（境）",
    "graduated": "毕业",
    "in_school": "在校",
    "suspended": "休学",
    "enrolled_elsewhere": "省外就读",
    "placed": "已安置",
    "deferred": "延缓入学",
    "suspected_absent": "疑似辍学（在籍不在校）",
    "transfer_pending": "转学在途",
    "undetermined": "无法判定（学籍数据缺）",
    "not_due": "未到入学时间或已超龄",
    "aged_out": "超过义务教育年龄",
    "moved_away": "户口迁出",
    "out_of_school": "失学辍学",
}

CATEGORY = {
    "dropped_out": "辍学",
    "transfer_lost": "转出未入",
    "suspension_lapsed": "休学逾期",
    "vanished": "学籍消失",
    "never_enrolled": "失学",
    "long_absent": "疑似辍学（连续缺课）",
    "not_at_roll_call": "名在人不在",
}

FLAG = {
    "id_invalid": "身份证号无效",
    "id_mismatch": "身份证号与性别或出生日期不符",
    "no_enrolment": "就读无学籍",
    "two_active_enrolments": "双重学籍均在读",
    "register_to_move": "学籍待迁",
    "dead_but_present": "户籍死亡而在校",
    "abroad_but_present": "户籍出国（境）而在校",
    "graduation_presumed": "推定毕业",
    "shared_name": "同名同生日未区分",
}

MATCH_TIER = {
    "id": "身份证号一致",
    "student_number": "学籍号内身份证号一致",
    "name_birth_place": "姓名、出生日期、性别、县一致",
    "probabilistic": "概率匹配",
    "decision": "人工裁定",
}

CASE_STATE = {"suspected": "疑似辍学", "verified": "辍学（已核实）", "closed": "已销号"}

SUB_STATE = {"return_pending": "复学待确认", "unseen": "查无此人"}

CLOSE_REASON = {
    "deceased": "死亡",
    "emigrated": "出国（境）",
    "graduated": "毕业",
    "enrolled_elsewhere": "省外就读",
    "placed": "安置",
    "deferred": "延缓入学",
    "suspended": "休学",
    "aged_out": "超龄",
    "moved_away": "户口迁出",
    "found_enrolled": "核查在校",
    "returned": "复学",
    "not_due": "未到入学时间",
    "not_substantiated": "核查不属实",
    "merged": "并案",
}

DEADLINE = {
    "verify_due": "核查期限",
    "first_visit_due": "首次劝返期限",
    "notice_due": "文书期限",
    "penalty_due": "处罚期限",
    "lawsuit_due": "起诉期限",
    "month_report_due": "月报期限",
}

ACCOUNTABILITY_LIST = {
    "principal": "校长问责",
    "interview": "约谈",
    "overdue": "逾期未办",
    "reporting_gap": "漏报",
    "source_refused": "数据退回",
}

ACCOUNTABILITY_MEASURE = {
    "dropout_rate": "辍学率（%）",
    "overdue_cases": "逾期案件（人）",
    "silent_days": "未报上课日（天）",
    "refused_days": "退回未改（天）",
}

MEASURES_OF_CHILDREN = ("overdue_cases",)
"""Measures whose value counts children: their small cells are treated (6.3)."""

WITHHELD_FAMILY = {"ledger": "台账各表", "schooling": "入学、辍学与移交", "retention": "巩固率", "alarms": "预警"}
"""Families of public tables in which a village or school is withheld as a whole (6.3)."""

LEGAL_STEP = {"none": "无", "notice": "文书", "penalty": "行政处罚", "lawsuit": "起诉"}

LINE = {"household": "政府线（户籍）", "school": "教育线（学校）"}

GROUP = {
    "all": "全部",
    "male": "男",
    "female": "女",
    "han": "汉族",
    "minority": "少数民族",
    "poor": "脱贫户",
    "assisted": "救助对象",
    "disabled": "残疾",
    "left_behind": "留守",
    "migrant": "随迁",
}

LEDGER_GROUP = {key: GROUP[key] for key in ("all", "poor")}

STAGE = {"primary": "小学", "junior": "初中", "none": "未入学"}

TAUGHT_STAGE = {key: STAGE[key] for key in ("primary", "junior")}

DROPOUT_VARIANT = {"event": "新增口径", "ledger": "台账口径", "flow": "学籍变动口径"}

RETENTION_VARIANT = {"national": "国家口径", "adjusted": "转入转出调整", "net": "净流动调整"}

RETENTION_INDICATOR = {
    "nine_year": "九年义务教育巩固率",
    "primary_six_year": "小学六年巩固率",
    "junior_three_year": "初中三年巩固率",
}

ENROLMENT_INDICATOR = {
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
    "compulsory_enrolment": "义务教育入学率",
    "three_disabilities_enrolment": "三类残疾儿童少年入学率",
    "poor_enrolment": "脱贫户子女入学率",
    "aid_coverage": "资助覆盖率",
}

ASSESSED = {
    "primary_dropout": "小学辍学率",
    "junior_dropout": "初中辍学率",
    "nine_year_retention": "九年义务教育巩固率",
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
    "three_disabilities_enrolment": "三类残疾儿童少年入学率",
}
"""Lines of [targets] without their _max or _min: what counties are assessed and ranked by."""

CASE_REASON = (
    *("学习困难", "外出务工", "早婚早育", "信教", "家庭经济困难", "上学远", "重病", "残疾", "缺乏监护", "季节性"),
    *("私塾读经", "专门教育", "其他", "待核"),
)
"""Known reasons of dropping out (2.3), as officials write them."""

REGION = {
    "common": "三方一致",
    "education_only": "仅教育",
    "poverty_only": "仅乡村振兴",
    "ledger_only": "仅台账",
    "education_poverty": "教育与乡村振兴",
    "education_ledger": "教育与台账",
    "poverty_ledger": "乡村振兴与台账",
}

BRIDGE_SIDE = {"registry": "户籍方", "school": "学校方", "ledger": "台账方"}

BRIDGE_STEP = {
    "total": "应有人数",
    **STATUS,
    "matched": "与户籍匹配",
    "no_registry": "无户籍",
    "duplicate": "重复学籍（另列）",
    "outside": "不在统计范围",
    "open": "在册案件",
    "kept": "减：在册但状态已变",
    "held": "核查不属实",
    "closed": "当晚销号",
    "over_age": "已达销号年龄",
}
"""Terms of the count bridge (5.7) in their order; of the registry side they are the statuses of 3.3."""

OUTSIDE_REASON = {"too_old": "超过统计年龄", "no_birth_date": "无出生日期", "same_number": "同号另有其人"}
"""Why a person of a delivered row is no child of tonight's universe."""

KEPT_REASON = {
    "return_pending": SUB_STATE["return_pending"],
    "transfer_pending": STATUS["transfer_pending"],
    "undetermined": STATUS["undetermined"],
    "unseen": SUB_STATE["unseen"],
}
"""Why a case is kept although its child is neither out of school nor suspected absent (4.2)."""

BRIDGE_REASON = {
    **CATEGORY,
    **MATCH_TIER,
    **OUTSIDE_REASON,
    "suspected": CASE_STATE["suspected"],
    "verified": CASE_STATE["verified"],
    **KEPT_REASON,
    **CLOSE_REASON,
}
"""What a term of the bridge is split by: category, tier, state of the case, why it was kept or closed."""

INTEGRITY_MEASURE = {
    "zero_after_nonzero": "突然归零",
    "closings_bunched": "月末突击销号",
    "evidence_reused": "佐证重复使用",
    "closings_undone": "销号后又立案",
    "exit_shift": "去向异常增多",
    "paper_returns": "纸面复学",
    "errors_en_masse": "批量注销或不属实",
}

INTEGRITY_FACT = {
    "unexcused": "旷课或不明",
    "new_case": "新立案",
    "closing": "销号",
    "closing_late": "月末三天销号",
    "closing_undone": "三十天内又立案",
    "out_of_province": "跨省转出",
    "home_teaching": "送教上门",
    "sick_leave": "病假",
    "cancelled": "户籍注销",
    "not_substantiated": "核查不属实",
}
"""What the alarms of 5.8 count; exit_shift and errors_en_masse name the fact that stands out."""

SHIFT_FACT = {
    key: INTEGRITY_FACT[key]
    for key in ("out_of_province", "home_teaching", "sick_leave", "cancelled", "not_substantiated")
}

ROUTE = {"in_province": "省内学籍", "other_province": "省外就读待核", "no_record": "无任何记录"}

PAPER_RETURN = {"claimed_return": "报称复学", "full_attendance": "学校报全员到校"}

STATISTICS_FINDING = {
    "flows": "增减与在校生数不平",
    "opening": "上学年初数与上年在校生数不符",
    "missing": "缺学年或年级",
    "register": "与学籍人数不符",
}
"""What disagrees in 教基统计: within a row, with the year before, a year that is not there, with the register."""

NOTE = {"no_statistics": "无教基统计"}

SOURCE_STATE = {"refused": "退回", "missing": "缺报", "stale": "过期", "in_force": "有效"}

DELIVERY_STATE = {"accepted": "接收", "refused": "退回"}

ID_FAULT = {
    "id_invalid": "身份证号无效",
    "sex_mismatch": "性别与身份证号不符",
    "birth_mismatch": "出生日期与身份证号不符",
}
"""Faults of a delivered citizen number that its agency should correct: `id_mismatch` of section 2.3 by what differs."""

EVENT = {"open": "立案", "verify": "核实", "close": "销号", "rekey": "更换主键"}

EVENT_REASON = {
    **CATEGORY,
    **CLOSE_REASON,
    "verification": "核查属实",
}
"""Reason of an event: the category at opening, `verification` or `dropped_out` at verifying, else the close reason."""

VERDICT = {"pass": "通过", "warn": "提示", "fail": "不通过"}

SEVERITY = {"stop": "停止发布", "mark": "带标记发布", "note": "提示办理"}
"""What a check that does not pass does to the night, worst first."""

USED_FOR = {"status": "判定状态", "group": "所属人群", "case": "案件处理", "reference": "参考"}
"""What a row about a child was used for: the line of 3.3, its groups, its case; or it stands beside them."""

KIND = {source.name: source.label for source in SOURCES}
"""English name of a kind (its clean table) → its name in file names and reports (section 2.2)."""

NUMBERED_KINDS = tuple(source.label for source in SOURCES if source.field("citizen_number"))
"""Kinds whose rows carry a citizen number."""

AGENCY = tuple(dict.fromkeys(source.agency for source in SOURCES if source.label in NUMBERED_KINDS))
"""Agencies that send them."""

EVERY_KIND = ("各类交付文件",)
"""Source of tables that stand on deliveries of every kind."""

ROLE = ("县长", "教育局长", "乡镇长", "村委会主任", "校长", "师长")
"""Holders of the two chains (section 4.5); the parent is no unit's holder and never a gap."""

RESTATEMENT_CAUSE = {
    "late file": "迟到的报送",
    "corrected file": "更正的报送",
    "reviewer": "人工裁定",
    "policy": "政策调整",
    "program": "程序调整",
}

CHANGE_SPAN = {"last_night": "上一夜", "week": "一周前", "month": "一个月前", "year": "上年同日"}

CHANGE_MEASURE = {"open_at_end": "在册", "suspected_open": "疑似", "verified_open": "辍学", "overdue": "逾期"}

CYCLE = {"week": "周", "month": "月", "quarter": "季度", "term": "学期", "year": "学年"}
"""Cycles of reporting (1.1) with the spans over which the ledger is counted."""
