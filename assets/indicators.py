"""Indicators: balance and zero, dropout, retention and entry rates by unit; `indicators.*`."""

from __future__ import annotations

from assets.checks import contract_checks
from assets.layer import Layer, step_named


def indicators() -> Layer:
    """What Dagster needs to know of the step `indicators`."""
    return Layer(
        "indicators",
        checks=contract_checks(step_named("indicators").tables()),
        # A spell of zero, last year's final rates, and who is withheld go on from the night before.
        remembers=("indicators.zero_state", "indicators.rate_state", "indicators.withheld"),
    )
