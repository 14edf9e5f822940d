"""Matching: which rows are one child, and the keys that last; `matching.*`."""

from __future__ import annotations

from assets.checks import contract_checks
from assets.layer import Layer, step_named


def matching() -> Layer:
    """What Dagster needs to know of the step `matching`."""
    return Layer("matching", checks=contract_checks(step_named("matching").tables()))
