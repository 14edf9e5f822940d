"""Footnotes of the monthly report: what the numbers are, and what they stand on (spec 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipelines.publish.reader import Source
from pipelines.publish.wording import SOURCE_PROBLEM_WORDS, chinese_date, listed


def monthly_notes(as_of: date, school_year: str | None, sources: Sequence[Source]) -> list[str]:
    """The footnotes in order: line of the counts, stock, the poor, period, zeroing, sources and their faults."""
    day = chinese_date(as_of)
    year = f"{school_year}学年" if school_year else "本学年"
    return [
        f"统计口径：政府线（按户籍地），截至{day}在册未销号的个案。“疑似”未经核实，“辍学”已经核实，"
        "期末（8）＝疑似（2）＋辍学（3）。",
        f"“在籍”为{year}初（9月1日）小学、初中在校生数，按学校所在地，取自教基统计；“—”为没有统计数。"
        "它与按户籍地统计的个案口径不同，两者之比不是辍学率。",
        "第4栏为“辍学”中的脱贫户学生；“其中：脱贫户”行为脱贫户学生的各栏数，包含在上一行之内。",
        "“本期”为自上次运行以来，期初＝期末（8）－本期新增（5）－本期反弹（6）＋本期销号（7）。",
        "“清零”为没有核实的辍学个案，也没有超过核实期限的疑似个案；起始日期为本次连续清零的第一天。",
        f"所用资料的送达日期：{_dates(sources)}。",
        f"资料缺陷：{_faults(sources)}。",
    ]


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
