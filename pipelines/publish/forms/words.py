"""Footnotes that forms share: what the numbers stand on, and what may be missing from them (spec 6.2)."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.reader import Source
from pipelines.publish.wording import AT_BOUND, SOURCE_PROBLEM_WORDS, listed

BLANKS = "空白为0/0，0为零，“—”为没有数据。"
# The four layers in which officials keep their tables (spec 6.2): every number can be followed one layer down.
_LAYERS = "花名册→册前表→对应表→校验表"
BASE_TABLE = f"层次（{_LAYERS}）：本表为册前表，各数为花名册中个案的合计，逐人见各县《失学辍学学生花名册》（受限）。"
INDICATOR_TABLE = (
    f"层次（{_LAYERS}）：本表为对应表，由册前各数计算；分子、分母涉及的儿童用 kongchuo figure 逐级查到花名册和原始行。"
)
CHECKING_TABLE = f"层次（{_LAYERS}）：本表为校验表，各表之间的勾稽关系和资料状态在此核对。"
BOUND = f"{AT_BOUND}为四舍五入后显示为0.00或100.00，实际不为0或不足100。"


def source_notes(night: ReportNight, scope: Scope) -> tuple[str, str]:
    """Two footnotes: the dates of what is in force, and what is refused, stale or missing where."""
    return night.keep(("source_notes", scope.unit_code), lambda: _source_notes(night.sources(scope)))  # type: ignore[no-any-return]


def _source_notes(sources: Sequence[Source]) -> tuple[str, str]:
    return f"所用资料的送达日期：{_dates(sources)}。", f"资料缺陷：{_faults(sources)}。"


def _dates(sources: Sequence[Source]) -> str:
    """Kinds that share their dates stand together: 19 kinds would otherwise take half a page."""
    kinds: dict[str, list[str]] = {}
    for source in sources:
        if source.oldest is not None and source.newest is not None:
            days = source.oldest.isoformat()
            if source.newest != source.oldest:
                days = f"{days}至{source.newest.isoformat()}"
            kinds.setdefault(days, []).append(source.kind)
    return "；".join(f"{'、'.join(group)} {days}" for days, group in kinds.items()) or "无"


def _faults(sources: Sequence[Source]) -> str:
    """Refused, stale, missing: under each the units, and after them the kinds that they lack alike."""
    phrases = []
    for state, word in SOURCE_PROBLEM_WORDS.items():
        kinds: dict[str, list[str]] = {}
        for source in sources:
            units = list(getattr(source, state))
            if units:
                kinds.setdefault(listed(units, source.divisions), []).append(source.kind)
        if kinds:
            phrases.append(f"{word}：" + "；".join(f"{where}的{'、'.join(group)}" for where, group in kinds.items()))
    return "。".join(phrases) or "各类资料均在用，没有拒收、过期或缺失"
