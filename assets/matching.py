"""Matching: which rows are one child, and the keys that last; `matching.*`."""

from __future__ import annotations

from assets.checks import CONTRACT, Declared, contract_checks
from assets.layer import Layer, step_named
from pipelines.linkage import PAIRS, RESIDUAL


def matching() -> Layer:
    """What Dagster needs to know of the step `matching`: no model makes the pairs of tier 4."""
    checks = (*contract_checks(step_named("matching").tables()), Declared(CONTRACT, PAIRS, True, PAIRS))
    return Layer("matching", checks=checks, stands_on={PAIRS: (RESIDUAL,)})
