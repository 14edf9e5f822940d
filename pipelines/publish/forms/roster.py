"""失学辍学学生花名册: who is out of school, who answers for them, what is due (spec 6.2, item 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import polars as pl

from pipelines.publish.forms.name_list import (
    Copy,
    NameFile,
    NameList,
    labelled,
    marked,
    name_column,
    named,
    number_column,
    numbered,
    of,
    person,
    persons,
)
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import source_notes
from pipelines.publish.listing import Column
from pipelines.publish.masking import mask_birth, mask_placement, mask_reason
from pipelines.publish.wording import DEADLINE_WORDS
from schemas import values

FILE = "失学辍学学生花名册"

_ROWS = """
select
    r.child_key, r.case_id, r.county, r.township_code, r.village_code, k.school_code, k.state, k.opened_on, k.closed_on,
    k.county_head, k.bureau_head
from restricted.roster as r
inner join restricted.cases as k on r.as_of = k.as_of and r.child_key = k.child_key and r.case_id = k.case_id
where r.as_of = $as_of
"""
SHORT_STATE = {"suspected": "疑似", "verified": "辍学", "closed": "已销号"}


def rows(night: ReportNight) -> pl.DataFrame:
    """Every case of the list with the names of its places, in the order of the places; closed ones newest first."""
    found = night.read(_ROWS)
    for code, name in (("township_code", "township"), ("village_code", "village"), ("school_code", "school")):
        found = named(found, night, code, name)
    newest = pl.when(pl.col("state") == "closed").then(-pl.col("closed_on").to_physical())
    order = (pl.col("county"), pl.col("state"), newest, "township_code", "village_code", "opened_on", "case_id")
    return numbered(found.sort(*order, nulls_last=True))


def columns(state: str, copy: Copy) -> Sequence[Column]:
    """What is said of a case in a state; a copy for meetings says less."""
    full, closed, verified = copy == "full", state == "closed", state != "suspected"

    def case(heading: str, column: str, width: float, says: Callable[[Any], Any] | None = None) -> Column:
        return Column(heading, "text" if says else "date", width, of("cases", column), says=says)

    def child(heading: str, column: str, width: float, says: Callable[[Any], Any]) -> Column:
        return Column(heading, "text", width, of("children", column), says=says)

    def holder(heading: str, column: str) -> Column:
        return Column(
            heading, "text", 10, of("cases", column),
            says=lambda raw: person(copy, raw), all_say=lambda raw: persons(copy, raw),
        )  # fmt: skip

    plain = labelled({})
    found = [
        Column("序号", "count", 6, label="number"),
        name_column(copy),
        child("性别", "sex", 6, plain),
        *((child("民族", "ethnicity", 8, plain),) if full else ()),
        number_column(copy),
        Column("出生日期", "date", 12, of("identities", "birth_date"))
        if full
        else Column("出生年份", "text", 9, of("identities", "birth_date"), says=lambda raw: mask_birth(raw) or ""),
        Column("乡镇（街道）", "text", 13, label="township"),
        Column("村（社区）", "text", 13, label="village"),
        Column("学校", "text", 23, label="school"),
        case("学段", "stage", 8, labelled(values.STAGE)),
        child("年级", "grade", 6, plain),
        case("类别", "category", 13, labelled(values.CATEGORY)),
        case("立案日期", "opened_on", 12),
    ]
    if verified:
        found.append(case("核实日期", "verified_on", 12))
    found.append(Column("原因", "text", 12, of("roster", "reason"), says=lambda raw: raw if full else mask_reason(raw)))
    found.append(case("脱贫户", "poor", 7, marked))
    if full:
        found += [
            child("残疾", "disabled", 6, marked),
            child("留守", "left_behind", 6, marked),
            Column("监护人", "text", 12, of("identities", "guardian")),
            Column("监护人电话", "text", 13, of("identities", "phone")),
        ]
    found += [
        holder("乡镇长", "township_head"),
        holder("村委会主任", "village_head"),
        holder("校长", "principal"),
        holder("师长", "class_teacher"),
        Column("劝返次数", "count", 7, of("cases", "visits")),
        Column("最近劝返", "date", 12, of("roster", "last_visit_on")),
    ]
    if verified:
        found.append(case("文书", "legal_step", 9, labelled(values.LEGAL_STEP)))
    if closed:
        found += [
            case("销号日期", "closed_on", 12),
            case("销号原因", "close_reason", 13, labelled(values.CLOSE_REASON)),
            Column(
                "安置方式", "text", 13, of("roster", "placement"),
                says=lambda raw: (raw if full else mask_placement(raw)) or "",
            ),
        ]  # fmt: skip
    else:
        found += [
            Column("应办事项", "text", 12, of("roster", "deadline"), says=labelled(DEADLINE_WORDS)),
            Column("办理期限", "date", 12, of("roster", "due_on")),
            case("已逾期", "overdue", 16, _overdue),
            case("备注", "sub_state", 13, labelled(values.SUB_STATE)),
        ]
    found.append(case("反弹", "relapse", 6, marked))
    if full:
        found.append(Column("案号", "text", 21, label="case_id"))
    return found


def _overdue(raw: Any) -> str:
    """Every deadline that has passed."""
    return "、".join(DEADLINE_WORDS[name] for name in DEADLINE_WORDS if name in (raw if raw is not None else ()))


_ABOUT = {
    "suspected": "尚未核实的疑似辍学个案",
    "verified": "已经核实的失学辍学个案",
    "closed": "本学年已销号的个案，按销号日期从近到远排列",
}


def notes(state: str, night: ReportNight, scope: Scope, copy: Copy, found: pl.DataFrame) -> Sequence[str]:
    """What the list is, who answers for the county, what a blank means, sources."""
    heads = [
        f"{role}{person(copy, _first(found, column)) or '（没有报送）'}"
        for role, column in (("县长", "county_head"), ("教育局长", "bureau_head"))
    ]
    lines = [f"统计口径：政府线（按户籍地），截至{night.day}{_ABOUT[state]}；学段、脱贫户为立案时的情况。"]
    if scope.level == "province":
        lines.append("本表为户籍地不能落实到县的个案，须先查明户籍地。")
    elif not found.is_empty():
        lines.append(f"县级责任人：{'，'.join(heads)}。责任人空白为没有报送。")
    lines.append("原因以最近一次劝返记录为准，“待核”为尚未说明。姓名“（不详）”为当夜所有资料都没有提到该生。")
    return (*lines, *source_notes(night, scope))


def _first(found: pl.DataFrame, column: str) -> str | None:
    known = found[column].drop_nulls()
    return None if known.is_empty() else str(known[0])


def _list(state: str) -> NameList:
    sheet = SHORT_STATE[state]
    return NameList(sheet, f"{FILE}（{sheet}）", partial(columns, state), rows, partial(notes, state), state)


ROSTER = NameFile(FILE, tuple(_list(state) for state in ("suspected", "verified", "closed")))
