"""Status: one status for every child, with its evidence; `status.*`."""

from __future__ import annotations

from assets.checks import contract_checks
from assets.layer import Layer, step_named


def status() -> Layer:
    """What Dagster needs to know of the step `status`."""
    return Layer("status", checks=contract_checks(step_named("status").tables()))
