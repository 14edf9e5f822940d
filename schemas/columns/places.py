"""Time, divisions, reporting units, schools and the calendar."""

from __future__ import annotations

from schemas.columns.column import Column, of

COLUMNS = (
    Column("as_of", "统计日期", "Business date D that the row describes", "DATE"),
    Column(
        "school_year",
        "学年",
        "School year, 1 September to 31 August, written 2025-2026",
        headers=of("学年", "校历", "教基统计"),
    ),
    Column("month", "月份", "Calendar month, written 2025-11", pattern=r"\d{4}-\d{2}"),
    # reporting units
    Column(
        "unit_code",
        "填报单位代码",
        "Code of the reporting unit: 12 digits for a division, 10 for a school",
        headers=(*of("区划代码", "区划"), *of("学校标识码", "学校"), *of("单位代码", "责任人")),
    ),
    Column(
        "unit_level",
        "单位级别",
        "Level of the reporting unit: province, prefecture, county, township, village or school",
        headers=(*of("上级代码", "区划"), *of("填报单位类别", "区划")),
    ),
    Column(
        "unit_name", "填报单位", "Name of the reporting unit", headers=(*of("名称", "区划"), *of("学校名称", "学校"))
    ),
    Column(
        "parent_code",
        "上级单位代码",
        "Code of the unit above; of a school its township, else its county; null at the province",
        headers=of("上级代码", "区划"),
        pattern=r"\d{12}",
    ),
    Column(
        "unit_type",
        "填报单位类别",
        "Kind of reporting unit: division, city-run schools or development zone",
        headers=of("填报单位类别", "区划"),
    ),
    Column("county", "县级单位代码", "County-level unit, 12 digits", pattern=r"\d{12}"),
    # divisions
    Column(
        "division_code",
        "区划代码",
        "Division, padded to 12 digits",
        headers=of("区划代码", "区划", "学校", "校历", "脱贫户", "救助", "残疾人", "劝返", "部门名单"),
        pattern=r"\d{12}",
    ),
    Column("division_name", "区划名称", "Name of the division", headers=of("名称", "区划")),
    Column("division", "区划", "County-level unit that a delivery is asked of, 12 digits"),
    Column(
        "household_division",
        "户籍区划",
        "Division of the child's registered household, 12 digits where known",
        privacy="child",
        headers=of("户籍区划", "户籍", "学籍"),
        pattern=r"\d{12}",
    ),
    # schools
    Column(
        "school_code",
        "学校标识码",
        "Identifier of the school in the national register, 10 digits",
        headers=of("学校标识码", "学校", "学籍", "学籍异动", "在校", "缺课", "日报", "资助", "劝返", "教基统计"),
    ),
    Column("school_name", "学校名称", "Name of the school", headers=of("学校名称", "学校", "学籍查询")),
    Column(
        "school_type", "办学类型", "Type of school, which decides the grades it teaches", headers=of("办学类型", "学校")
    ),
    Column("urban_rural", "城乡类别", "Urban or rural class of the school", headers=of("城乡类别", "学校")),
    Column("boarding", "是否寄宿制", "Whether the school boards pupils", "BOOLEAN", headers=of("是否寄宿制", "学校")),
    Column(
        "grade",
        "年级",
        "Grade 1-12; 1-6 primary, 7-9 junior in the usual pattern",
        "BIGINT",
        "年级",
        headers=of("年级", "学籍", "学籍异动", "在校", "学籍查询", "教基统计"),
        bounds=(1, 12),
    ),
    Column("class_name", "班级", "Class within the grade", headers=of("班级", "学籍", "在校")),
    Column("stage", "学段", "Stage of schooling: primary, junior, none (never enrolled)"),
    # calendar
    Column("day_type", "校历类型", "Term, holiday or make-up school day", headers=of("类型", "校历")),
    Column(
        "start_date", "开始日期", "First day of the period, inclusive", "DATE", headers=of("开始日期", "校历", "劝返")
    ),
    Column(
        "end_date",
        "截止日期",
        "Last day of the period, inclusive; null is open for ever",
        "DATE",
        headers=(*of("结束日期", "校历"), *of("截止日期", "劝返")),
    ),
    Column("calendar_name", "校历名称", "Name of the term, holiday or make-up day", headers=of("名称", "校历")),
    Column(
        "approval_number",
        "批准文号",
        "Number of the document that approved the calendar entry",
        headers=of("批准文号", "校历"),
    ),
)
