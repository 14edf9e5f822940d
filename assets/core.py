"""Core: what is in force at the business date; `core.*`."""

from __future__ import annotations

from assets.checks import contract_checks
from assets.layer import Layer, step_named


def core() -> Layer:
    """What Dagster needs to know of the step `core`."""
    return Layer("core", checks=contract_checks(step_named("core").tables()))
