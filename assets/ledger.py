"""Ledger: cases opened, verified and closed tonight, on top of the night before; `ledger.*`."""

from __future__ import annotations

from assets.checks import contract_checks
from assets.layer import Layer, step_named


def ledger() -> Layer:
    """What Dagster needs to know of the step `ledger`."""
    return Layer(
        "ledger",
        checks=contract_checks(step_named("ledger").tables()),
        # Cases and the memory of children are those of the night before, changed by what tonight's extracts say.
        remembers=("ledger.case_state", "ledger.memory_state"),
    )
