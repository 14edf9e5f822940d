"""四张清单 of a county with the children in them: 任务, 整改, 销号, 问责 (spec 4.7; 6.2, item 8)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from pipelines.publish.forms.name_list import (
    Copy,
    NameFile,
    NameList,
    beside,
    labelled,
    marked,
    name_column,
    named,
    number_column,
    numbered,
    of,
    person,
    persons,
    places,
)
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.roster import SHORT_STATE
from pipelines.publish.forms.words import source_notes
from pipelines.publish.listing import Column
from pipelines.publish.wording import DEADLINE_WORDS, STAGE_WORDS
from schemas import values

FILE = "四张清单"
NOT_NAMED = "（没有报送）"

_OWED = """
select
    t.child_key, t.case_id, t.deadline, t.role, t.unit_code, t.line, t.county, t.due_on,
    r.township_code, r.village_code, k.school_code,
    case t.role
        when '县长' then k.county_head when '乡镇长' then k.township_head when '村委会主任' then k.village_head
        when '教育局长' then k.bureau_head when '校长' then k.principal when '师长' then k.class_teacher
    end as holder{beside}
from restricted.{table} as t
inner join restricted.cases as k on t.as_of = k.as_of and t.child_key = k.child_key and t.case_id = k.case_id
inner join restricted.roster as r on t.as_of = r.as_of and t.child_key = r.child_key and t.case_id = r.case_id
where t.as_of = $as_of
"""
_CLOSED = """
select c.child_key, c.case_id, c.county, c.school_code, c.closed_on, r.township_code, r.village_code
from restricted.closed_list as c
inner join restricted.roster as r on c.as_of = r.as_of and c.child_key = r.child_key and c.case_id = r.case_id
where c.as_of = $as_of
order by c.closed_on desc, c.case_id
"""
_ACCOUNTABILITY = """
select unit_code, unit_level, unit_name, parent_code, list, subject, measure
from restricted.accountability_list
where as_of = $as_of
"""


def _owed(table: str, columns: Sequence[Column], night: ReportNight) -> pl.DataFrame:
    """What is owed, office by office, the earliest first: whoever gets the list finds his part in one piece."""
    rows = night.read(_OWED.format(table=table, beside=beside(table, "t", columns)))
    for code, name in (("township_code", "township"), ("village_code", "village"), ("school_code", "school")):
        rows = named(rows, night, code, name)
    rows = rows.join(_offices(rows, night), on="unit_code", how="left", maintain_order="left")
    lines = pl.Enum(list(values.LINE))
    order = (pl.col("county"), pl.col("line").cast(lines), "unit_code", "role", "due_on", "case_id", "deadline")
    return numbered(rows.sort(*order, nulls_last=True))


def _offices(rows: pl.DataFrame, night: ReportNight) -> pl.DataFrame:
    """The name of every unit that owes something: `office`; of a class that of its school and its own."""
    offices = rows.select(pl.col("unit_code").unique())
    offices = offices.with_columns(office_code=pl.col("unit_code").str.split("/").list.first())
    offices = named(offices, night, "office_code", "office_name")
    classes = pl.col("unit_code").str.replace(r"^[^/]+/([^/]+)/(.+)$", "${1}年级${2}班").str.replace("班班$", "班")
    return offices.select(
        "unit_code",
        office=pl.when(pl.col("unit_code").str.contains("/"))
        .then(pl.col("office_name") + classes)
        .otherwise(pl.col("office_name")),
    )


def _task_rows(night: ReportNight) -> pl.DataFrame:
    return _owed("task_list", tasks("full"), night)


def _office(copy: Copy, table: str) -> list[Column]:
    return [
        Column("责任线", "text", 8, of(table, "line"), says=lambda raw: values.LINE[raw].split("（")[0]),
        Column("责任单位", "text", 20, label="office"),
        Column("职务", "text", 11, label="role"),
        Column(
            "责任人",
            "text",
            10,
            label="holder",
            says=lambda raw: person(copy, raw) or NOT_NAMED,
            all_say=lambda raw: persons(copy, raw, NOT_NAMED),
        ),
    ]


def _child(copy: Copy) -> list[Column]:
    return [
        name_column(copy),
        number_column(copy),
        Column("乡镇（街道）", "text", 13, label="township"),
        Column("村（社区）", "text", 13, label="village"),
        Column("学校", "text", 18, label="school"),
    ]


def tasks(copy: Copy) -> Sequence[Column]:
    """任务: who must do what by when."""
    return (
        Column("序号", "count", 6, label="number"),
        *_office(copy, "task_list"),
        *_child(copy),
        Column("状态", "text", 7, of("task_list", "state"), says=labelled(SHORT_STATE)),
        Column("应办事项", "text", 13, of("task_list", "deadline"), says=labelled(DEADLINE_WORDS)),
        Column("办理期限", "date", 12, of("task_list", "due_on")),
        Column("剩余天数", "count", 7, of("task_list", "days_left")),
        Column("本月已办", "text", 7, of("task_list", "met"), says=marked),
        Column("逾期", "text", 6, of("task_list", "overdue"), says=marked),
    )


def overdue(copy: Copy) -> Sequence[Column]:
    """整改: what was not done in time, by whom; the last column is for the hand of whoever mends it."""
    return (
        Column("序号", "count", 6, label="number"),
        *_office(copy, "overdue_list"),
        *_child(copy),
        Column("状态", "text", 7, of("overdue_list", "state"), says=labelled(SHORT_STATE)),
        Column("未办事项", "text", 13, of("overdue_list", "deadline"), says=labelled(DEADLINE_WORDS)),
        Column("办理期限", "date", 12, of("overdue_list", "due_on")),
        Column("逾期天数", "count", 7, of("overdue_list", "days_overdue"), alert="positive"),
        Column("整改措施及完成时间", "text", 20, label="blank"),
    )


def _overdue_rows(night: ReportNight) -> pl.DataFrame:
    return _owed("overdue_list", overdue("full"), night).with_columns(blank=pl.lit(""))


def closed(copy: Copy) -> Sequence[Column]:
    """销号: which case was closed why, and the row that says so."""
    return (
        Column("序号", "count", 6, label="number"),
        *_child(copy),
        Column("学段", "text", 8, of("closed_list", "stage"), says=labelled(values.STAGE)),
        Column("销号日期", "date", 12, of("closed_list", "closed_on")),
        Column("销号原因", "text", 13, of("closed_list", "close_reason"), says=labelled(values.CLOSE_REASON)),
        Column("本月", "text", 6, of("closed_list", "this_month"), says=marked),
        Column("佐证", "text", 10, of("closed_list", "evidence_kind"), says=labelled(values.KIND)),
        Column("佐证文件", "text", 34, of("closed_list", "evidence_delivery"), says=labelled({})),
        Column("行号", "text", 8, of("closed_list", "evidence_row"), says=labelled({})),
    )


def _closed_rows(night: ReportNight) -> pl.DataFrame:
    rows = night.read(_CLOSED)
    for code, name in (("township_code", "township"), ("village_code", "village"), ("school_code", "school")):
        rows = named(rows, night, code, name)
    return numbered(rows)


def accountable(copy: Copy) -> Sequence[Column]:
    """问责: units, schools and villages too, with what was measured."""
    return (
        Column("序号", "count", 6, label="number"),
        Column("清单", "text", 14, label="list", says=labelled(values.ACCOUNTABILITY_LIST)),
        Column("单位", "text", 30, label="unit_name"),
        Column("层级", "text", 16, label="unit_level", says=labelled(values.UNIT_LEVEL)),
        Column("上级单位", "text", 22, label="parent"),
        Column("事项", "text", 24, label="subject", says=labelled(STAGE_WORDS | DEADLINE_WORDS)),
        Column("指标", "text", 20, label="measure", says=labelled(values.ACCOUNTABILITY_MEASURE)),
        Column("数值", "number", 11, of("accountability_list", "value")),
        Column("限值", "number", 15, of("accountability_list", "limit_value")),
    )


def _accountable_rows(night: ReportNight) -> pl.DataFrame:
    """Entries with their county, list by list; what stands above the counties is in the public lists."""
    above = {code: (level, parent) for code, level, _, parent in places(night).iter_rows()}

    def county(code: str | None) -> str | None:
        while code in above and above[code][0] != "county":
            code = above[code][1]
        return code if code in above else None

    rows = night.read(_ACCOUNTABILITY)
    counties = [county(code) for code in rows["unit_code"].to_list()]
    rows = rows.with_columns(county=pl.Series(counties, dtype=pl.String)).drop_nulls("county")
    rows = named(rows, night, "parent_code", "parent")
    lists, levels = pl.Enum(list(values.ACCOUNTABILITY_LIST)), pl.Enum(list(values.UNIT_LEVEL))
    order = (pl.col("county"), pl.col("list").cast(lists), pl.col("unit_level").cast(levels), "unit_code", "subject")
    return numbered(rows.sort(*order, "measure"))


_ABOUT = {
    "tasks": "在册个案应办事项，每项由政府线、教育线各一个职务承办（4.5）；按责任单位排列，同一单位按期限排列。",
    "overdue": "已经超过期限、还没有办理的事项，按责任单位排列。同一个案有几项逾期、几个职务负责的，各占一行。",
    "closed": "本学年销号的个案，按销号日期从近到远排列；因超龄销号的没有佐证。",
    "accountable": "本县（市、区）各级单位、学校、村的问责事项；人数很少的村和学校也在内，公开的清单不列。",
}


def notes(about: str, night: ReportNight, scope: Scope, _copy: Copy, _rows: pl.DataFrame) -> Sequence[str]:
    """What the list is, and what it stands on."""
    lines = [f"截至{night.day}。{_ABOUT[about]}"]
    if scope.level == "province":
        lines.append("本表为户籍地不能落实到县的个案，须先查明户籍地。")
    return (*lines, *source_notes(night, scope))


FOUR_LISTS = NameFile(
    FILE,
    (
        NameList("任务清单", "任务清单", tasks, _task_rows, partial(notes, "tasks"), kept=1),
        NameList("整改清单", "整改清单", overdue, _overdue_rows, partial(notes, "overdue"), kept=1),
        NameList("销号清单", "销号清单", closed, _closed_rows, partial(notes, "closed")),
        NameList("问责清单", "问责清单", accountable, _accountable_rows, partial(notes, "accountable")),
    ),
)
