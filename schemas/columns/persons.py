"""Who a child is: keys, identity, household, and the marks that its rows carry."""

from __future__ import annotations

from schemas.columns.column import Column, of

IDENTIFIED = (
    "户籍",
    "学籍",
    "学籍异动",
    "在校",
    "缺课",
    "脱贫户",
    "救助",
    "残疾人",
    "资助",
    "劝返",
    "学籍查询",
    "部门名单",
)
"""Kinds that carry 身份证号 and 姓名."""

BORN = ("户籍", "学籍", "在校", "脱贫户", "救助", "残疾人", "劝返", "部门名单")
"""Kinds that carry 性别 and 出生日期."""

COLUMNS = (
    Column(
        "child_key",
        "儿童主键",
        "Key of a child, the only one outside restricted.identities",
        privacy="child",
        formula="first 16 hex digits of HMAC-SHA-256(secret, child_id)",
        pattern=r"[0-9a-f]{16}",
    ),
    Column(
        "child_id",
        "儿童标识",
        "Valid citizen number of the child, else X and a hash of name, birth date, sex and county",
        privacy="personal",
        formula="3.2: R's number, else E's own, the embedded one, that of I, P, A, B, C, Q; else X + 16 hex digits",
    ),
    Column(
        "citizen_number",
        "身份证号",
        "Valid 18-character citizen number; null where missing or invalid, then see the raw column",
        privacy="personal",
        headers=of("身份证号", *IDENTIFIED),
        pattern=r"\d{17}[\dX]",
    ),
    Column(
        "citizen_number_raw",
        "身份证号（原文）",
        "Citizen number as delivered, only where it differs from the clean one",
        privacy="personal",
        headers=of("身份证号", *IDENTIFIED),
    ),
    Column(
        "embedded_number",
        "学籍号内身份证号",
        "Valid citizen number inside a formal student number (G + 18)",
        privacy="personal",
        formula="characters 2-19 of student_number where it begins with G and they are a valid number",
        pattern=r"\d{17}[\dX]",
    ),
    Column(
        "student_number",
        "学籍号",
        "Student number: G formal, L or J temporary",
        privacy="personal",
        headers=of("学籍号", "学籍", "学籍异动", "在校", "缺课", "资助"),
    ),
    Column("name", "姓名", "Normalised name", privacy="personal", headers=of("姓名", *IDENTIFIED, "责任人")),
    Column("sex", "性别", "Sex, 男 or 女; null where unknown", privacy="child", headers=of("性别", *BORN)),
    Column(
        "ethnicity",
        "民族",
        "Ethnic group with 族; kept as text when unknown",
        privacy="child",
        headers=of("民族", "户籍", "学籍"),
    ),
    Column("birth_date", "出生日期", "Date of birth", "DATE", privacy="personal", headers=of("出生日期", *BORN)),
    Column(
        "school_age",
        "学龄",
        "Age on 31 August of the first year of the school year",
        "BIGINT",
        "岁",
        privacy="child",
        formula="completed years at 31 August Y of the school year Y-Y+1 that contains D",
    ),
    Column(
        "id_invalid",
        "身份证号无效",
        "A number was delivered that fails the check; never repaired",
        "BOOLEAN",
        privacy="child",
    ),
    Column(
        "id_mismatch",
        "身份证号不符",
        "Sex or birth date disagrees with the valid citizen number",
        "BOOLEAN",
        privacy="child",
    ),
    # household and registry
    Column("address", "户籍地址", "Registered address", privacy="personal", headers=of("户籍地址", "户籍")),
    Column(
        "household_number", "户号", "Number of the registered household", privacy="personal", headers=of("户号", "户籍")
    ),
    Column(
        "registry_status",
        "户籍状态",
        "State of the registry row: 正常, 迁出, 死亡, 出国(境), 注销",
        privacy="child",
        headers=of("户籍状态", "户籍"),
    ),
    Column(
        "status_date",
        "状态日期",
        "Date since which the delivered status holds; null counts as earliest",
        "DATE",
        privacy="child",
        headers=of("状态日期", "户籍", "学籍"),
    ),
    Column("guardian_name", "监护人姓名", "Name of the guardian", privacy="personal", headers=of("监护人姓名", "户籍")),
    Column(
        "guardian_relation",
        "监护人关系",
        "Relation of the guardian to the child",
        privacy="child",
        headers=of("监护人关系", "户籍"),
    ),
    Column(
        "guardian_phone",
        "监护人电话",
        "Telephone of the guardian",
        privacy="personal",
        headers=of("监护人电话", "户籍"),
    ),
    Column(
        "guardian",
        "监护人",
        "Name of the guardian in the primary registry row",
        privacy="personal",
        headers=of("监护人姓名", "户籍"),
    ),
    Column(
        "phone",
        "电话",
        "Telephone of the guardian",
        privacy="personal",
        headers=(*of("监护人电话", "户籍"), *of("电话", "责任人")),
    ),
    # enrolment
    Column(
        "entry_month", "入学年月", "Month of entry, written 2023-09", privacy="child", headers=of("入学年月", "学籍")
    ),
    Column(
        "enrolment_status",
        "学籍状态",
        "State of the enrolment: 在读, 休学, 转出, 辍学, 毕业, 死亡, 出国",
        privacy="child",
        headers=of("学籍状态", "学籍"),
    ),
    Column(
        "suspended_until",
        "休学截止日期",
        "Last day of the suspension",
        "DATE",
        privacy="child",
        headers=of("休学截止日期", "学籍"),
    ),
    Column(
        "boarding_type", "就读方式", "Day pupil or boarder: 走读, 住校", privacy="child", headers=of("就读方式", "学籍")
    ),
    Column(
        "left_behind",
        "留守",
        "Left behind by one or both parents",
        "BOOLEAN",
        privacy="child",
        headers=of("是否留守儿童", "学籍"),
        formula="是否留守儿童 is 单亲留守儿童 or 双亲留守儿童",
    ),
    Column(
        "migrant",
        "随迁子女",
        "Child who moved with working parents",
        "BOOLEAN",
        privacy="child",
        headers=of("是否随迁子女", "学籍"),
    ),
    Column(
        "orphan", "孤儿", "Orphan according to the school", "BOOLEAN", privacy="child", headers=of("是否孤儿", "学籍")
    ),
    Column(
        "inclusive",
        "随班就读",
        "Disabled child in an ordinary class",
        "BOOLEAN",
        privacy="child",
        headers=of("是否随班就读", "学籍"),
    ),
    Column(
        "home_teaching",
        "送教上门",
        "Taught at home; not tested by roll call or absence",
        "BOOLEAN",
        privacy="child",
        headers=of("是否送教上门", "学籍"),
    ),
    # poverty, assistance, disability
    Column(
        "household_id",
        "户编号",
        "Number of the household in the poverty register",
        privacy="personal",
        headers=of("户编号", "脱贫户"),
    ),
    Column(
        "household_type",
        "户类型",
        "脱贫户, 监测对象, 未脱贫 or 低收入农户",
        privacy="child",
        headers=of("户类型", "脱贫户"),
    ),
    Column(
        "household_type_raw",
        "户类型（原文）",
        "Household type as delivered where an old name was used",
        privacy="child",
        headers=of("户类型", "脱贫户"),
    ),
    Column(
        "relation",
        "与户主关系",
        "Relation to the head of the household",
        privacy="child",
        headers=of("与户主关系", "脱贫户"),
    ),
    Column("assistance_type", "救助类型", "Kind of civil assistance", privacy="child", headers=of("救助类型", "救助")),
    Column(
        "disability_card",
        "残疾证号",
        "20-digit disability number: citizen number, type, grade",
        privacy="personal",
        headers=of("残疾证号", "残疾人"),
    ),
    Column(
        "disability_type",
        "残疾类别",
        "Kind of disability",
        privacy="child",
        headers=(*of("残疾类型", "学籍"), *of("残疾类别", "残疾人")),
    ),
    Column(
        "disability_grade",
        "残疾等级",
        "Grade of disability, 一级 to 四级",
        privacy="child",
        headers=of("残疾等级", "残疾人"),
    ),
    Column("poor", "脱贫户", "Any row of the poverty register names the child", "BOOLEAN", privacy="child"),
    Column("assisted", "救助对象", "Any row of civil assistance names the child", "BOOLEAN", privacy="child"),
    Column(
        "disabled",
        "残疾",
        "Any row of the disability register, or the enrolment row, says the child is disabled",
        "BOOLEAN",
        privacy="child",
    ),
    # computed state
    Column("status", "状态", "Status of the child at D, the first line of 3.3 that holds", privacy="child"),
    Column("category", "类别", "Why a child is out of school or suspected (3.3, 3.4)"),
    Column(
        "match_tier", "匹配层级", "Tier that linked registry and enrolment; null without such a link", privacy="child"
    ),
    Column("flags", "标记", "Marks of the child, sorted and joined by ;", privacy="child"),
    Column("both_active", "均为在读", "Both the primary and this enrolment row are 在读", "BOOLEAN", privacy="child"),
)
