"""Outcomes under the waivers of a night: what is accepted does not stop it, and what nobody needs any more is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from quality.outcome import Outcome, judge
from quality.suites.expectation import DRIFT, EXPECTATIONS
from quality.waivers import Waiver

CHECK, TABLE = "waivers", "quality.checks"
LATER = (EXPECTATIONS, DRIFT)
"""Checks made after the publication: whether they want their waivers is not known before."""


def with_waivers(outcomes: Iterable[Outcome], waivers: Iterable[Waiver], as_of: dt.date) -> list[Outcome]:
    """The outcomes, those that a waiver accepts carrying it; one whose waiver is over says so in its message."""
    given = {(waiver.check, waiver.table): waiver for waiver in waivers}
    found = []
    for outcome in outcomes:
        waiver = given.get((outcome.check, outcome.table))
        if waiver is None or outcome.passed:
            found.append(outcome)
        elif waiver.covers(outcome, as_of):
            found.append(replace(outcome, waiver=waiver))
        else:
            over = f"豁免已于 {waiver.expires} 到期" if as_of > waiver.expires else f"豁免只及 {waiver.at_most} 项"
            found.append(replace(outcome, message=f"{outcome.message}（{over}）"))
    return found


def check_waivers(waivers: Sequence[Waiver], outcomes: Iterable[Outcome], as_of: dt.date) -> Outcome:
    """A note on waivers that are over, and on those that name no check of the night; the sample names them."""
    made = {(outcome.check, outcome.table) for outcome in outcomes}
    idle = [
        f"{waiver.check}/{waiver.table}"
        for waiver in waivers
        if waiver.expires < as_of or (waiver.check not in LATER and (waiver.check, waiver.table) not in made)
    ]
    return judge(
        CHECK,
        TABLE,
        len(idle),
        good=f"{len(waivers)} 项豁免均在有效期内。" if waivers else "没有豁免。",
        bad=f"有 {len(idle)} 项豁免已到期，或所指的检查不存在。",
        action="从豁免文件中删去；仍有必要的由责任单位重新签署期限。",
        severity="note",
        sample=idle,
    )
