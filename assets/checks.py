"""Asset checks made from the outcomes of the night: what it found, where Dagster's page and its gate look for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import dagster as dg

from assets.metadata import asset_key
from pipelines.engine import discover
from quality.contracts import CHECK as CONTRACT
from quality.outcome import Outcome


@dataclass(frozen=True)
class Declared:
    """One check that a step makes, known before anything runs.

    `check`, `table`  as its outcome will name them.
    `blocking`        a failure stops the night.
    `shown_on`        the asset that carries it: the table itself, or the step's own gate where the table is older.
    """

    check: str
    table: str
    blocking: bool
    shown_on: str


def contract_checks(tables: Iterable[str]) -> tuple[Declared, ...]:
    """The contract check of every table that a model makes."""
    return tuple(Declared(CONTRACT, table, True, table) for table in tables if table in discover())


def check_specs(declared: Iterable[Declared], *, after: Sequence[str] = ()) -> list[dg.AssetCheckSpec]:
    """One spec per check and table; a blocking one keeps everything downstream from running.

    `after`: tables that must be made before, beside the one that is checked.
    """
    return [
        dg.AssetCheckSpec(
            d.check,
            asset=asset_key(d.shown_on),
            blocking=d.blocking,
            metadata={"table": d.table},
            additional_deps=[asset_key(table) for table in after],
        )
        for d in declared
    ]


def results_of(outcomes: Iterable[Outcome], declared: Sequence[Declared]) -> Iterator[dg.AssetCheckResult]:
    """One result per declared check; outcomes of one check on one table (say, one per refused file) come together.

    A declared check that said nothing is shown as not passed: silence is no proof. Raises ValueError for an outcome
    that no declaration expects, because Dagster could not show it.
    """
    found = {at: list(group) for at, group in groupby(sorted(outcomes, key=_place), key=_place)}
    unknown = set(found) - {(d.table, d.check) for d in declared}
    if unknown:
        raise ValueError(f"outcomes of checks that are not declared: {sorted(unknown)}")
    for d in declared:
        yield _result(d, found.get((d.table, d.check), []))


def failures_of(outcomes: Iterable[Outcome], declared: Sequence[Declared]) -> Iterator[dg.AssetCheckResult]:
    """Results of the checks that a stopped step got to; those behind it never ran."""
    known = list(outcomes)
    ran = {_place(outcome) for outcome in known}
    yield from results_of(known, [d for d in declared if (d.table, d.check) in ran])


def _place(outcome: Outcome) -> tuple[str, str]:
    return outcome.table, outcome.check


def _result(declared: Declared, outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    """The worst of the outcomes decides; all are told."""
    words = [f"{outcome.message} {outcome.action}".strip() for outcome in outcomes]
    # What is waived is shown as not passed and stops nothing.
    severe = any(outcome.blocks for outcome in outcomes) or (declared.blocking and not outcomes)
    waiver = next((outcome.waiver for outcome in outcomes if outcome.waiver), None)
    return dg.AssetCheckResult(
        asset_key=asset_key(declared.shown_on),
        check_name=declared.check,
        passed=bool(outcomes) and all(outcome.passed for outcome in outcomes),
        severity=dg.AssetCheckSeverity.ERROR if severe else dg.AssetCheckSeverity.WARN,
        description=" ".join(words) or "The check did not run.",
        metadata={
            "count": sum(outcome.count for outcome in outcomes),
            **{name: number for outcome in outcomes for name, number in outcome.counts},
            "action": " ".join(dict.fromkeys(outcome.action for outcome in outcomes if outcome.action)),
            # Keys only, a few of them; `Outcome` sees to both.
            "sample": ", ".join(key for outcome in outcomes for key in outcome.sample),
            **({"severity": outcomes[0].severity} if outcomes else {}),
            **({"waiver": f"{waiver.owner}: {waiver.reason} ({waiver.expires})"} if waiver else {}),
        },
    )
