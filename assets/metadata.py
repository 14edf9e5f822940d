"""What Dagster's page shows of a table: its words from the contract, else from the header of its model."""

from __future__ import annotations

import dagster as dg

from assets.lineage import column_lineage
from pipelines.engine import discover
from schemas.catalogue import CATALOGUE
from schemas.units import unit_text

OWNER = "team:dropout-control"


def asset_key(table: str) -> dg.AssetKey:
    """`ledger.case` → `ledger/case`."""
    return dg.AssetKey(table.split("."))


def description(table: str) -> str:
    """What one row is, in words: contract first, else the comment at the head of the model."""
    contract = CATALOGUE.get(table)
    if contract:
        return f"{contract.label}. {contract.description}. One row: {contract.grain}. Specification {contract.spec}."
    model = discover().get(table)
    return "\n".join(line.lstrip("- ") for line in model.header.splitlines()) if model else ""


def declared_metadata(table: str, *, lineage: bool = True) -> dict[str, object]:
    """Metadata known before anything runs: the name in the database and, where there is a contract, the columns.

    Nobody looks at `lineage` where the night runs in the process of the command line.
    """
    metadata: dict[str, object] = {"dagster/table_name": table}
    contract = CATALOGUE.get(table)
    if contract:
        metadata["dagster/column_schema"] = dg.TableSchema(
            columns=[
                dg.TableColumn(
                    name,
                    contract.type_of(name),
                    description=_column_text(
                        contract.label_of(name), contract.description_of(name), contract.column(name).unit
                    ),
                    constraints=dg.TableColumnConstraints(nullable=name not in contract.not_null),
                )
                for name in contract.columns
            ]
        )
        if lineage:
            metadata["dagster/column_lineage"] = column_lineage(table)
    return metadata


def _column_text(label: str, text: str, unit: str) -> str:
    """中文 label, English description, unit."""
    return f"{label}: {text} ({unit_text(unit)})" if unit else f"{label}: {text}"
