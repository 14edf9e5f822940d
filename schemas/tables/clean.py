"""The extracts after reading and cleaning: what was accepted, one table per kind, and the record of deliveries.

Columns, types and what must be filled follow from `schemas.sources`; here stand the labels that coded columns hold
(spec 2.2, in the spelling of 2.3). Every row points at its place in its file (`delivery_id`, `row_number`); whether it
counts on a date is decided by the models, not here.
"""

from __future__ import annotations

from schemas import values
from schemas.columns import COLUMNS
from schemas.sources import SOURCES, Source
from schemas.tables.table import Table

PLACE = ("delivery_id", "row_number")
FAULTS = ("id_invalid", "id_mismatch")
SEX = ("男", "女")
REGISTRY_STATUS = ("正常", "迁出", "死亡", "出国(境)", "注销")
ENROLMENT_STATUS = ("在读", "休学", "转出", "辍学", "毕业", "死亡", "出国")
CHANGE_TYPE = ("转入", "转出", "休学", "复学", "辍学", "死亡", "出国", "毕业", "留级", "跳级", "招生")
ACTION_TYPE = ("核查", "劝返", "文书", "安置", "复学", "延缓入学", "免除", "审核")
RESULT = ("属实", "不属实", "成功", "未成功", "通过", "不通过")

LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "division": {"unit_type": ("行政区划", "市直", "开发区")},
    "school": {
        "school_type": (
            *("小学", "教学点", "初级中学", "九年一贯制学校", "完全中学", "十二年一贯制学校", "特殊教育学校"),
            *("专门学校", "中等职业学校"),
        )
    },
    "calendar": {"day_type": ("学期", "放假", "调休上课")},
    "registry": {"sex": SEX, "registry_status": REGISTRY_STATUS},
    "enrolment": {
        "sex": SEX,
        "enrolment_status": ENROLMENT_STATUS,
        "boarding_type": ("走读", "住校"),
        "left_behind": ("非留守儿童", "单亲留守儿童", "双亲留守儿童"),
    },
    "enrolment_change": {
        "change_type": CHANGE_TYPE,
        "transfer_scope": ("跨省", "省内跨地市", "地市内跨县", "县内"),
    },
    "in_school": {"sex": SEX},
    "absence": {"absence_reason": ("病假", "事假", "旷课", "不明")},
    "poverty": {"sex": SEX, "household_type": ("脱贫户", "监测对象", "未脱贫", "低收入农户")},
    "assistance": {
        "sex": SEX,
        "assistance_type": ("城市低保", "农村低保", "特困", "孤儿", "事实无人抚养", "困境儿童"),
    },
    "disability": {
        "sex": SEX,
        "disability_type": ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"),
        "disability_grade": ("一级", "二级", "三级", "四级"),
    },
    "aid": {"aid_item": ("寄宿生生活补助", "非寄宿生补助", "营养改善计划", "免费教科书", "其他")},
    "case_action": {"sex": SEX, "action_type": ACTION_TYPE, "result": RESULT},
    "match_decision": {"decision": ("同一人", "不同人")},
    "lookup": {"lookup_result": ("在读", "休学", "毕业", "无记录")},
    "department_list": {
        "department": ("教育", "乡村振兴", "村委会", "民政", "残联"),
        "sex": SEX,
        "list_status": ("辍学", "疑似辍学", "已复学"),
    },
    "responsibility": {"role": values.ROLE},
}
"""Kind → coded column → labels; they equal the code lists in `data/reference/codes` (a test compares them)."""

NOTES: dict[str, dict[str, tuple[str, str]]] = {
    "division": {"parent_code": ("上级代码", "Code of the division above, 12 digits; null at the province")},
    "school": {"principal": ("校长", "Name of the principal as the school list gives it")},
    "calendar": {"end_date": ("结束日期", "Last day of the term, holiday or make-up day, inclusive")},
    "enrolment": {"left_behind": ("是否留守儿童", "非留守儿童, 单亲留守儿童 or 双亲留守儿童")},
    "enrolment_change": {"reason": ("异动原因", "Reason of the change as the school gives it")},
    "case_action": {"reason": ("辍学原因", "Reason of the dropout as the official gives it")},
    "responsibility": {
        "unit_code": ("单位代码", "Division padded to 12 digits, school, or school/grade/class"),
        "name": ("姓名", "Name of the holder"),
        "phone": ("电话", "Telephone of the holder"),
    },
}
"""Kind → column → label and description where the extract uses a column in a narrower sense."""


def clean_table(source: Source) -> Table:
    """Contract of the clean table of one kind.

    A filled (`!`) citizen number may still be null: a damaged one is kept as delivered beside it.
    """
    columns = tuple(name for name, _ in source.columns)
    filled = tuple(field.column for field in source.fields if field.filled and field.cell != "citizen")
    return Table(
        schema="clean",
        name=source.name,
        label=f"{source.label}（清洗后）",
        description=f"Accepted rows of {source.label}, every delivery of the record",
        grain=f"one accepted row of a {source.label} file",
        key=PLACE,
        columns=columns,
        required=(*filled, *(fault for fault in FAULTS if fault in columns)),
        values=LABELS.get(source.name, {}),
        types={name: stored for name, stored in source.columns if stored != COLUMNS[name].type},
        notes=NOTES.get(source.name, {}),
        layer="clean",
        audience="internal",
        sources=(source.label,),
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
            *("reason", "message", "rows", "accepted", "rejected", "repeats", "skipped", "unknown_columns", "size"),
            *("mtime_ns", "ctime_ns", "superseded"),
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
        types={"delivery_id": "INTEGER", "row_number": "INTEGER"},
        notes={"reason": ("拒收原因", "First reason that holds (2.4), with the column after a colon")},
        layer="landing",
        audience="internal",
        sources=values.EVERY_KIND,
        spec="2.4",
    ),
)

TABLES = (*LANDING, *(clean_table(source) for source in SOURCES))
