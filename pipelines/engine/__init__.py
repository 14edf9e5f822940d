"""Engines run models and hold tables; the only folder that imports duckdb and pyspark (house rule 1)."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.models import Model, discover
from pipelines.engine.protocol import Engine, Machine

if TYPE_CHECKING:
    from pipelines.engine.duckdb_engine import DuckDBEngine

__all__ = ["DuckDBEngine", "Engine", "Machine", "Model", "discover", "open_engine"]


def open_engine(warehouse: Path, machine: Machine | None = None, *, large: bool = False) -> Engine:
    """The engine that a night's machine asks for, over a warehouse: DuckDB, or Spark where a master is named.

    `large`: the tables of the night stand in a file and not in memory; on Spark they are Parquet anyway.
    """
    if machine is not None and machine.master:
        from pipelines.engine.spark_engine import SparkEngine

        return SparkEngine(warehouse, machine=machine)
    from pipelines.engine.duckdb_engine import DuckDBEngine

    return DuckDBEngine(warehouse, machine=machine, large=large)


def __getattr__(name: str) -> object:
    # Imported on first use, so that `kongchuo --help` never pays for loading DuckDB.
    if name == "DuckDBEngine":
        from pipelines.engine.duckdb_engine import DuckDBEngine

        return DuckDBEngine
    raise AttributeError(name)
