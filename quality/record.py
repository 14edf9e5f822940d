"""Outcomes as rows of `quality.checks`, so that everyone who opens a night sees what was checked (spec 6.2, 校验表)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from quality.outcome import Outcome


def outcome_rows(outcomes: Iterable[Outcome], as_of: dt.date) -> pl.DataFrame:
    """One row per check and table of the night; columns of the contract of `quality.checks`."""
    schema = {
        "as_of": pl.Date,
        "check": pl.String,
        "table_name": pl.String,
        "verdict": pl.String,
        "blocking": pl.Boolean,
        "count": pl.Int64,
        "message": pl.String,
        "sample": pl.List(pl.String),
        "action": pl.String,
    }
    rows = [
        (as_of, o.check, o.table, o.verdict, o.blocking, o.count, o.message, list(o.sample), o.action or None) for o in outcomes
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
