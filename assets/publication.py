"""Publication: the tables people read and their gate, then the files, the ledger's new state and the link."""

from __future__ import annotations

from assets.checks import CONTRACT, Declared, contract_checks
from assets.layer import Layer, step_named
from pipelines.ledger_store import HISTORIES, TABLES
from pipelines.restatements import PUBLISHED as RESTATEMENTS
from quality.integrity import CHECK as ALARMS
from quality.integrity import TABLE as INTEGRITY
from quality.invariants import INVARIANTS
from quality.siblings import CHECK as SIBLINGS
from quality.sources import SOURCE_CHECKS
from quality.sources import TABLE as SOURCE_STATUS
from quality.waiting import CHECKS as WORK_THAT_WAITS
from quality.waived import CHECK as WAIVERS
from quality.waived import TABLE as CHECKS
from schemas.catalogue import CATALOGUE
from schemas.tables.history import TABLES as HISTORY

GATE = "published.zeroing"
"""Carries the invariants, whose tables are older than the step that checks them."""


def published() -> Layer:
    """The tables people read: contracts, invariants, the screen block; sources, odd numbers and waiting work warn."""
    tables = step_named("published").tables()
    return Layer(
        "published",
        checks=(
            *contract_checks(tables),
            Declared(CONTRACT, RESTATEMENTS, True, RESTATEMENTS),
            *(Declared(f"invariant_{invariant.name}", invariant.table, True, GATE) for invariant in INVARIANTS),
            *(Declared(check, SOURCE_STATUS, False, SOURCE_STATUS) for check in SOURCE_CHECKS),
            Declared(ALARMS, INTEGRITY, False, INTEGRITY),
            *(Declared(check, table, False, table) for check, table in WORK_THAT_WAITS),
            *(screen for table in tables for screen in _screens(table)),
        ),
        # No model makes it: the public figures that have a history are compared with what was said of the night before.
        stands_on={RESTATEMENTS: ("ledger.restatement_cause", *(f"published.{table.name}" for table in HISTORY))},
    )


def publication() -> Layer:
    """Nothing lasts and nothing is shown before every published table has passed."""
    judged = step_named("published").tables()
    states = {history: (state,) for history, state in HISTORIES.items()}
    return Layer(
        "publication",
        stands_on={table: (*judged, *states.get(table, ())) for table in step_named("publication").tables()},
        remembers=TABLES,
        checks=(Declared(WAIVERS, CHECKS, False, CHECKS),),
    )


def _screens(table: str) -> tuple[Declared, ...]:
    """The publication screen looks at what the public will see."""
    contract = CATALOGUE[table]
    if contract.audience != "public":
        return ()
    small = ("screen_small_cells", SIBLINGS) if "suppressed" in contract.columns else ()
    checks = ("screen_columns", "screen_texts", *small)
    return tuple(Declared(check, table, True, table) for check in checks)
