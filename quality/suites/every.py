"""All suites of a night but those of its drift."""

from __future__ import annotations

from datetime import date

from quality.suites import ledger, profiles, rates, sets, sources
from quality.suites.contract import contract_suites
from quality.suites.expectation import Suite
from schemas.catalogue import CATALOGUE, tables_of
from schemas.tables import Table

PROFILES = ("quality.delivery_profile", "quality.county_profile")
ASKED: tuple[Suite, ...] = (
    *ledger.SUITES,
    *rates.SUITES,
    *sets.SUITES,
    *sources.SUITES,
    *profiles.SUITES,
)
"""Every suite that is written by hand."""


def judged_tables() -> tuple[Table, ...]:
    """The tables that suites speak of: all public ones and the profiles of the deliveries."""
    return (*tables_of("published"), *(CATALOGUE[name] for name in PROFILES))


def every_suite(as_of: date, small_cell: int) -> list[Suite]:
    """Suites table by table, those written by hand first; `small_cell` is policy `disclosure.small_cell`."""
    return [
        suite
        for table in judged_tables()
        for suite in (
            *(asked for asked in ASKED if asked.table == table.full_name),
            *contract_suites(table, as_of, small_cell),
        )
    ]
