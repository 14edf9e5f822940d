"""The Chinese words of the story of one child (`kongchuo explain`): the only place that says them.

Numbers that a province sets (days, ages) are not repeated here: policy has them, and a story must not contradict it.
"""

from __future__ import annotations

# The lines of section 3.3: number, and why the first that holds makes the status.
LINES: dict[str, tuple[int, str]] = {
    "deceased": (1, "户籍、学籍、学籍异动或经批准的免除说明该生已死亡。"),
    "emigrated": (2, "户籍、学籍或经批准的免除说明该生已出国（境）。"),
    "graduated": (3, "该生已初中毕业，或已在高中阶段在读。"),
    "in_school": (4, "学籍在读，缺课和点名都没有疑点。"),
    "suspended": (5, "学籍休学，休学期限未满。"),
    "enrolled_elsewhere": (6, "有效期内的全国学籍查询查到该生在省外在读。"),
    "placed": (7, "安置经县级审核，种类和年龄符合规定，安置期未满。"),
    "deferred": (8, "延缓入学经县级审核，延缓期未满。"),
    "suspected_absent": (9, "学籍在读，但缺课或点名说明该生可能不在校。"),
    "transfer_pending": (10, "学籍已转出或小学已毕业，还在规定的衔接期内。"),
    "undetermined": (11, "该生户籍地（或列名地）没有在用的学籍资料，缺资料不立案。"),
    "not_due": (12, "没有学籍，而且未到入学年龄、还在入学办理期内或已超过义务教育年龄。"),
    "aged_out": (13, "已超过销号年龄。"),
    "moved_away": (14, "户口已迁出或注销，没有学籍。"),
    "out_of_school": (15, "以上各条都不成立：没有在校、休学、省外就读、安置、延缓等任何一项依据。"),
}

BY_ROLL = "没有在读的学籍（或学籍状态早于点名），但现行点名册上该生在校，学籍须补办。"

# Why a child with this category counts as out of school (3.3, 3.4).
WHY: dict[str, str] = {
    "dropped_out": "学校已在学籍中把该生标为辍学。",
    "transfer_lost": "学籍已转出或已毕业离校，衔接期已过，没有一所学校的学籍接上。",
    "suspension_lapsed": "休学期限已满（或没有填写截止日期），没有复学。",
    "vanished": "以前报送的学籍中有该生，后来报送的学籍中没有了。",
    "never_enrolled": "已到入学年龄，所有学校的学籍中都没有该生，以前也没有见过。",
    "long_absent": "学籍在读，但连续多个上课日旷课或原因不明，到学校最近一次报告为止没有回校。",
    "not_at_roll_call": "学籍在读，但本校最近的点名册上没有该生或标为不在校，别校现行点名册上也不在校。",
}

COUNTED = "按失学辍学统计"
NOT_COUNTED = "不按失学辍学统计"
SUSPECTED = "按疑似辍学统计，须限期核查"

# Why a case was opened, verified, closed (events of section 4).
OPENED = "立案（{}）"
VERIFIED = {"verification": "核查属实，转为辍学（已核实）", "dropped_out": "学校标为辍学，转为辍学（已核实）"}
CLOSED = "销号（{}）"
REKEYED = "身份证号更正，案件随儿童更换主键"
RELAPSED = "反弹：以前的案件曾以复学或安置销号"

SUB_STATE = {
    "return_pending": "该生已回校，等待连续到校确认后才能销号",
    "unseen": "当夜所有资料都没有提到该生，案件保留，须查明下落",
}

# Who owes what is due (4.5).
OWED: dict[str, tuple[str, ...]] = {
    "verify_due": ("village_head", "class_teacher"),
    "first_visit_due": ("village_head", "class_teacher"),
    "notice_due": ("township_head",),
    "penalty_due": ("township_head",),
    "lawsuit_due": ("county_head",),
    "month_report_due": ("village_head", "class_teacher"),
}
ROLES = {
    "county_head": "县长",
    "township_head": "乡镇长",
    "village_head": "村委会主任",
    "parent": "家长",
    "bureau_head": "教育局长",
    "principal": "校长",
    "class_teacher": "师长",
}
CHAINS = {
    "政府线": ("county_head", "township_head", "village_head", "parent"),
    "教育线": ("bureau_head", "principal", "class_teacher", "parent"),
}
NO_HOLDER = "（没有报送责任人）"

PAPER_RETURN = {
    "claimed_return": "有复学记录，但尚未经到校情况证实，须上门核对",
    "full_attendance": "学校日报称无人缺课，与未销号的案件矛盾，须到校核对",
}
ROUTE = {
    "in_province": "学籍查询：由原学校在学籍系统中标注查询结果",
    "other_province": "学籍查询：曾查到省外就读，由县级核实后回报",
    "no_record": "学籍查询：查无记录，由县级补充现状、家庭、联系方式和各部门意见",
}
REGION = "三统一核对：{}"

OPEN_CASE = "案件未销号，{}，{}立案，已劝返{}次"
LAST_CLOSED = "最近一次案件已于{}销号（{}）"
LATE = "已逾期：{}"
NOT_LATE = "没有逾期事项"

SECTIONS = {
    "short": "摘要",
    "who": "一、基本情况",
    "offices": "二、各部门怎么说",
    "status": "三、现在的状态和依据",
    "cases": "四、案件经过",
    "due": "五、下一步和责任人",
}
TITLE = "控辍保学个案说明"
PRIVACY = "本件含未成年人信息，仅限承办人员入户核查、劝返使用，不得转发。"
MASKED = "姓名、证件号码、电话等已隐去。"
HIDDEN = "（已隐去）"
UNKNOWN = "（不详）"
NOTHING = "（没有报送）"
NO_ROW = "在用的资料中没有该生"
NO_CHILD = "当夜的适龄儿童名单中没有该生，各部门资料都没有提到。"
NO_CASE = "没有立过案。"
NO_OPEN_CASE = "没有未销号的案件，没有应办事项。"
NO_EVIDENCE = "该生没有案件，当夜也不是失学或疑似辍学，各部门报送的内容请查原文件；判定状态所依据的一行见第三部分。"
BY_AGE = "按年龄或以往记录判定，没有单独的报送行。"
NO_NUMBER = "（没有有效的身份证号）"
BESIDE = "不在案件期间的记录"
ASKED = "（所查案件）"

# What is always said of, also when there is nothing: the four look-ups and the lists beside them.
ALWAYS = ("户籍", "学籍", "在校", "脱贫户", "救助", "残疾人", "部门名单", "学籍查询")
SAYS = {
    "户籍": "公安（户籍）",
    "学籍": "学校（学籍）",
    "学籍异动": "学校（学籍异动）",
    "在校": "学校（点名）",
    "缺课": "学校（缺课）",
    "脱贫户": "乡村振兴（脱贫户）",
    "救助": "民政（救助）",
    "残疾人": "残联（残疾人）",
    "部门名单": "各部门名单",
    "学籍查询": "全国学籍查询",
}
