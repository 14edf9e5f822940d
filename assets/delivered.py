"""What the agencies deliver, as assets that Dagster does not make; `delivered/<kind>`.

Nothing here runs: the sensor of new deliveries reports what has come, and freshness is judged by that. The tables of a
night are made anew every night, whatever was delivered; they could not tell.
"""

from __future__ import annotations

import dagster as dg

from assets.freshness import delivery_policies
from assets.metadata import OWNER
from schemas.sources import SOURCES, Source

GROUP = "delivered"

_TYPES = {"date": "date", "grade": "grade", "integer": "integer", "amount": "amount", "boolean": "boolean"}


def delivered_key(name: str) -> dg.AssetKey:
    """`registry` → `delivered/registry`."""
    return dg.AssetKey([GROUP, name])


def delivered() -> list[dg.AssetSpec]:
    """One external asset per kind, fresh as long as the policy says."""
    days, complaint = delivery_policies()
    return [_spec(source, days.get(source.label), complaint) for source in SOURCES]


def _spec(source: Source, fresh: dg.FreshnessPolicy | None, complaint: str) -> dg.AssetSpec:
    metadata: dict[str, object] = {"dagster/column_schema": _columns(source), "kind": source.label}
    if complaint:
        metadata["policy"] = complaint
    how = "全量" if source.type == "snapshot" else "增量"
    return dg.AssetSpec(
        delivered_key(source.name),
        group_name=GROUP,
        description=f"{source.label}：{source.agency}，{source.cycle}交付，{how}。",
        owners=[OWNER],
        kinds={"csv", "excel"},
        metadata=metadata,
        freshness_policy=fresh,
    )


def _columns(source: Source) -> dg.TableSchema:
    """The headers as they are written in a file; what cells are, where they are more than text."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                field.header,
                _TYPES.get(field.cell, "text"),
                description=f"→ {source.table}.{field.column}",
                constraints=dg.TableColumnConstraints(nullable=not field.filled),
            )
            for field in source.fields
        ]
    )
