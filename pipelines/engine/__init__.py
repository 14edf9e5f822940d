"""Engines run models and hold tables; the only folder that imports duckdb (house rule 1)."""

from typing import TYPE_CHECKING

from pipelines.engine.models import Model, discover
from pipelines.engine.protocol import Engine, Machine

if TYPE_CHECKING:
    from pipelines.engine.duckdb_engine import DuckDBEngine

__all__ = ["DuckDBEngine", "Engine", "Machine", "Model", "discover"]


def __getattr__(name: str) -> object:
    # Imported on first use, so that `kongchuo --help` never pays for loading DuckDB.
    if name == "DuckDBEngine":
        from pipelines.engine.duckdb_engine import DuckDBEngine

        return DuckDBEngine
    raise AttributeError(name)
