"""Landing: deliveries found, read, cleaned, typed and judged; `landing.*` and `clean.*`.

Rows are judged by the contract of their kind before they are loaded, and the night stops where one is broken: what
stands in `clean.*` keeps its contract, so no check repeats that.
"""

from __future__ import annotations

from assets.checks import Declared
from assets.layer import Layer, step_named
from quality.deliveries import CHECKS
from schemas.sources import SOURCES

RECORD = "landing.deliveries"


def landing() -> Layer:
    """What Dagster needs to know of the step `landing`."""
    return Layer(
        "landing",
        checks=tuple(Declared(check, RECORD, False, RECORD) for check in CHECKS),
        stands_on={table: (RECORD,) for table in step_named("landing").tables() if table != RECORD},
        # The record tells of every kind, a clean table holds the rows of one.
        delivered={RECORD: tuple(s.name for s in SOURCES), **{s.table: (s.name,) for s in SOURCES}},
    )
