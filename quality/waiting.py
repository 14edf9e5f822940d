"""Work that waits: overdue items, look-ups, silent schools, empty offices, lists or statistics that differ.

Each warns with its number and says who does what; none blocks: the night tells what is (spec 3.4, 3.5, 4.4-4.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quality.outcome import Outcome, Severity
from quality.reader import TableReader, query
from schemas import values
from schemas.catalogue import CATALOGUE

_SAME = {role: role for role in values.ROLE}


@dataclass(frozen=True)
class Waiting:
    """One kind of work that waits.

    `name`    name of the check; `table` where the items stand.
    `part`    column that tells kinds of items apart, with its 中文 words in `words`; empty: all are of one kind.
    `item`    what is counted, in SQL; `key` the column that is shown of a few.
    `text`    what waits, in Chinese, as it follows 有 n; `nothing` the sentence when nothing does; `action` what to do.
    `tail`    which rows wait, where not all of them do.
    `severity`  mark, where the published numbers stand on what is doubted.
    """

    name: str
    table: str
    part: str
    words: Mapping[str, str]
    key: str
    text: str
    nothing: str
    action: str
    item: str = "*"
    tail: str = ""
    severity: Severity = "note"


WAITING: tuple[Waiting, ...] = (
    Waiting(
        "overdue_items",
        "restricted.overdue_list",
        "deadline",
        values.DEADLINE,
        "case_id",
        "项期限逾期未办",
        "没有逾期未办的期限。",
        "按整改清单（restricted.overdue_list）由责任单位逐项办结并报送劝返记录，县级督办；逾期处罚的约谈乡镇。",
        item="distinct case_id",
    ),
    Waiting(
        "lookup_requests",
        "restricted.lookup_requests",
        "route",
        values.ROUTE,
        "child_key",
        "名儿童待查询学籍",
        "没有待查询学籍的儿童。",
        "按查询途径（restricted.lookup_requests）办理：省内由学校在学籍系统标注，省外由县核实反馈，无记录的补充现状、家庭和联系方式；结果以“学籍查询”报送。",
    ),
    Waiting(
        "reporting_gaps",
        "restricted.reporting_gaps",
        "",
        {},
        "school_code",
        "所学校连续未报日报",
        "学校日报没有连续漏报。",
        "县级教育部门督促学校（restricted.reporting_gaps）当日补报，全员到校也要零报告；不报告的学校不能确认任何儿童复学。",
    ),
    Waiting(
        "responsibility_gaps",
        "restricted.responsibility_gaps",
        "role",
        _SAME,
        "unit_code",
        "个岗位没有责任人",
        "未销号案卷的责任人齐全。",
        "县级明确责任人（restricted.responsibility_gaps）并重新报送“责任人”。",
    ),
    Waiting(
        "three_way_disagreement",
        "restricted.three_way_children",
        "region",
        values.REGION,
        "county",
        "名儿童三方名单不一致",
        "教育、乡村振兴和台账三方一致。",
        "县级召集教育、乡村振兴部门逐人核对（restricted.three_way_children），各自改正名单后重新报送。",
        tail="where region <> 'common'",
    ),
    Waiting(
        "paper_returns",
        "restricted.paper_returns",
        "reason",
        values.PAPER_RETURN,
        "case_id",
        "起疑似纸面复学",
        "没有疑似纸面复学。",
        "县级抽查到校情况（restricted.paper_returns）：确已复学的由学校如实报送日报和点名，未复学的更正劝返记录和日报，弄虚作假的问责。",
    ),
    Waiting(
        "statistics_checks",
        "restricted.statistics_checks",
        "finding",
        values.STATISTICS_FINDING,
        "school_code",
        "处教基统计核对不符",
        "教基统计各行、各年相符，与学籍人数一致。",
        "县级教育部门按教基统计核对表（restricted.statistics_checks）逐校核对，更正统计或学籍后重新报送；缺报的学年补报，不得推算。",
        severity="mark",
    ),
)

CHECKS = tuple((waiting.name, waiting.table) for waiting in WAITING)


def check_waiting(reader: TableReader) -> list[Outcome]:
    """One outcome per kind of work, in their order; the sample is the first key of each kind of item."""
    return [_outcome(reader, waiting) for waiting in WAITING]


def _outcome(reader: TableReader, waiting: Waiting) -> Outcome:
    part = waiting.part or "''"
    select = f"{part} as part, count({waiting.item}) as number, cast(min({waiting.key}) as varchar) as first"
    found = reader.read(query(select, CATALOGUE[waiting.table], f"{waiting.tail} group by 1"))
    rows = {name: (number, first) for name, number, first in found.iter_rows()}
    total = sum(number for number, _ in rows.values())
    if not total:
        return Outcome(waiting.name, waiting.table, "pass", waiting.severity, 0, waiting.nothing)
    counts = tuple((name, rows[name][0]) for name in waiting.words if name in rows)
    parts = "、".join(f"{waiting.words[name]} {number}" for name, number in counts)
    return Outcome(
        waiting.name,
        waiting.table,
        "warn",
        waiting.severity,
        total,
        f"有 {total} {waiting.text}{f'：{parts}' if parts else ''}。",
        tuple(rows[name][1] for name, _ in counts) or tuple(first for _, first in rows.values()),
        waiting.action,
        counts,
    )
