"""Policy as tables, so that rules in SQL read their numbers from data and never hold them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pipelines.settings import Policy

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.protocol import Engine

# Keys whose value is one number or word become a column `<section>_<key>` of core.policy.
_SCALARS = (
    "age",
    "universe",
    "entry",
    "transfer",
    "absence",
    "rollcall",
    "reporting",
    "return",
    "lookup",
    "matching",
    "verify",
    "deadline",
    "legal",
    "targets",
    "retention",
    "rates",
    "ranking",
    "disclosure",
    "stages",
)


def load_policy_tables(engine: Engine, policy: Policy) -> dict[str, int]:
    """Write core.policy (one row) and core.policy_…, one table for each list of policy.toml; rows by table.

    Percentages are DECIMAL, never binary floating point (spec 5.6): they are handed over as text and cast once.
    """
    import polars as pl

    scalars: dict[str, object] = {}
    for section in _SCALARS:
        for key, value in policy[section].items():
            scalars[f"{section}_{key}"] = str(value) if isinstance(value, float) or section == "targets" else value
    frame = pl.DataFrame({name: [value] for name, value in scalars.items()})
    decimals = [name for name in frame.columns if name.startswith("targets_")]
    frame = frame.with_columns(
        pl.col(decimals).cast(pl.Decimal(9, 2)),
        pl.col("matching_accept", "matching_review").cast(pl.Decimal(9, 6)),
        pl.col(pl.Int64).cast(pl.Int32),
    )
    ages = policy["placement"]["ages"]
    placements = [(kind, *ages.get(kind, (0, 99))) for kind in policy["placement"]["counts_as_zero"]]
    tables = {
        "core.policy": frame,
        "core.policy_placement": pl.DataFrame(
            placements, schema={"placement": pl.String, "min_age": pl.Int32, "max_age": pl.Int32}, orient="row"
        ),
        "core.policy_freshness": pl.DataFrame(
            list(policy["freshness"].items()), schema={"kind": pl.String, "days": pl.Int32}, orient="row"
        ),
        "core.policy_target": _targets(policy),
        "core.policy_season": _seasons(policy),
        "core.policy_campaign": _campaigns(policy),
        "core.policy_mark": pl.DataFrame({"policy": [mark(policy)]}),
        "core.policy_veto": pl.DataFrame({"target": policy["assessment"]["veto"]}, schema={"target": pl.String}),
    }
    return {name: engine.load(name, table) for name, table in tables.items()}


def mark(policy: Policy) -> str:
    """What tells one policy from another: a hash of every number that holds on the night, local ones too."""
    text = json.dumps([dict(policy), policy.local], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _targets(policy: Policy) -> pl.DataFrame:
    """One row per target and place it applies to: `division` is a code prefix, empty for the whole province."""
    import polars as pl

    rows = [("", key, str(value)) for key, value in policy["targets"].items()]
    for division, targets in policy.local.items():
        rows += [(division, key, str(value)) for key, value in targets.items()]
    frame = pl.DataFrame(rows, schema={"division": pl.String, "target": pl.String, "value": pl.String}, orient="row")
    return frame.with_columns(pl.col("value").cast(pl.Decimal(9, 2)))


def _seasons(policy: Policy) -> pl.DataFrame:
    """One row per season and place it is watched in: `division` is a code prefix, empty for the whole province."""
    import polars as pl

    rows = [
        (season["name"], division, season["from"], season["to"])
        for season in policy.get("season", [])
        for division in dict.fromkeys(season["divisions"] or [""])
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("season", "division", "from_day", "to_day"), pl.String), orient="row"
    )


def _campaigns(policy: Policy) -> pl.DataFrame:
    """One row per campaign, group and place: `division` is a code prefix, empty for the whole province."""
    import polars as pl

    rows = [
        (c["name"], c["group"], division, c["from"], c["to"], c["target_date"])
        for c in policy.get("campaign", [])
        for division in dict.fromkeys(c["divisions"] or [""])
    ]
    text, date = pl.String, pl.Date
    schema = {
        "campaign": text,
        "group_name": text,
        "division": text,
        "from_date": date,
        "to_date": date,
        "target_date": date,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
