"""The reports of divisions: the day, the month, the quarter, the term, the school year, the beginning of a term."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.publish.documents import parts
from pipelines.publish.documents.bulletin import bulletin, close
from pipelines.publish.documents.cycles import TERM_START, Cycle, Period, due_on, words
from pipelines.publish.documents.document import Document
from pipelines.publish.documents.facts import facts
from pipelines.publish.documents.parts import Attached
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.wording import chinese_date

Parts = Sequence[tuple[str, parts.Write]]
_CHANGES = ("台账变动", parts.changes)
_ZERO = ("清零情况", parts.zeroing)
_OVER = ("辍学率", parts.over_limit)
_TARGETS = ("巩固率和入学率", parts.targets)
_RANKING = ("排名", parts.ranking)
_DUE = ("逾期事项", parts.overdue)
_SOURCES = ("资料与数据质量", parts.sources)


def _parts(cycle: Cycle, level: str) -> Parts:
    moved = ("本期台账变动", parts.period(cycle.counted))
    if cycle.name == "day":
        return (_ZERO, _CHANGES, _DUE)
    if cycle.name == "month":
        return (moved, _ZERO, ("月报六项数据", parts.six), _OVER, _DUE, _SOURCES)
    if cycle.name == TERM_START:
        moved = ("开学以来台账变动", parts.period(cycle.counted))
        handed = ("整班移交", parts.handover)
        return (moved, _ZERO, handed, _DUE, _SOURCES) if level == "county" else (moved, _ZERO, handed, _DUE)
    return (moved, _ZERO, _OVER, _TARGETS, _RANKING, _DUE, _SOURCES)


def document_of(night: ReportNight, cycle: Cycle, scope: Scope, period: Period) -> Document:
    """The report of a unit in a cycle."""
    if cycle.name == "week":
        return bulletin(night, facts(night, [scope])[scope.unit_code])
    found = facts(night, [scope], cycle.counted)[scope.unit_code]
    when = words(cycle, period, night.as_of)
    document = Document(f"{scope.name}{when}{cycle.title}", night.as_of, scope.name)
    document.add("Title", f"{scope.name}\n{when}{cycle.title}")
    if cycle.name == TERM_START:
        due = chinese_date(due_on(scope.level, period.first))
        document.text(f"{when}自{chinese_date(period.first)}开始，本报告应于{due}前报出。")
    elif cycle.name != "day" and night.as_of < period.last:
        document.text(f"本期自{chinese_date(period.first)}至{chinese_date(period.last)}，统计截至{night.day}。")
    if scope.level != "township":
        parts.opening(document, night, found)
    attached = Attached()
    parts.headed(document, night, found, attached, _parts(cycle, scope.level))
    close(document, night, scope, attached)
    return document
