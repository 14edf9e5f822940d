"""Which files are refused, by their counts and by the files before them (spec 2.5).

Faults of the file itself are found when it is read and stay. The others depend on the policy and on earlier
deliveries, so they are worked out anew for every night, in delivery order: a late file with an older date changes the
verdicts after it, and a night computed twice comes out the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

import polars as pl

from schemas.sources import Source

# Reasons that reading the file gave (2.5); everything else is worked out here.
READING_REASONS = r"^(?:unreadable|empty|encrypted|missing_column:.*|double_column:.*|no_row_in_county)$"
SHRINK_FROM = 50  # accepted rows of the file before


class MissingSchool(Protocol):
    """Finds the school that a 学籍 file leaves out."""

    def __call__(self, delivery: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]]) -> str | None:
        """The code of the first listed school without a row, None when there is none.

        `earlier` has the last accepted delivery before this one per code.
        """


def judge_deliveries(
    source: Source, deliveries: pl.DataFrame, policy: Mapping[str, Any], missing_school: MissingSchool | None = None
) -> pl.DataFrame:
    """delivery_id, state, reason and superseded of the deliveries of a kind, given in delivery order.

    `missing_school` is asked for 学籍 files only.
    """
    rules = policy["delivery"]
    share = Fraction(str(rules["max_rejected_share"]))
    total = pl.sum_horizontal("accepted", "rejected", "repeats")
    # In whole numbers: a share of exactly 5 % must not depend on a rounding.
    too_many = (pl.col("rejected") >= rules["min_rejected"]) & (
        pl.col("rejected") * share.denominator > total * share.numerator
    )
    reading = pl.when(pl.col("reason").str.contains(READING_REASONS)).then("reason")
    by_counts = pl.when(too_many | (pl.col("accepted") == 0)).then(pl.lit("rejected_share"))
    judged = deliveries.with_columns(pl.coalesce(reading, by_counts).alias("reason"))
    if source.type == "snapshot":
        judged = judged.with_columns(_by_the_files_before(source, judged, rules, missing_school).alias("reason"))
    state = pl.when(pl.col("reason").is_null()).then(pl.lit("accepted")).otherwise(pl.lit("refused"))
    judged = judged.with_columns(state.alias("state"))
    accepted_version = pl.when(pl.col("state") == "accepted").then("version")
    superseded = (accepted_version.max().over("delivery") > pl.col("version")).fill_null(False)
    return judged.select("delivery_id", "state", "reason", superseded.alias("superseded"))


def _by_the_files_before(
    source: Source, deliveries: pl.DataFrame, rules: Mapping[str, Any], missing_school: MissingSchool | None
) -> pl.Series:
    """Reasons completed by `shrink` and `school_missing`."""
    limit = rules["max_shrink_share"].get(source.label)
    if limit is None and missing_school is None:
        return deliveries["reason"]
    share = Fraction(str(limit)) if limit is not None else None
    reasons: list[str | None] = []
    last: dict[str, Mapping[str, Any]] = {}
    for delivery in deliveries.iter_rows(named=True):
        reason = delivery["reason"]
        before = last.get(delivery["code"])
        if (
            reason is None
            and before
            and share is not None
            and _shrinks(before["accepted"], delivery["accepted"], share)
        ):
            reason = "shrink"
        if reason is None and missing_school is not None:
            school = missing_school(delivery, last)
            reason = f"school_missing:{school}" if school else None
        if reason is None:
            last[delivery["code"]] = delivery
        reasons.append(reason)
    return pl.Series("reason", reasons, dtype=pl.String)


def _shrinks(before: int, now: int, share: Fraction) -> bool:
    return before >= SHRINK_FROM and before - now > share * before


def narrowness(code: str) -> int:
    """How narrow the area of a file's code is: province 0, prefecture 1, county or reporting unit 2."""
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def in_force(candidates: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of deliveries whose codes cover one county: the newest, of one date the narrowest, then the last by file name."""

    def order(delivery: Mapping[str, Any]) -> tuple[dt.date, int, str, int]:
        return delivery["delivered_on"], narrowness(delivery["code"]), delivery["file_name"], delivery["version"]

    return max(candidates, key=order, default=None)
