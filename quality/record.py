"""Outcomes as rows of `quality.checks`, so that everyone who opens a night sees what was checked (spec 6.2, 校验表)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from quality.outcome import Outcome
from schemas.catalogue import CATALOGUE
from schemas.polars_types import polars_schema


def outcome_rows(outcomes: Iterable[Outcome], as_of: dt.date) -> pl.DataFrame:
    """One row per check and table of the night; columns of the contract of `quality.checks`."""
    rows = [
        (
            *(as_of, o.check, o.table, o.verdict, o.severity, o.count, o.message, list(o.sample), o.action or None),
            *((o.waiver.reason, o.waiver.owner, o.waiver.expires) if o.waiver else (None, None, None)),
        )
        for o in outcomes
    ]
    return pl.DataFrame(rows, schema=polars_schema(CATALOGUE["quality.checks"]), orient="row")
