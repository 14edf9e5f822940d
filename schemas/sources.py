"""The nineteen kinds of delivery (spec 2.1, 2.2): who sends them, how they replace one another, their columns and keys.

Every column stands here in the order of spec 2.2, which is also the order in which faults of a row are named (2.4).
The header by which a delivery may call a column otherwise is data (`data/reference/headers/`), not code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cell = Literal[
    "text",  # free text: only spaces, apostrophes and null marks are cleaned
    "label",  # free label: NFKC too; any value is kept
    "name",  # a person's name
    "code",  # an identifier: NFKC
    "citizen",  # a citizen number
    "party",  # a citizen number, a child_key or `delivery#row`
    "coded",  # one of a closed list; anything else rejects the row
    "open",  # a list whose codes are read, but any other text is kept
    "boolean",
    "date",
    "grade",
    "integer",
    "amount",
    "division",  # a division code of 6, 9 or 12 digits
]

SQL_TYPES: dict[str, str] = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "grade": "SMALLINT",
    "integer": "INTEGER",
    "amount": "DECIMAL(12,2)",
}


@dataclass(frozen=True)
class Field:
    """One column of a delivery: its standard header, our column name and how its cells are read."""

    header: str
    column: str
    cell: Cell
    required: bool = False  # `*`: the file is refused without the column
    filled: bool = False  # `!`: the row is rejected when the cell is empty
    codes: str = ""  # list of `schemas.codes` for coded and open cells
    keep_raw: bool = False  # the cell as delivered is kept beside, where it differs


@dataclass(frozen=True)
class Source:
    """One kind of delivery.

    `key` has one entry per part; a part is a choice of column groups, the first whose columns are all there counts
    (spec 2.4: where the number in a key is missing or damaged, name and birth date stand in).
    `place` says where the area of a row comes from: a division column, "school" (that of the row's school), "unit"
    (a unit code of either) or nothing. `outside_rejects`: rows outside the file's code are rejected (2.1).
    `identity`: a row needs a valid citizen number, or name and birth date, or where `student_number_identifies` a
    student number (2.4).
    """

    name: str
    label: str
    agency: str
    cycle: str
    type: Literal["snapshot", "event"]
    reference: bool
    fields: tuple[Field, ...]
    key: tuple[tuple[tuple[str, ...], ...], ...]
    place: str = ""
    outside_rejects: bool = False
    identity: bool = False
    student_number_identifies: bool = False

    @property
    def table(self) -> str:
        """Name of the clean table."""
        return f"clean.{self.name}"

    def field(self, column: str) -> Field | None:
        """The field that fills one of our columns, None when this kind has no such column."""
        return next((f for f in self.fields if f.column == column), None)

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """(name, SQL type) of every column of the clean table, in order."""
        found = [("delivery_id", "INTEGER"), ("row_number", "INTEGER")]
        for field in self.fields:
            found.append((field.column, SQL_TYPES.get(field.cell, "VARCHAR")))
            if field.keep_raw:
                found.append((f"{field.column}_raw", "VARCHAR"))
        if self.field("student_number"):
            found.append(("embedded_number", "VARCHAR"))
        if self.identity:
            found += [("id_invalid", "BOOLEAN"), ("id_mismatch", "BOOLEAN")]
        return tuple(found)


def _field(spec: str, column: str, cell: Cell, codes: str = "", keep_raw: bool = False) -> Field:
    """A field from its header with the marks of spec 2.2 (`*` required, `!` filled)."""
    return Field(spec.rstrip("*!"), column, cell, "*" in spec, "!" in spec, codes, keep_raw or cell == "citizen")


# Columns that many kinds share.
_SEX = _field("性别", "sex", "coded", "sex")
_SEX_REQUIRED = _field("性别*", "sex", "coded", "sex")
_BIRTH = _field("出生日期", "birth_date", "date")
_BIRTH_REQUIRED = _field("出生日期*", "birth_date", "date")
_NUMBER = _field("身份证号", "citizen_number", "citizen")
_NUMBER_REQUIRED = _field("身份证号*", "citizen_number", "citizen")
_NAME = _field("姓名*!", "name", "name")
_NAME_OPTIONAL = _field("姓名*", "name", "name")
_DIVISION = _field("区划代码*!", "division_code", "division")
_SCHOOL = _field("学校标识码*!", "school_code", "code")

# What stands in a key where a citizen number should.
_NUMBER_OR_NAME: tuple[tuple[str, ...], ...] = (("citizen_number",), ("name", "birth_date"))

SOURCES: tuple[Source, ...] = (
    Source(
        "division", "区划", "民政", "有变更时", "snapshot", True,
        (
            _DIVISION,
            _field("名称*!", "division_name", "text"),
            _field("上级代码*", "parent_code", "division"),
            _field("填报单位类别", "unit_type", "coded", "unit_type"),
        ),
        ((("division_code",),),),
        place="division_code",
    ),
    Source(
        "school", "学校", "教育", "每学期", "snapshot", True,
        (
            _SCHOOL,
            _field("学校名称*!", "school_name", "text"),
            _DIVISION,
            _field("办学类型*", "school_type", "coded", "school_type"),
            _field("城乡类别", "urban_rural", "label"),
            _field("校长", "principal", "name"),
            _field("是否寄宿制", "boarding", "boolean"),
        ),
        ((("school_code",),),),
        place="division_code",
    ),
    Source(
        "calendar", "校历", "教育", "每学年", "snapshot", True,
        (
            _DIVISION,
            _field("学年*!", "school_year", "code"),
            _field("类型*!", "day_type", "coded", "day_type"),
            _field("开始日期*!", "start_date", "date"),
            _field("结束日期*!", "end_date", "date"),
            _field("名称*!", "calendar_name", "label"),
            _field("批准文号", "approval_number", "text"),
        ),
        ((("division_code",),), (("day_type",),), (("start_date",),), (("calendar_name",),)),
        place="division_code",
    ),
    Source(
        "responsibility", "责任人", "教育", "每学期", "snapshot", True,
        (
            _field("职务*!", "role", "coded", "role"),
            _field("单位代码*!", "unit_code", "code"),
            _NAME,
            _field("电话", "phone", "code"),
        ),
        ((("role",),), (("unit_code",),)),
        place="unit",
    ),
    Source(
        "registry", "户籍", "公安", "每季度", "snapshot", False,
        (
            _NUMBER_REQUIRED,
            _NAME,
            _SEX_REQUIRED,
            _field("民族", "ethnicity", "open", "ethnicity"),
            _BIRTH_REQUIRED,
            _field("户籍区划*!", "household_division", "division"),
            _field("户籍地址", "address", "text"),
            _field("户号", "household_number", "code"),
            _field("户籍状态*!", "registry_status", "coded", "registry_status"),
            _field("状态日期", "status_date", "date"),
            _field("监护人姓名", "guardian_name", "name"),
            _field("监护人关系", "guardian_relation", "label"),
            _field("监护人电话", "guardian_phone", "code"),
        ),
        ((("citizen_number",), ("name", "birth_date", "address"), ("name", "birth_date")),),
        place="household_division", outside_rejects=True, identity=True,
    ),
    Source(
        "enrolment", "学籍", "教育", "每月", "snapshot", False,
        (
            _field("学籍号*", "student_number", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _SEX_REQUIRED,
            _field("民族", "ethnicity", "open", "ethnicity"),
            _BIRTH_REQUIRED,
            _SCHOOL,
            _field("年级*!", "grade", "grade"),
            _field("班级", "class_name", "code"),
            _field("入学年月", "entry_month", "code"),
            _field("学籍状态*!", "enrolment_status", "coded", "enrolment_status"),
            _field("状态日期*", "status_date", "date"),
            _field("休学截止日期", "suspended_until", "date"),
            _field("就读方式", "boarding_type", "coded", "boarding_type"),
            _field("户籍区划", "household_division", "division"),
            _field("是否留守儿童", "left_behind", "coded", "left_behind"),
            _field("是否随迁子女", "migrant", "boolean"),
            _field("是否孤儿", "orphan", "boolean"),
            _field("残疾类型", "disability_type", "open", "pupil_disability"),
            _field("是否随班就读", "inclusive", "boolean"),
            _field("是否送教上门", "home_teaching", "boolean"),
        ),
        ((("student_number",), ("citizen_number",), ("name", "birth_date")), (("school_code",),)),
        place="school", outside_rejects=True, identity=True, student_number_identifies=True,
    ),
    Source(
        "enrolment_change", "学籍异动", "教育", "每周", "event", False,
        (
            _field("学籍号*!", "student_number", "code"),
            _NUMBER,
            _NAME_OPTIONAL,
            _SCHOOL,
            _field("异动类型*!", "change_type", "coded", "change_type"),
            _field("异动日期*!", "change_date", "date"),
            _field("年级*", "grade", "grade"),
            _field("对方省份", "other_province", "label"),
            _field("对方学校标识码", "other_school_code", "code"),
            _field("转学范围", "transfer_scope", "coded", "transfer_scope"),
            _field("原因", "reason", "label"),
        ),
        ((("student_number",),), (("change_type",),), (("change_date",),), (("school_code",),)),
    ),
    Source(
        "in_school", "在校", "学校", "每月", "snapshot", False,
        (
            _SCHOOL,
            _field("学籍号", "student_number", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _SEX,
            _BIRTH,
            _field("年级*!", "grade", "grade"),
            _field("班级", "class_name", "code"),
            _field("点名日期*!", "roll_date", "date"),
            _field("是否在校*!", "present", "boolean"),
        ),
        (
            (("school_code",),),
            (("citizen_number",), ("student_number",), ("name", "class_name"), ("name", "birth_date")),
        ),
        place="school", outside_rejects=True, identity=True, student_number_identifies=True,
    ),
    Source(
        "absence", "缺课", "学校", "每日", "event", False,
        (
            _SCHOOL,
            _field("学籍号*!", "student_number", "code"),
            _NUMBER,
            _NAME_OPTIONAL,
            _field("缺课日期*!", "absence_date", "date"),
            _field("缺课原因*!", "absence_reason", "coded", "absence_reason"),
        ),
        ((("student_number",),), (("absence_date",),)),
    ),
    Source(
        "daily_report", "日报", "学校", "每日", "event", False,
        (
            _SCHOOL,
            _field("日期*!", "report_date", "date"),
            _field("应到人数*!", "expected_pupils", "integer"),
            _field("实到人数*!", "present_pupils", "integer"),
            _field("缺课人数*!", "absent_pupils", "integer"),
        ),
        ((("school_code",),), (("report_date",),)),
    ),
    Source(
        "poverty", "脱贫户", "乡村振兴", "每季度", "snapshot", False,
        (
            _field("户编号*!", "household_id", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _SEX,
            _BIRTH,
            _DIVISION,
            _field("户类型*!", "household_type", "coded", "household_type", keep_raw=True),
            _field("与户主关系", "relation", "label"),
        ),
        ((("household_id",),), _NUMBER_OR_NAME),
        place="division_code", outside_rejects=True, identity=True,
    ),
    Source(
        "assistance", "救助", "民政", "每季度", "snapshot", False,
        (
            _NUMBER_REQUIRED,
            _NAME,
            _SEX,
            _BIRTH,
            _DIVISION,
            _field("救助类型*!", "assistance_type", "coded", "assistance_type"),
        ),
        (_NUMBER_OR_NAME, (("assistance_type",),)),
        place="division_code", outside_rejects=True, identity=True,
    ),
    Source(
        "disability", "残疾人", "残联", "每半年", "snapshot", False,
        (
            _field("残疾证号*!", "disability_card", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _SEX,
            _BIRTH,
            _DIVISION,
            _field("残疾类别*!", "disability_type", "coded", "disability_type"),
            _field("残疾等级*", "disability_grade", "coded", "disability_grade"),
        ),
        ((("disability_card",),),),
        place="division_code", outside_rejects=True, identity=True,
    ),
    Source(
        "aid", "资助", "教育", "每学期", "event", False,
        (
            _field("学籍号", "student_number", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _SCHOOL,
            _field("学期*!", "term", "code"),
            _field("资助项目*!", "aid_item", "coded", "aid_item"),
            _field("金额", "amount", "amount"),
            _field("发放日期*", "paid_on", "date"),
        ),
        ((("citizen_number",), ("student_number",), ("name",)), (("term",),), (("aid_item",),)),
    ),
    Source(
        "case_action", "劝返", "教育", "每周", "event", False,
        (
            _field("记录编号*!", "record_number", "code"),
            _NUMBER_REQUIRED,
            _NAME,
            _BIRTH,
            _SEX,
            _DIVISION,
            _field("行动类型*!", "action_type", "coded", "action_type"),
            _field("行动日期*!", "action_date", "date"),
            _field("结果", "result", "coded", "action_result"),
            _field("种类", "action_kind", "label"),
            _field("开始日期", "start_date", "date"),
            _field("截止日期", "end_date", "date"),
            _field("原因", "reason", "label"),
            _field("学校标识码", "school_code", "code"),
            _field("佐证编号", "evidence_number", "code"),
            _field("经办人", "handler", "name"),
            _field("方式", "method", "label"),
            _field("关联记录", "related_record", "code"),
        ),
        ((("record_number",),),),
        identity=True,
    ),
    Source(
        "match_decision", "匹配裁定", "教育", "有裁定时", "event", False,
        (
            _field("裁定编号*!", "decision_number", "code"),
            _field("甲*!", "first_party", "party"),
            _field("乙*!", "second_party", "party"),
            _field("裁定*!", "decision", "coded", "decision"),
            _field("裁定日期*!", "decided_on", "date"),
            _field("裁定人", "decided_by", "name"),
            _field("依据", "basis", "text"),
        ),
        ((("decision_number",),),),
    ),
    Source(
        "lookup", "学籍查询", "教育", "每周", "event", False,
        (
            _field("身份证号*!", "citizen_number", "citizen"),
            _NAME_OPTIONAL,
            _field("查询日期*!", "lookup_date", "date"),
            _field("结果*!", "lookup_result", "coded", "lookup_result"),
            _field("省份", "province", "label"),
            _field("学校名称", "school_name", "text"),
            _field("年级", "grade", "grade"),
        ),
        ((("citizen_number",), ("name",), ("citizen_number_raw",)), (("lookup_date",),)),
    ),
    Source(
        "department_list", "部门名单", "各部门", "每月", "snapshot", False,
        (
            _field("报送部门*!", "department", "coded", "department"),
            _NUMBER_REQUIRED,
            _NAME,
            _SEX,
            _BIRTH,
            _DIVISION,
            _field("状态*!", "list_status", "coded", "list_status"),
        ),
        ((("department",),), _NUMBER_OR_NAME),
        place="division_code", outside_rejects=True, identity=True,
    ),
    Source(
        "annual_statistics", "教基统计", "教育", "每学年", "snapshot", False,
        (
            _field("学年*!", "school_year", "code"),
            _SCHOOL,
            _field("年级*!", "grade", "grade"),
            _field("上学年初在校生数*", "previous_stock", "integer"),
            _field("招生数*", "admissions", "integer"),
            _field("复学*", "resumed", "integer"),
            _field("转入*", "transfers_in", "integer"),
            _field("其他增加*", "other_increase", "integer"),
            _field("毕业*", "graduated", "integer"),
            _field("休学*", "suspended", "integer"),
            _field("死亡*", "deaths", "integer"),
            _field("转出*", "transfers_out", "integer"),
            _field("辍学*", "dropouts", "integer"),
            _field("其他减少*", "other_decrease", "integer"),
            _field("在校生数*!", "stock", "integer"),
            _field("毕业班学生数", "graduating_stock", "integer"),
        ),
        ((("school_year",),), (("school_code",),), (("grade",),)),
        place="school", outside_rejects=True,
    ),
)  # fmt: skip

BY_LABEL: dict[str, Source] = {source.label: source for source in SOURCES}
BY_NAME: dict[str, Source] = {source.name: source for source in SOURCES}
