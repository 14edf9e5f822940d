"""Is every source there? One outcome per kind, from `published.source_status`: it warns and never blocks (spec 2.5).

A night without a source is still a night: it says what it stands on, here and in the foot of every report.
"""

from __future__ import annotations

from quality.outcome import SAMPLE_SIZE, Outcome
from quality.reader import TableReader, query
from schemas.catalogue import CATALOGUE
from schemas.sources import SOURCES, Source
from schemas.values import SOURCE_STATE

TABLE = "published.source_status"
PROBLEMS = ("refused", "missing", "stale")
"""States to complain of, worst first."""


def check_name(source: Source) -> str:
    """Name of the check of one kind."""
    return f"source_{source.name}"


SOURCE_CHECKS = tuple(check_name(source) for source in SOURCES)


def check_sources(reader: TableReader) -> list[Outcome]:
    """One outcome per kind of extract: in how many county-level units it is refused, missing, stale, and in which."""
    found = reader.read(query("kind, state, division", CATALOGUE[TABLE]))
    rows = sorted(found.iter_rows())
    states: dict[str, dict[str, list[str]]] = {}
    for kind, state, division in rows:
        states.setdefault(kind, {}).setdefault(state, []).append(division)
    return [_outcome(source, states.get(source.label, {})) for source in SOURCES]


def _outcome(source: Source, states: dict[str, list[str]]) -> Outcome:
    units = sum(len(divisions) for divisions in states.values())
    if not units:
        # Nobody was asked, so nothing is proved.
        text = f"区划中没有县级单位，无法判断{source.label}是否报送。"
        return Outcome(check_name(source), TABLE, "warn", "mark", 1, text, action="先交付“区划”。")
    counts = tuple((state, len(states.get(state, ()))) for state in PROBLEMS)
    bad = sum(number for _, number in counts)
    if not bad:
        text = f"{source.label}：{units}个县级单位均有效。"
        return Outcome(check_name(source), TABLE, "pass", "mark", 0, text, counts=counts)
    parts = "、".join(f"{SOURCE_STATE[state]}{number}个" for state, number in counts if number)
    return Outcome(
        check_name(source),
        TABLE,
        "warn",
        "mark",
        bad,
        f"{source.label}：{units}个县级单位中，{parts}。",
        _sample(states),
        f"请{source.agency}按期报送“{source.label}”；退回的按退回原因改正后重新交付。",
        counts,
    )


def _sample(states: dict[str, list[str]]) -> tuple[str, ...]:
    """A few division codes with their state, worst first."""
    named = [f"{division}:{state}" for state in PROBLEMS for division in states.get(state, ())]
    return tuple(named[:SAMPLE_SIZE])
