"""What a night is held against: the profiles of the nights before, county by county (numbers only, no child).

The usual number is the median of the last nights, the spread the median distance from it: one odd night moves neither.
A change counts when it is larger than a share of the usual number, larger than the spread explains, and larger than a
number that a small county may have by chance. No night before: nothing is compared, and the suite says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

import polars as pl

from quality.suites.expectation import DRIFT, Suite, at_least
from schemas.sources import SOURCES

DELIVERIES, COUNTIES = "quality.delivery_profile", "quality.county_profile"

NIGHTS = 14
"""Nights looked back on: two weeks see weekly files twice, and this many are kept by default (delivery.keep_nights)."""
SPREADS = 6
"""How many spreads a number may lie from the usual: six of a median distance are about four standard deviations."""
ROWS_SHARE, ROWS_LEAST = Decimal(20), Decimal(30)
"""Rows of a snapshot: a fifth (what the policy allows a 学籍 file to shrink), and thirty rows, a class, at least."""
LOST_SHARE, LOST_LEAST = Decimal(5), Decimal(10)
"""Rows of an event kind only become more; corrections may take a twentieth away, and ten rows at least."""
NUMBER_POINTS, NUMBER_LEAST = Decimal(5), Decimal(10)
"""Share without a citizen number: five points more than usual, and ten rows more at least."""
CASES_RATE, CASES_LEAST = Decimal(5), Decimal(10)
"""New cases per 1,000 children: five more than usual for each day since the night before, whose cases come together
where nights were skipped; and ten cases at least."""

_EVENTS = frozenset(source.label for source in SOURCES if source.type == "event")
_NONE = Decimal(0)
_EXACT = pl.Decimal(18, 2)
_NOTHING = "尚无可比：此前没有保留的运行，本次只记录，不比较。"

Place = tuple[str, str]


@dataclass(frozen=True)
class Profile:
    """The two profile tables of one night, as published."""

    as_of: dt.date
    deliveries: pl.DataFrame
    counties: pl.DataFrame


class Limits(NamedTuple):
    """Between which numbers tonight's is expected; null where a side is open or nothing can be compared."""

    low: Decimal | None = None
    high: Decimal | None = None


def drift_suites(tonight: Profile, before: Sequence[Profile]) -> list[Suite]:
    """Three suites: rows by county and kind, share without a number, new cases; `before` in order of the nights."""
    before = [profile for profile in before if profile.as_of < tonight.as_of][-NIGHTS:]
    note = f"与此前{len(before)}夜相比（{before[0].as_of}至{before[-1].as_of}）。" if before else _NOTHING
    return [
        _suite(
            DELIVERIES,
            "有效行数（按县、按资料种类）",
            ("unit_code", "kind"),
            _rows(tonight, before),
            note,
            f"快照类有效行数比常值减少不超过{ROWS_SHARE}%（不到{ROWS_LEAST}行的不计），事件类不比上一夜减少",
            f"快照类有效行数比常值增加不超过{ROWS_SHARE}%（不到{ROWS_LEAST}行的不计）",
        ),
        _suite(
            DELIVERIES,
            "无有效身份证号比例（按县、按资料种类）",
            ("unit_code", "kind"),
            _numbers(tonight, before),
            note,
            "",
            f"无有效身份证号比例高出常值不超过{NUMBER_POINTS}个百分点（不到{NUMBER_LEAST}行的不计）",
        ),
        _suite(
            COUNTIES,
            "每千名适龄儿童新增个案（按县）",
            ("unit_code",),
            _cases(tonight, before),
            note,
            "",
            f"每千名适龄儿童新增个案高出常值不超过每天{CASES_RATE}件（不到{CASES_LEAST}件的不计）",
        ),
    ]


def _suite(
    table: str,
    title: str,
    keys: tuple[str, ...],
    rows: Iterator[tuple[object, ...]],
    note: str,
    not_below: str,
    not_above: str,
) -> Suite:
    names = (*keys, "tonight", "low", "high")
    listed = list(rows)
    frame = pl.DataFrame(
        {
            name: pl.Series(name, [row[place] for row in listed], pl.String if name in keys else _EXACT)
            for place, name in enumerate(names)
        }
    )
    expectations = []
    if not_below:
        expectations.append(at_least("tonight", "low", not_below))
    expectations.append(at_least("high", "tonight", not_above))
    return Suite(table, title, "", keys, tuple(expectations), DRIFT, note, frame)


def _rows(tonight: Profile, before: Sequence[Profile]) -> Iterator[tuple[object, ...]]:
    """Rows that count, by county and kind; a county that is gone has none.

    A kind that comes for the first time is no drift: only nights on which there were rows are looked back on.
    """
    now, then = _column(tonight, "rows"), [_column(profile, "rows") for profile in before]
    gone = {place: _NONE for place in (then[-1] if then else {}) if place not in now}
    for (unit, kind), number in sorted({**now, **gone}.items()):
        past = [column[unit, kind] for column in then if column.get((unit, kind), _NONE)]
        limits = _never_less(past) if kind in _EVENTS else _near(past)
        yield unit, kind, number, *limits


def _near(past: Sequence[Decimal]) -> Limits:
    """Near the usual number on both sides."""
    if not past:
        return Limits()
    usual, spread = _usual(past)
    room = max(ROWS_LEAST, _part(usual, ROWS_SHARE), SPREADS * spread)
    return Limits(max(usual - room, _NONE), usual + room)


def _never_less(past: Sequence[Decimal]) -> Limits:
    """Not less than on the night before, but for what corrections take away."""
    if not past:
        return Limits()
    return Limits(max(past[-1] - max(LOST_LEAST, _part(past[-1], LOST_SHARE)), _NONE))


def _numbers(tonight: Profile, before: Sequence[Profile]) -> Iterator[tuple[object, ...]]:
    """Share of rows without a citizen number, by county and kind that has one."""
    now = _column(tonight, "share_without_number")
    rows, without = _column(tonight, "rows"), _column(tonight, "without_number")
    then = [_column(profile, "share_without_number") for profile in before]
    for (unit, kind), share in sorted(now.items()):
        past = [column[unit, kind] for column in then if (unit, kind) in column]
        limits = _not_far_above(past, NUMBER_POINTS)
        if limits.high is not None:
            # Rows beyond the usual share, exact: shares are in per cent.
            usual, _ = _usual(past)
            more = without[unit, kind] - usual * rows[unit, kind] / 100
            limits = limits if more >= NUMBER_LEAST else Limits()
        yield unit, kind, share, *limits


def _cases(tonight: Profile, before: Sequence[Profile]) -> Iterator[tuple[object, ...]]:
    """New cases per 1,000 children, by county."""

    def rates(profile: Profile) -> dict[str, Decimal]:
        named = zip(profile.counties["unit_code"], profile.counties["per_thousand"], strict=True)
        return {unit: rate for unit, rate in named if rate is not None}

    opened = dict(zip(tonight.counties["unit_code"], tonight.counties["new_cases"], strict=True))
    then = [rates(profile) for profile in before]
    room = CASES_RATE * (tonight.as_of - before[-1].as_of).days if before else CASES_RATE
    for unit, rate in sorted(rates(tonight).items()):
        limits = _not_far_above([column[unit] for column in then if unit in column], room)
        yield unit, rate, *(limits if opened[unit] >= CASES_LEAST else Limits())


def _not_far_above(past: Sequence[Decimal], room: Decimal) -> Limits:
    """Not far above the usual number; less is never a fault."""
    if not past:
        return Limits()
    usual, spread = _usual(past)
    return Limits(None, usual + max(room, SPREADS * spread))


def _usual(past: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Median, and median distance from it: numbers that were there, never between two."""
    usual = median_low(past)
    return usual, median_low([abs(number - usual) for number in past])


def _part(number: Decimal, per_cent: Decimal) -> Decimal:
    """So many per cent of a number that is not below zero, rounded up."""
    return (number * per_cent + 99) // 100


def _column(profile: Profile, name: str) -> Mapping[Place, Decimal]:
    """A column of the profile of deliveries by unit and kind, where it is filled."""
    columns = (profile.deliveries[key] for key in ("unit_code", "kind", name))
    return {(unit, kind): Decimal(number) for unit, kind, number in zip(*columns, strict=True) if number is not None}
