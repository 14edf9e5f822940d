"""The extracts after reading and cleaning: what was accepted, one table per kind, and the record of deliveries.

Every clean row points at its place in its file (`delivery_id`, `row_number`); whether a row counts on a date is decided
by the models, not here. Coded columns hold the labels of section 2.2, in the spelling of section 2.3.
"""

from __future__ import annotations

from schemas import values
from schemas.tables.table import Table

PLACE = ("delivery_id", "row_number")
CITIZEN = ("citizen_number", "citizen_number_raw")
FAULTS = ("id_invalid", "id_mismatch")
SEX = ("男", "女")
REGISTRY_STATUS = ("正常", "迁出", "死亡", "出国(境)", "注销")
ENROLMENT_STATUS = ("在读", "休学", "转出", "辍学", "毕业", "死亡", "出国")
SCHOOL_TYPE = (
    *("小学", "教学点", "初级中学", "九年一贯制学校", "完全中学", "十二年一贯制学校", "特殊教育学校", "专门学校"),
    "中等职业学校",
)
CHANGE_TYPE = ("转入", "转出", "休学", "复学", "辍学", "死亡", "出国", "毕业", "留级", "跳级", "招生")
ACTION_TYPE = ("核查", "劝返", "文书", "安置", "复学", "延缓入学", "免除", "审核")
RESULT = ("属实", "不属实", "成功", "未成功", "通过", "不通过")
METHOD = ("讲道理感召", "特殊关爱感化", "行政措施劝返", "法治手段兜底")
STOCKS = (
    *("previous_stock", "admissions", "resumed", "transfers_in", "other_increase", "graduated", "suspended", "deaths"),
    *("transfers_out", "dropouts", "other_decrease", "stock", "graduating_stock"),
)
_NARROW = {"delivery_id": "INTEGER", "row_number": "INTEGER"}


def _clean(
    name: str,
    label: str,
    columns: tuple[str, ...],
    *,
    filled: tuple[str, ...],
    values_of: dict[str, tuple[str, ...]] | None = None,
    types: dict[str, str] | None = None,
    notes: dict[str, tuple[str, str]] | None = None,
) -> Table:
    """Contract of the clean table of one kind; `filled` are the columns that section 2.2 marks with `!`."""
    kind = values.KIND[name]
    narrow = {**_NARROW, **({"grade": "SMALLINT"} if "grade" in columns else {}), **(types or {})}
    return Table(
        schema="clean",
        name=name,
        label=label,
        description=f"Accepted rows of {kind}, every delivery of the record",
        grain=f"one accepted row of a {kind} file",
        key=PLACE,
        columns=(*PLACE, *columns),
        required=(*filled, *(fault for fault in FAULTS if fault in columns)),
        values=values_of or {},
        types=narrow,
        notes=notes or {},
        layer="clean",
        audience="internal",
        sources=(kind,),
        spec="2.2, 2.3",
    )


LANDING = (
    Table(
        schema="landing",
        name="deliveries",
        label="交付登记表",
        description="Every version of every delivered file, accepted or refused",
        grain="one version of one delivered file",
        key=("delivery_id",),
        columns=(
            *("delivery_id", "delivery", "kind", "code", "delivered_on", "file_name", "sha256", "version", "state"),
            *("reason", "rows", "accepted", "rejected", "repeats", "skipped", "unknown_columns", "size", "mtime_ns"),
            *("ctime_ns", "superseded"),
        ),
        required=("delivery", "kind", "code", "delivered_on", "file_name", "sha256", "version", "state", "superseded"),
        values={"kind": tuple(values.KIND.values()), "state": tuple(values.DELIVERY_STATE)},
        types={"delivery_id": "INTEGER", "version": "INTEGER"},
        notes={
            "state": ("交付状态", "accepted or refused"),
            "reason": ("退回原因", "Why the file was refused (2.5); null when accepted"),
        },
        layer="landing",
        audience="internal",
        sources=values.EVERY_KIND,
        spec="2.1, 2.5",
    ),
    Table(
        schema="landing",
        name="rejected_rows",
        label="拒收行登记表",
        description="Every rejected row, of refused files too, as delivered",
        grain="one row of one delivered file",
        key=PLACE,
        columns=(*PLACE, "reason", "row_json"),
        required=("reason", "row_json"),
        types=_NARROW,
        notes={"reason": ("拒收原因", "First reason that holds (2.4), with the column after a colon")},
        layer="landing",
        audience="internal",
        sources=values.EVERY_KIND,
        spec="2.4",
    ),
)

CLEAN = (
    _clean(
        "division",
        "区划（清洗后）",
        ("division_code", "division_name", "parent_code", "unit_type"),
        filled=("division_code", "division_name"),
        values_of={"unit_type": ("行政区划", "市直", "开发区")},
        notes={"parent_code": ("上级代码", "Code of the division above, 12 digits; null at the province")},
    ),
    _clean(
        "school",
        "学校（清洗后）",
        ("school_code", "school_name", "division_code", "school_type", "urban_rural", "principal", "boarding"),
        filled=("school_code", "school_name", "division_code", "school_type"),
        values_of={"school_type": SCHOOL_TYPE},
        notes={"principal": ("校长", "Name of the principal as the school list gives it")},
    ),
    _clean(
        "calendar",
        "校历（清洗后）",
        ("division_code", "school_year", "day_type", "start_date", "end_date", "calendar_name", "approval_number"),
        filled=("division_code", "school_year", "day_type", "start_date", "end_date", "calendar_name"),
        values_of={"day_type": ("学期", "放假", "调休上课")},
        notes={"end_date": ("结束日期", "Last day of the term, holiday or make-up day, inclusive")},
    ),
    _clean(
        "registry",
        "户籍（清洗后）",
        (
            *(*CITIZEN, "name", "sex", "ethnicity", "birth_date", "household_division", "address", "household_number"),
            *("registry_status", "status_date", "guardian_name", "guardian_relation", "guardian_phone", *FAULTS),
        ),
        filled=("name", "household_division", "registry_status"),
        values_of={"sex": SEX, "registry_status": REGISTRY_STATUS},
    ),
    _clean(
        "enrolment",
        "学籍（清洗后）",
        (
            *("student_number", *CITIZEN, "name", "sex", "ethnicity", "birth_date", "school_code", "grade"),
            *("class_name", "entry_month", "enrolment_status", "status_date", "suspended_until", "boarding_type"),
            *("household_division", "left_behind", "migrant", "orphan", "disability_type", "inclusive"),
            *("home_teaching", "embedded_number", *FAULTS),
        ),
        filled=("name", "school_code", "grade", "enrolment_status"),
        values_of={
            "sex": SEX,
            "enrolment_status": ENROLMENT_STATUS,
            "boarding_type": ("走读", "住校"),
            "left_behind": ("非留守儿童", "单亲留守儿童", "双亲留守儿童"),
        },
        types={"left_behind": "VARCHAR"},
        notes={"left_behind": ("是否留守儿童", "非留守儿童, 单亲留守儿童 or 双亲留守儿童")},
    ),
    _clean(
        "enrolment_change",
        "学籍异动（清洗后）",
        (
            *("student_number", *CITIZEN, "name", "school_code", "change_type", "change_date", "grade"),
            *("other_province", "other_school_code", "transfer_scope", "reason", "embedded_number"),
        ),
        filled=("student_number", "school_code", "change_type", "change_date"),
        values_of={
            "change_type": CHANGE_TYPE,
            "transfer_scope": ("跨省", "省内跨地市", "地市内跨县", "县内"),
        },
        notes={"reason": ("异动原因", "Reason of the change as the school gives it")},
    ),
    _clean(
        "in_school",
        "在校点名（清洗后）",
        (
            *("school_code", "student_number", *CITIZEN, "name", "sex", "birth_date", "grade", "class_name"),
            *("roll_date", "present", "embedded_number", *FAULTS),
        ),
        filled=("school_code", "name", "grade", "roll_date", "present"),
        values_of={"sex": SEX},
    ),
    _clean(
        "absence",
        "缺课（清洗后）",
        (
            *("school_code", "student_number", *CITIZEN, "name", "absence_date", "absence_reason"),
            "embedded_number",
        ),
        filled=("school_code", "student_number", "absence_date", "absence_reason"),
        values_of={"absence_reason": ("病假", "事假", "旷课", "不明")},
    ),
    _clean(
        "daily_report",
        "日报（清洗后）",
        ("school_code", "report_date", "expected_pupils", "present_pupils", "absent_pupils"),
        filled=("school_code", "report_date", "expected_pupils", "present_pupils", "absent_pupils"),
        types={"expected_pupils": "INTEGER", "present_pupils": "INTEGER", "absent_pupils": "INTEGER"},
    ),
    _clean(
        "poverty",
        "脱贫户（清洗后）",
        (
            *("household_id", *CITIZEN, "name", "sex", "birth_date", "division_code", "household_type"),
            *("household_type_raw", "relation", *FAULTS),
        ),
        filled=("household_id", "name", "division_code", "household_type"),
        values_of={"sex": SEX, "household_type": ("脱贫户", "监测对象", "未脱贫", "低收入农户")},
    ),
    _clean(
        "assistance",
        "救助（清洗后）",
        (*CITIZEN, "name", "sex", "birth_date", "division_code", "assistance_type", *FAULTS),
        filled=("name", "division_code", "assistance_type"),
        values_of={
            "sex": SEX,
            "assistance_type": ("城市低保", "农村低保", "特困", "孤儿", "事实无人抚养", "困境儿童"),
        },
    ),
    _clean(
        "disability",
        "残疾人（清洗后）",
        (
            *("disability_card", *CITIZEN, "name", "sex", "birth_date", "division_code", "disability_type"),
            *("disability_grade", *FAULTS),
        ),
        filled=("disability_card", "name", "division_code", "disability_type"),
        values_of={
            "sex": SEX,
            "disability_type": ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"),
            "disability_grade": ("一级", "二级", "三级", "四级"),
        },
    ),
    _clean(
        "aid",
        "资助（清洗后）",
        (
            *("student_number", *CITIZEN, "name", "school_code", "term", "aid_item", "amount", "paid_on"),
            "embedded_number",
        ),
        filled=("name", "school_code", "term", "aid_item"),
        values_of={"aid_item": ("寄宿生生活补助", "非寄宿生补助", "营养改善计划", "免费教科书", "其他")},
    ),
    _clean(
        "case_action",
        "劝返（清洗后）",
        (
            *("record_number", *CITIZEN, "name", "birth_date", "sex", "division_code", "action_type", "action_date"),
            *("result", "action_kind", "start_date", "end_date", "reason", "school_code", "evidence_number"),
            *("handler", "method", "related_record", *FAULTS),
        ),
        filled=("record_number", "name", "division_code", "action_type", "action_date"),
        values_of={"sex": SEX, "action_type": ACTION_TYPE, "result": RESULT, "method": METHOD},
        notes={"reason": ("辍学原因", "Reason of the dropout as the official gives it")},
    ),
    _clean(
        "match_decision",
        "匹配裁定（清洗后）",
        ("decision_number", "first_party", "second_party", "decision", "decided_on", "decided_by", "basis"),
        filled=("decision_number", "first_party", "second_party", "decision", "decided_on"),
        values_of={"decision": ("同一人", "不同人")},
    ),
    _clean(
        "lookup",
        "学籍查询（清洗后）",
        (*CITIZEN, "name", "lookup_date", "lookup_result", "province", "school_name", "grade"),
        filled=("lookup_date", "lookup_result"),
        values_of={"lookup_result": ("在读", "休学", "毕业", "无记录")},
    ),
    _clean(
        "department_list",
        "部门名单（清洗后）",
        ("department", *CITIZEN, "name", "sex", "birth_date", "division_code", "list_status", *FAULTS),
        filled=("department", "name", "division_code", "list_status"),
        values_of={
            "department": ("教育", "乡村振兴", "村委会", "民政", "残联"),
            "sex": SEX,
            "list_status": ("辍学", "疑似辍学", "已复学"),
        },
    ),
    _clean(
        "responsibility",
        "责任人（清洗后）",
        ("role", "unit_code", "name", "phone"),
        filled=("role", "unit_code", "name"),
        values_of={"role": values.ROLE},
        notes={
            "unit_code": ("单位代码", "Division padded to 12 digits, school, or school/grade/class"),
            "name": ("姓名", "Name of the holder"),
            "phone": ("电话", "Telephone of the holder"),
        },
    ),
    _clean(
        "annual_statistics",
        "教基统计（清洗后）",
        ("school_year", "school_code", "grade", *STOCKS),
        filled=("school_year", "school_code", "grade"),
        types=dict.fromkeys(STOCKS, "INTEGER"),
    ),
)

TABLES = (*LANDING, *CLEAN)
