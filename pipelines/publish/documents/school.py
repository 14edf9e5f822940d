"""The report of a school: its own cases, by masked names. It holds small counts and is for the school alone (6.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.publish.documents.bulletin import sign
from pipelines.publish.documents.cycles import TERM_START, Cycle, Period, due_on, words
from pipelines.publish.documents.document import Document
from pipelines.publish.documents.facts import cell
from pipelines.publish.documents.shown import Piece, Shown, came, shown, some
from pipelines.publish.listing import Column, Figure, Kind, Listing, fill
from pipelines.publish.masking import mask_name
from pipelines.publish.reader import TableReader
from pipelines.publish.wording import DEADLINE_WORDS, chinese_date
from schemas.values import CATEGORY, CLOSE_REASON

FOR_THE_SCHOOL = "本报告供本校控辍保学工作使用，含有人数较少的统计和学生个案，姓名已作隐去处理，不得公开、转发或张贴。"
_OWN = "restricted"
_CASES = """
select c.child_key, c.case_id, c.state, c.category, c.overdue, i.name, c.opened_on, c.closed_on, c.close_reason
from restricted.cases as c
left join restricted.identities as i on c.as_of = i.as_of and c.child_key = i.child_key
where c.as_of = $as_of and c.school_code = $school
order by c.opened_on, c.case_id
"""

_LATE = """
select o.child_key, o.case_id, o.deadline, o.deadline as deadline_word, o.role, i.name
from restricted.overdue_list as o
left join restricted.identities as i on o.as_of = i.as_of and o.child_key = i.child_key
where o.as_of = $as_of and o.line = 'school' and split_part(o.unit_code, '/', 1) = $school
order by o.due_on, o.case_id, o.deadline, o.role
"""


def school_report(cases: TableReader, as_of: dt.date, cycle: Cycle, school: str, name: str, period: Period) -> Document:
    """The report of one school: how many cases, what came and went in the period, what is overdue, the cases."""
    when = words(cycle, period, as_of)
    document = Document(f"{name}{when}{_title(cycle)}", as_of, name)
    document.add("Title", f"{name}\n{when}{_title(cycle)}")
    document.text(FOR_THE_SCHOOL)
    if cycle.name == TERM_START:
        due = chinese_date(due_on("school", period.first))
        document.text(f"{when}自{chinese_date(period.first)}开始，本报告应于{due}前报出。")
    found = _facts(cases, as_of, school)
    rows = cases.read(_CASES, {"as_of": as_of, "school": school})
    document.heading(1, "一、在册个案")
    document.text(
        f"截至{chinese_date(as_of)}，本校",
        *some(found["suspected"], "疑似辍学"),
        "，",
        *some(found["verified"], "经核实的辍学"),
        "。",
    )
    _listed(document, cases, as_of, rows.filter(pl.col("state") != "closed"), "在册个案", _OPEN)
    document.heading(1, "二、本期变动")
    within = pl.col("opened_on").is_between(period.first, as_of)
    document.text(f"自{chinese_date(period.first)}以来新立的个案", *_listed_as(rows.filter(within)), "。")
    _listed(document, cases, as_of, rows.filter(within), "本期立案", _OPENED)
    gone = rows.filter((pl.col("state") == "closed") & pl.col("closed_on").is_between(period.first, as_of))
    document.text(f"自{chinese_date(period.first)}以来销号的个案", *_listed_as(gone), "。")
    _listed(document, cases, as_of, gone, "本期销号", _CLOSED)
    if cycle.name == "month":
        document.text("本月", *came("复学销号", found["returned"]), "。")
    document.heading(1, "三、逾期事项")
    late = cases.read(_LATE, {"as_of": as_of, "school": school})
    document.text("本校和班级逾期未办的事项", *_listed_as(late), "。")
    _listed(document, cases, as_of, late, "逾期事项", _OVERDUE)
    silent = found["last_reported"]
    if silent.known:
        document.text("日报漏报：最近一次报送为", silent, "。")
    sign(document, name, chinese_date(as_of))
    return document


def _title(cycle: Cycle) -> str:
    return "控辍保学月报告" if cycle.name == "month" else cycle.title


def _listed_as(rows: pl.DataFrame) -> list[Piece]:
    return ["没有"] if rows.is_empty() else ["如下"]


def _listed(
    document: Document, cases: TableReader, as_of: dt.date, rows: pl.DataFrame, caption: str, columns: Sequence[Column]
) -> None:
    """A table of cases or of what is owed for them; the name is masked before it is put anywhere."""
    if rows.is_empty():
        return
    named = rows.with_columns(name=pl.Series([mask_name(name) or "不详" for name in rows["name"]], dtype=pl.String))
    for column, labels in _WORDS.items():
        if column in named.columns:
            named = named.with_columns(pl.col(column).replace_strict(labels, default=None, return_dtype=pl.String))
    document.table(Listing(caption, "", tuple(columns), named, fill(cases, as_of, columns, named)), caption=caption)


def _of_case(heading: str, column: str, kind: Kind, width: float) -> Column:
    return Column(heading, kind, width, Figure("cases", column, schema="restricted"))


_WORDS = {
    "state": {"suspected": "疑似", "verified": "辍学", "closed": "销号"},
    "category": CATEGORY,
    "close_reason": CLOSE_REASON,
    "deadline_word": DEADLINE_WORDS,
}
_NAME, _CASE = Column("姓名", "text", 10, label="name"), Column("案号", "text", 30, label="case_id")
_OPEN = (
    _NAME,
    _CASE,
    Column("状态", "text", 8, label="state"),
    Column("类别", "text", 24, label="category"),
    _of_case("立案日期", "opened_on", "date", 18),
    _of_case("劝返次数", "visits", "count", 8),
)
_OPENED = (_NAME, _CASE, Column("类别", "text", 24, label="category"), _of_case("立案日期", "opened_on", "date", 18))
_CLOSED = (
    _NAME,
    _CASE,
    Column("原因", "text", 24, label="close_reason"),
    _of_case("销号日期", "closed_on", "date", 18),
)
_OVERDUE = (
    _NAME,
    _CASE,
    Column("事项", "text", 24, label="deadline_word"),
    Column("责任人", "text", 12, label="role"),
    Column("到期日", "date", 18, Figure("overdue_list", "due_on", schema="restricted")),
    Column("逾期天数", "count", 8, Figure("overdue_list", "days_overdue", schema="restricted")),
)


def _facts(cases: TableReader, as_of: dt.date, school: str) -> Mapping[str, Shown]:
    """The figures of the sentences, each a cell or a count of rows of a restricted table."""
    of_school = {"school_code": school}
    returned = {**of_school, "close_reason": "returned"}
    wanted: dict[str, tuple[Kind, Figure]] = {
        "suspected": ("count", cell("cases", "case_id", {**of_school, "state": "suspected"}, how="rows", schema=_OWN)),
        "verified": ("count", cell("cases", "case_id", {**of_school, "state": "verified"}, how="rows", schema=_OWN)),
        "returned": ("count", cell("closed_list", "this_month", returned, how="true", schema=_OWN)),
        "last_reported": ("date", cell("reporting_gaps", "last_reported", of_school, schema=_OWN)),
    }
    columns = {name: Column(name, kind, 0, one) for name, (kind, one) in wanted.items()}
    [values] = fill(cases, as_of, tuple(columns.values()), pl.DataFrame({"place": [0]}))
    return {name: shown(column, value) for (name, column), value in zip(columns.items(), values, strict=True)}
