"""How the contracts of working tables are written: short, because the rule itself stands in the model."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.tables.table import Table

LASTING = "Kept from night to night by pipelines/ledger_store.py"
WITHHELD_NOTES = {
    "school_year": ("学年", "School year of the first night on which the unit was withheld"),
    "since": ("起始日期", "First night on which the unit was withheld"),
}
POLICY = "Written from policy.toml by pipelines/policy_tables.py"


def working(
    full_name: str,
    label: str,
    grain: str,
    *,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    spec: str,
    made: str = "",
    required: tuple[str, ...] = (),
    nullable_key: tuple[str, ...] = (),
    values: Mapping[str, tuple[str, ...]] | None = None,
    types: Mapping[str, str] | None = None,
    notes: Mapping[str, tuple[str, str]] | None = None,
    sources: tuple[str, ...] = (),
) -> Table:
    """Contract of a working table that nobody outside the night sees.

    `made` says where it comes from unless it is the model of its name; an empty `key` is a table of exactly one row.
    """
    schema, name = full_name.split(".")
    return Table(
        schema=schema,
        name=name,
        label=label,
        description=made or f"Model pipelines/models/{schema}/{name}.sql",
        grain=grain,
        key=key,
        columns=columns,
        required=required,
        nullable_key=nullable_key,
        values=values or {},
        types=types or {},
        notes=notes or {},
        layer=schema,
        audience="internal",
        sources=sources,
        spec=spec,
    )
