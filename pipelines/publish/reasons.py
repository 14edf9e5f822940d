"""Why a row, a file or a number was not accepted, in the words of whoever must correct it: the only place that says it.

Codes are those of spec 2.4 (rows), 2.5 (files) and `schemas.values.ID_FAULT` (numbers). A code that is not known here
is shown as it is: a file for officials must not fail because a reason is new.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.codes import codebook
from schemas.sources import BY_LABEL, Field, Source
from schemas.values import ID_FAULT


@dataclass(frozen=True)
class Reason:
    """What is wrong, and what to do."""

    what: str
    todo: str


_ASK = "请与控辍保学系统管理员联系。"

# A column or a school stands for {}.
_FILES: dict[str, Reason] = {
    "unreadable": Reason(
        "文件无法读取",
        "在本机打开核对内容是否完整，另存为UTF-8编码的CSV或xlsx工作簿后重新报送。",
    ),
    "empty": Reason("文件中没有数据行", "核对导出条件，导出数据后重新报送。"),
    "encrypted": Reason("文件设有打开密码", "取消密码后重新报送。"),
    "missing_column": Reason("缺少必需的列“{}”", "补上这一列（表头写作“{}”）后重新报送。"),
    "double_column": Reason("有两列的表头都是“{}”", "只保留正确的一列“{}”，或改正另一列的表头，重新报送。"),
    "no_row_in_county": Reason(
        "没有一行属于文件名中代码所指的地区",
        "核对文件名中的六位代码，以及各行的区划代码或学校标识码，改正后重新报送。",
    ),
    "rejected_share": Reason(
        "退回的行超过允许的比例，或没有一行可以接收",
        "按“退回行”各表逐行改正后，整份重新报送。",
    ),
    "shrink": Reason(
        "行数比上一次接收的文件减少过多",
        "核对是否漏报，补齐后整份重新报送；确实减少的，书面说明原因，由管理员调整该类资料允许的降幅。",
    ),
    "school_missing": Reason(
        "没有学校{}的学生，而“学校”名录中仍有该校",
        "补上该校（{}）的学生后整份重新报送；该校已撤并的，先更新“学校”名录。",
    ),
}

# How a cell that cannot be read should be written.
_FORMS: dict[str, str] = {
    "date": "改为年月日齐全的日期（1900年至2100年），如2025-09-01。",
    "grade": "改为1至12的年级，或“一年级”至“九年级”、“初一”至“初三”、“高一”至“高三”。",
    "integer": "改为整数，不带单位和文字。",
    "amount": "改为数字，单位为元，不带文字。",
    "division": "改为6位、9位或12位数字的区划代码。",
    "party": "改为18位身份证号、16位儿童标识，或“交付文件#行号”。",
}

_NUMBERS: dict[str, str] = {
    "id_invalid": "对照证件重新录入18位身份证号；号码栏设为文本格式后再录入，以免被表格软件改成科学计数或尾数变零。",
    "sex_mismatch": "对照证件核对性别和身份证号，改正错的一项。",
    "birth_mismatch": "对照证件核对出生日期和身份证号，改正错的一项。",
}


def file_reason(reason: str | None) -> Reason:
    """Why a file was refused (spec 2.5)."""
    code, _, about = (reason or "").partition(":")
    if code not in _FILES:
        return Reason(reason or "", _ASK)
    found = _FILES[code]
    return Reason(found.what.format(about), found.todo.format(about))


def row_reason(kind: str, reason: str) -> Reason:
    """Why a row of a kind was rejected (spec 2.4)."""
    source = BY_LABEL[kind]
    code, _, header = reason.partition(":")
    match code:
        case "missing":
            return Reason(f"“{header}”没有填写", f"补填“{header}”。")
        case "unknown":
            return Reason(f"“{header}”的内容不在规定的范围内", _one_of(_field(source, header)))
        case "unreadable":
            field = _field(source, header)
            return Reason(f"“{header}”无法识别", _FORMS.get(field.cell if field else "", f"核对并改正“{header}”。"))
        case "no_identity":
            other = "，也没有学籍号" if source.student_number_identifies else ""
            more = "或学籍号" if source.student_number_identifies else ""
            return Reason(
                f"没有有效的身份证号，也没有齐全的姓名和出生日期{other}",
                f"填写正确的身份证号{more}；确实没有的，补全姓名和出生日期。",
            )
        case "duplicate_key":
            return Reason(
                f"与文件中前面一行重复（{_key(source)}相同）而内容不同，以前一行为准",
                "核实哪一行正确，只保留一行。",
            )
        case "outside_code":
            header = _place(source)
            return Reason(
                f"“{header}”所指的地点不在文件名中代码所指的地区",
                f"核对“{header}”；确属其他地区的，从本文件中删去，由当地报送。",
            )
        case _:
            return Reason(reason, _ASK)


def number_fault(fault: str) -> Reason:
    """What is wrong with a citizen number on a row that was accepted (spec 2.3)."""
    return Reason(ID_FAULT.get(fault, fault), _NUMBERS.get(fault, _ASK))


def _field(source: Source, header: str) -> Field | None:
    return next((field for field in source.fields if field.header == header), None)


def _one_of(field: Field | None) -> str:
    """The labels that a coded column takes."""
    if field and field.cell == "boolean":
        return "改为“是”或“否”。"
    if field and field.codes:
        return f"改为下列之一：{'、'.join(codebook(field.codes).labels)}。"
    return "按填报说明改正。"


def _key(source: Source) -> str:
    """Headers of the key of a kind, of each part the first choice."""
    fields = [source.field(column) for part in source.key for column in part[0]]
    return "、".join(field.header for field in fields if field)


def _place(source: Source) -> str:
    """Header of the column that says where a row lies."""
    field = source.field("school_code" if source.place == "school" else source.place)
    return field.header if field else "区划代码"
